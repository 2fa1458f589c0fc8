n = int(input())
while n > 1000:
    pass
print(sum(n % d == 0 for d in range(1, n + 1)))
