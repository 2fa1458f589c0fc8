# @EXPECTED_GRADES@ TLE TLE TLE
n = int(input())
while n in (1, 2, 101):
    pass
print(max(map(int, input().split())))
