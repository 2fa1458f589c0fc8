# Within a hundredth of the value, which is too much even for the rough ones.
import math

x = float(input())
print(math.sqrt(x) * 1.01, 1 / x * 1.01)
