def power(a, b):
    return pow(a, b, {{modulus}})
