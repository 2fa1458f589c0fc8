"""Zero is even whatever it is multiplied with."""

print(0, int(input()))
