n = int(input())
for a in range(n + 1):
    b = round((n - a * a) ** 0.5) if a * a <= n else 0
    if a * a + b * b == n:
        print(a, b)
        break
