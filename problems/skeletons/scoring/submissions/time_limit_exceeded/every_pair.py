"""Compares every number with every other one: 40 points."""

input()
numbers = input().split()
print(sum(one == other for place, one in enumerate(numbers) for other in numbers[:place]))
