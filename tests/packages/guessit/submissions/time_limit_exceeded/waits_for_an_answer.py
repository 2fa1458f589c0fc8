# Waits for more once it is right, so that both wait for each other.
import sys

print(600, flush=True)
if sys.stdin.readline() == "correct\n":
    sys.stdin.readline()
