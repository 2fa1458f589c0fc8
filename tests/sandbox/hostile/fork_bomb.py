# expect: TLE RTE MLE
import os

while True:
    os.fork()
