# covers: A18
# expect: TLE
# reason: idle
import time

print("safe", flush=True)
time.sleep(3600)
