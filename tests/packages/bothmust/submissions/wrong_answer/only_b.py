# Right where nobody asks for a z.
print("b" * int(input()))
