# Goes on from every record as far as it is calm.
import sys

n, d, *heights = map(int, sys.stdin.buffer.read().split())
best, best_start = 0, 0
for start in range(n):
    end = start + 1
    while end < n and abs(heights[end] - heights[end - 1]) <= d:
        end += 1
    if end - start > best:
        best, best_start = end - start, start
print(best, best_start + 1)
