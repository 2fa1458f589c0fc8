# Raises the water in steps of a ten-millionth.
from math import pi

for _ in range(int(input())):
    a, b, h, volume = map(float, input().split())
    y = 0.0
    while y < h:
        r = a + (b - a) * y / h
        if pi * y * (a * a + a * r + r * r) / 3 >= volume:
            break
        y += 1e-7
    print(y)
