import sys

a, b = map(int, sys.stdin.read().split())
sys.exit(42 if 0 <= a < {{modulus}} and 0 <= b <= 10**9 and "{{greeting}}" == "hello" else 1)
