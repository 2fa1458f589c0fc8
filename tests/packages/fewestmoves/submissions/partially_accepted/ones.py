# One by one: 5 + 18 + 91 moves. @EXPECTED_SCORE@: 114
print(*[1] * int(input()))
