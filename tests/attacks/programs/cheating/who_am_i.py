# covers: F18
# expect: AC
# What could tell one host, or the jury's run, from another is the same everywhere.
import os

facts = (os.uname().nodename, os.uname().sysname, os.getuid(), os.getgid(), os.getcwd(), os.environ["HOME"], os.environ["PATH"], os.environ["LANG"])
wanted = ("box", "Linux", 1000, 1000, "/work", "/tmp", "/usr/bin:/bin", "C.UTF-8")
found = [fact for fact, want in zip(facts, wanted) if fact != want]
if os.getgroups() not in ([], [1000], [1000, 65534], [65534]):
    found.append(os.getgroups())
if os.getpid() > 10:
    found.append("process %d" % os.getpid())
print(found or "safe")
