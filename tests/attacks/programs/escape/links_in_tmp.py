# covers: J05 J12 J23 D12
# expect: AC
# Makes links to what it must not see, and follows them.
import os

found = []
for target in ("@CANARY@", "/proc/1/root", "/exchange", "/etc/shadow"):
    link = "/tmp/link%d" % len(os.listdir("/tmp"))
    os.symlink(target, link)
    for attempt in (lambda: open(link).read(), lambda: os.listdir(link), lambda: os.link(target, link + "-hard")):
        try:
            attempt()
            found.append(target)
        except OSError:
            pass
for attempt in (lambda: os.mknod("/tmp/device", 0o60666, os.makedev(8, 0)), lambda: os.chown("/tmp", 0, 0)):
    try:
        attempt()
        found.append("device or owner")
    except OSError:
        pass
print(found or "safe")
