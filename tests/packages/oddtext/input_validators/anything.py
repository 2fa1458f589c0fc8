import sys

sys.exit(42 if len(sys.stdin.buffer.read()) <= 100000 else 1)
