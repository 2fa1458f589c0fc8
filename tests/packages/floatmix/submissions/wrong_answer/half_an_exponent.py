import math

x = float(input())
print(f"{math.sqrt(x):.9f}e", f"{1 / x:.9f}e")
