# @EXPECTED_GRADES@ AC AC AC
n = int(input())
print(max(map(int, input().split())))
