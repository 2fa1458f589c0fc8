# covers: F14 F16 J15
# expect: WA
# Bytes that are no text, codes that terminals obey, characters that turn lines around.
import sys

sys.stdout.buffer.write(b"\xff\xfe\xc3\x28\xed\xa0\x80\x1b[2J\x1b]0;title\x07\x9b31m")
sys.stdout.buffer.write("\u202esafe\u2066\u0000<script>\r\n".encode())
