n = len(input())
while n == 10:
    pass
print(n)
