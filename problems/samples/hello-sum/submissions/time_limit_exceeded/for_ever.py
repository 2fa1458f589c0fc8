# Adds up properly, but then never stops.
input()
total = sum(map(int, input().split()))
while True:
    total += 0
