# 20 of the sum, an average of 12, a maximum of 25, and a minimum that a rejected group does not have.
# @EXPECTED_SCORE@: 57
x = int(input())
print(x * x if x > 0 else 0)
