# covers: A11
# expect: AC
# The answer is there and the program gone, but somebody still holds the stream and is in no hurry.
import os
import time

if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        time.sleep(3600)
    os._exit(0)
print("safe")
