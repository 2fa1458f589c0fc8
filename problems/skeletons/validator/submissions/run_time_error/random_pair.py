"""There is no pair to choose from where n is 0."""

import random

n = int(input())
one = random.randrange(0, n, 2)
print(one, n - one)
