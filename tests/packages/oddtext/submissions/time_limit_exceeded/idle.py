# Waits, which takes no CPU time but all of the other.
import time

time.sleep(60)
