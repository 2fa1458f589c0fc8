# Looks for the steepest step, which a single record does not have.
import sys

n, d, *heights = map(int, sys.stdin.buffer.read().split())
steps = [abs(after - before) for before, after in zip(heights, heights[1:])]
starts = [0] + [i + 1 for i, step in enumerate(steps) if step > d]
lengths = [end - start for start, end in zip(starts, starts[1:] + [n])]
best = max(lengths) if max(steps) > d else n
print(best, starts[lengths.index(best)] + 1)
