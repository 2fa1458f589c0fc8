what, word = input().split()
while what == "find":
    pass
print(word.upper())
