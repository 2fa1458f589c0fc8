# covers: A01
# expect: TLE RTE MLE
import os

while True:
    os.fork()
