# Draws the upper side for ever.
print("+", end="")
while True:
    print("-" * 1000, end="")
