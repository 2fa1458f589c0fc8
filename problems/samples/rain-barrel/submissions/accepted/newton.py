from math import pi

for _ in range(int(input())):
    a, b, h, volume = map(float, input().split())
    y = h / 2
    for _ in range(200):
        r = a + (b - a) * y / h
        # The volume grows by the surface's area.
        step = (pi * y * (a * a + a * r + r * r) / 3 - volume) / (pi * r * r)
        y = min(max(y - step, 0.0), h)
        if abs(step) < 1e-13 * (1 + y):
            break
    print(y)
