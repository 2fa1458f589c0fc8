# Remembers everything, and there is no end of it.
kept = []
while True:
    kept.append(bytearray(b"x" * 1000000))
