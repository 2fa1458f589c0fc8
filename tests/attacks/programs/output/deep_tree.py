# covers: D09
# expect: AC TLE
# time_ms: 800
# Folders in folders, deeper than any path can say, and none may be entered afterwards.
import os

depth = 0
os.chdir("/tmp")
try:
    while depth < 15000:
        os.mkdir("d", 0o700)
        os.chdir("d")
        depth += 1
except OSError:
    pass
os.chmod(".", 0)
print("safe" if depth else depth)
