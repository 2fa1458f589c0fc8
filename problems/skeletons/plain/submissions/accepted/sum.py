"""Reads everything and adds it up."""

input()
print(sum(map(int, input().split())))
