n = int(input())
print(*min((a, b) for a in range(n + 1) for b in range(n + 1) if a * a + b * b == n))
