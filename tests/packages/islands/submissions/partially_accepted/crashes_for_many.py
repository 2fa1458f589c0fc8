# @EXPECTED_GRADES@ AC RTE RTE
# @EXPECTED_SCORE@: 20
n = int(input())
assert n <= 3 and n != 2
print(max(map(int, input().split())))
