# @EXPECTED_GRADES@ AC AC WA
# @EXPECTED_SCORE@: 50
n = int(input())
print(max(list(map(int, input().split()))[:10]))
