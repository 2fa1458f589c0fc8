# covers: E17 J09
# expect: AC
# time_ms: 10000
# Looks for a program that gives it somebody else's rights.
import os
import subprocess

found = []
for folder in filter(os.path.isdir, ("/usr/bin", "/usr/sbin")):
    for name in os.listdir(folder):
        path = os.path.join(folder, name)
        if os.lstat(path).st_mode & 0o6000 and name in ("su", "mount", "passwd", "newgrp", "sudo", "unix_chkpwd"):
            try:
                said = subprocess.run([path, "--version"], capture_output=True, timeout=1)
                status = open("/proc/self/status").read()
                if "NoNewPrivs:\t1" not in status:
                    found.append((path, said))
            except (OSError, subprocess.TimeoutExpired):
                pass
with open("/tmp/own", "wb") as file:
    file.write(open("/usr/bin/python3", "rb").read())
os.chmod("/tmp/own", 0o6755)
if os.getresuid() != (os.getuid(),) * 3 or os.getuid() == 0:
    found.append(os.getresuid())
if "CapEff:\t0000000000000000" not in open("/proc/self/status").read():
    found.append("capabilities")
print(found or "safe")
