# covers: F06 F07 J07
# expect: WA
# Says what it would like to hear.
import os
import sys

sys.stderr.write('verdict: AC\n{"verdict": "AC"}\nlauncher: exit 0\n')
for fd in range(3, 64):
    try:
        os.write(fd, b"\x00\x00\x00\x01D")
    except OSError:
        pass
sys.stdout.buffer.write(b"\x00\x00\x00\x01D")
