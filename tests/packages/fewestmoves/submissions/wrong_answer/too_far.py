n = int(input())
while n > 0:
    print(9)
    n -= 9
