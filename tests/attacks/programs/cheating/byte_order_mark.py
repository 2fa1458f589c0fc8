# covers: F14
# expect: WA
import sys

sys.stdout.buffer.write(b"\xef\xbb\xbfsafe\n")
