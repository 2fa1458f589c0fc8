n = sum(c in "aeiou" for c in input())
assert 1 / n
print(n)
