"""Forgets that numbers may be negative."""

input()
print(sum(abs(int(word)) for word in input().split()))
