# Only counts stretches that a steep step ends.
import sys

n, d, *heights = map(int, sys.stdin.buffer.read().split())
start, best, best_start = 0, 0, 0
for i in range(1, n):
    if abs(heights[i] - heights[i - 1]) > d:
        if i - start > best:
            best, best_start = i - start, start
        start = i
print(max(best, 1), best_start + 1)
