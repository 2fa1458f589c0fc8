# @EXPECTED_GRADES@ WA WA WA
n = int(input())
print(min(map(int, input().split())) - 1)
