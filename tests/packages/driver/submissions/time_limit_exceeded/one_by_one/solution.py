def power(a, b):
    found = 1
    for _ in range(b):
        found = found * a % {{modulus}}
    return found
