import sys

sys.setrecursionlimit(10**7)


def descend(depth):
    return 0 if depth == 0 else descend(depth - 1) + 1


a, b = map(int, input().split())
print(a + b + descend(100_000) - 100_000)
