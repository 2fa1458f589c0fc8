# The same number, but no decimal one.
import math

x = float(input())
print(math.sqrt(x).hex(), (1 / x).hex())
