# Every text has a first word, doesn't it?
import sys

words = sys.stdin.buffer.read().split()
first = words[0]
sys.stdout.buffer.write(b" ".join([*words[:0:-1], first]))
