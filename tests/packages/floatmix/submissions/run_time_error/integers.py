x = int(input())
print(x**0.5, 1 / x)
