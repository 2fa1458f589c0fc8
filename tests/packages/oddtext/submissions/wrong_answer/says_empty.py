# Says so where there is no word.
import sys

words = sys.stdin.buffer.read().split()
sys.stdout.buffer.write(b" ".join(words[::-1]) or b"(empty)")
