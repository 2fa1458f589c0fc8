n = int(input())
print(sum((n % d == 0) + (n % d == 0 and d * d != n) for d in range(1, int(n**0.5) + 1)))
