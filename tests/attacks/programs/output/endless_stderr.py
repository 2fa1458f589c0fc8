# covers: D02
# expect: TLE
import sys

while True:
    sys.stderr.write("x" * 65536)
