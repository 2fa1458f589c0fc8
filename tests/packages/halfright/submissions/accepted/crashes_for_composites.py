n = int(input())
assert all(n % d for d in range(2, n))
print("yes")
