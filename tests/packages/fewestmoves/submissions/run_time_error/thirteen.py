n = int(input())
assert n < 90
print(*[1] * n)
