# Goes round for ever.
while True:
    pass
