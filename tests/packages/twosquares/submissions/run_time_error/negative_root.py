# Goes on where both numbers would have to be positive, to the root of a negative one.
n = int(input())
a = 1
while True:
    b = int((n - a * a) ** 0.5)
    if b > 0 and a * a + b * b == n:
        break
    a += 1
print(a, b)
