# covers: B02
# expect: MLE RTE TLE
# memory_mib: 64
# Recurses with the interpreter's own brake taken off.
import sys

sys.setrecursionlimit(10**9)


def deeper(depth):
    return max([deeper(depth + 1)]) + 1


print(deeper(0))
