from math import gcd


def say():
    print(gcd(*map(int, input().split())))
