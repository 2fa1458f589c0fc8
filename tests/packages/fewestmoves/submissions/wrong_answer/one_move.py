# Fewer than is possible.
print(input())
