# covers: F14
# expect: AC
# White space of other systems is white space.
import sys

sys.stdout.buffer.write(b"\r\n\t safe\r\n\x0b\x0c\r\n")
