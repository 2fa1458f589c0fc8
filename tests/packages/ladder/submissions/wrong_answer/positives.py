input()
print(len({number for number in input().split() if not number.startswith("-")}))
