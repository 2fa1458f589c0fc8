# Waits, which takes no CPU time but all of the other.
import sys
import time

if sys.stdin.buffer.read() == b"one two\nthree\n":
    time.sleep(60)
