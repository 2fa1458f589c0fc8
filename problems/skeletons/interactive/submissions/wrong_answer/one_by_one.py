"""Takes a thousand guesses where ten are allowed."""

import sys

for guess in range(1, 1001):
    print(guess, flush=True)
    if sys.stdin.readline().strip() in ("correct", ""):
        break
