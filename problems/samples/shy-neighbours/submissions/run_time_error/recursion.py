# Lets one house in each call, which Python does a thousand times at most.
def let(family, n, street):
    street.append(family)
    if family + 2 <= n:
        let(family + 2, n, street)


n = int(input())
if n in (2, 3):
    print("impossible")
else:
    street = []
    if n > 1:
        let(2, n, street)
    let(1, n, street)
    print(*street)
