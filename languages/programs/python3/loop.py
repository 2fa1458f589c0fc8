a, b = map(int, input().split())
steps = 0
for _ in range(10_000_000):
    steps += 1
print(a + b + steps - 10_000_000)
