"""Compares sorted neighbours only: no points."""

input()
numbers = sorted(input().split())
print(sum(one == other for one, other in zip(numbers, numbers[1:])))
