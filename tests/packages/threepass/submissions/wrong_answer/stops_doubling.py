n = int(input())
print(2 * n if n < 10000 else n)
