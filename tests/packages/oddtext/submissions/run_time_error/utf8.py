# Takes every text for UTF-8.
import sys

words = sys.stdin.buffer.read().decode("utf-8").split()
print(*words[::-1])
