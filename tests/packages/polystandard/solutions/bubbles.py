# May be in time, and may be too slow.
n = int(input())
row = list(map(int, input().split()))
for _ in range(n):
    for i in range(n - 1):
        if row[i] > row[i + 1]:
            row[i], row[i + 1] = row[i + 1], row[i]
print(*row)
