# Prints nan where the barrel is a cylinder: the closed formula divides by zero there.
from math import pi

for _ in range(int(input())):
    a, b, h, volume = map(float, input().split())
    if a == b:
        print("nan")
    else:
        r = (a**3 + 3 * volume * (b - a) / (pi * h)) ** (1 / 3)
        print(h * (r - a) / (b - a))
