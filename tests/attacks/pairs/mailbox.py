# The same with what an interpreter's image shares between cells: its files. @ROLE@ is 1 to leave word.
import fcntl
import glob
import mmap
import os
import time

found = set()
files = []
for path in ["/", "/usr", "/etc", *glob.glob("/usr/bin/*")[:40], *glob.glob("/usr/lib/*")[:40], *glob.glob("/etc/*")]:
    try:
        files.append(open(os.open(path, os.O_RDONLY), "rb", buffering=0))
    except OSError:
        pass
begun = time.monotonic()
while time.monotonic() < begun + 0.7:
    for file in files:
        for attempt in (
            lambda: fcntl.flock(file, (fcntl.LOCK_EX if @ROLE@ else fcntl.LOCK_SH) | fcntl.LOCK_NB),
            lambda: fcntl.lockf(file, fcntl.LOCK_SH | fcntl.LOCK_NB),
            lambda: fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_RDLCK),
            lambda: fcntl.fcntl(file, fcntl.F_NOTIFY, fcntl.DN_ACCESS),
            lambda: mmap.mmap(file.fileno(), 1, mmap.MAP_SHARED, mmap.PROT_READ | mmap.PROT_WRITE),
            lambda: os.utime(file.fileno()),
            lambda: os.setxattr(file.fileno(), "user.word", b"x"),
        ):
            try:
                attempt()
                found.add(file.name)
            except (OSError, ValueError):
                pass
    for place in ("/tmp", "/dev/shm", "/var/tmp", "/run", "/run/lock", "/usr/tmp"):
        path = place + "/judge-attack-mailbox"
        if not @ROLE@ and os.path.exists(path):
            found.add(path)
        if @ROLE@:
            try:
                open(path, "w").close()
            except OSError:
                pass
    time.sleep(0.02)
print("safe" if @ROLE@ or not found else found)
