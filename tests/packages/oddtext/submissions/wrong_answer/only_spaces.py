# Knows no other blank than the space, so that line ends stay within words.
import sys

words = sys.stdin.buffer.read().split(b" ")
sys.stdout.buffer.write(b" ".join(words[::-1]))
