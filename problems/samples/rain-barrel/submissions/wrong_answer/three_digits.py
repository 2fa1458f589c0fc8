# Right, but printed with too few digits.
from math import pi

for _ in range(int(input())):
    a, b, h, volume = map(float, input().split())
    low, high = 0.0, h
    for _ in range(60):
        y = (low + high) / 2
        r = a + (b - a) * y / h
        if pi * y * (a * a + a * r + r * r) / 3 < volume:
            low = y
        else:
            high = y
    print(f"{low:.3f}")
