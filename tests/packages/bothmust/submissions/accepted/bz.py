# Even n: zbbz; odd n has both letters as soon as there is room.
n = int(input())
half = ("zb" * n)[: (n + 1) // 2]
if n == 1:
    half = "b"
if n == 2:
    half = "z"
print(half + half[: n // 2][::-1])
