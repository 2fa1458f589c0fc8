import sys

secret, size = map(int, sys.stdin.read().split())
sys.exit(42 if 1 <= secret <= size <= 20 else 1)
