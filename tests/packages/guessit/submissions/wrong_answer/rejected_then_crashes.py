# The guess is rejected first, which counts more than the crash that follows.
print(-5, flush=True)
input()
raise SystemExit(1)
