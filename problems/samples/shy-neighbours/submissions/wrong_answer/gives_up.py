# Only tries the first ten families for each house, and gives up too early.
n = int(input())
free = list(range(1, n + 1))
street = [0] if n > 50 else [free.pop(len(free) // 2)]
while free and street[0]:
    found = next((family for family in free[:10] if abs(family - street[-1]) != 1), None)
    if found is None:
        street[0] = 0
    else:
        free.remove(found)
        street.append(found)
print(*street) if street[0] else print("impossible")
