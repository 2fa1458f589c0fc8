import sys

n, d, *heights = map(int, sys.stdin.buffer.read().split())
# Stretches begin at 0 and behind every steep step.
starts = [0]
starts += [i for i in range(1, n) if not -d <= heights[i] - heights[i - 1] <= d]
lengths = [end - start for start, end in zip(starts, starts[1:] + [n])]
best = max(lengths)
print(best, starts[lengths.index(best)] + 1)
