from itertools import permutations

input()
row = list(map(int, input().split()))
print(*next(p for p in permutations(sorted(row, reverse=True)) if all(a <= b for a, b in zip(p, p[1:]))))
