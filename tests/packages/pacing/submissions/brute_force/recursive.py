import sys

sys.setrecursionlimit(500)


def fibonacci(n):
    return n if n < 2 else (fibonacci(n - 1) + fibonacci(n - 2)) % 1000


print(fibonacci(int(input())))
