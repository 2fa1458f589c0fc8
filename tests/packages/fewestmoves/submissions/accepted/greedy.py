# 1 + 2 + 11 moves. @EXPECTED_SCORE@: 14
n = int(input())
while n > 0:
    print(min(n, 9))
    n -= 9
