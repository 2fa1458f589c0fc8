# Waits for a line that never comes, using no time of the processor at all.
import time

note = [input() for _ in range(int(input()))]
time.sleep(3600)
print(*note, sep="\n")
