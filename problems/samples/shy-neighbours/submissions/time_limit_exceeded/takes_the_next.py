# Looks for the next family from the beginning each time, and strikes it from the list: quadratic.
n = int(input())
if n in (2, 3):
    print("impossible")
else:
    free = list(range(n, 0, -1))
    street = []
    for parity in (0, 1):
        for house in range(n):
            rest = [family for family in free if family % 2 == parity]
            if not rest:
                break
            free.remove(rest[-1])
            street.append(rest[-1])
    print(*street)
