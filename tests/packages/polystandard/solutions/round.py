# Goes round for ever where it is given this number, and says nothing else.
n = int(input())
while n == 3:
    pass
