import math

x = float(input())
print(math.sqrt(x), 1 / x)
