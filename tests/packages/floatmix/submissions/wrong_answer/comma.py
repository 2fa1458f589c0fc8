# As it is written in half of the world.
import math

x = float(input())
print(f"{math.sqrt(x):.9f} {1 / x:.9f}".replace(".", ","))
