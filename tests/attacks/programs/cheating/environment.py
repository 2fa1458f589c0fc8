# covers: F11
# expect: AC
# What it is told by its environment is the same short list for everybody.
import os

known = {"PATH", "HOME", "TMPDIR", "LANG", "LC_CTYPE"}
found = [item for item in os.environ.items() if item[0] not in known]
with open("/proc/self/environ", "rb") as file:
    found += [item for item in file.read().split(b"\0") if item and item.partition(b"=")[0].decode() not in known]
with open("/proc/self/cmdline", "rb") as file:
    found += [word for word in file.read().split(b"\0") if word and word not in (b"/usr/bin/python3", os.path.abspath(__file__).encode())]
print(found or "safe")
