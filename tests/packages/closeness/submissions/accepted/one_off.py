print(len(input()) + 1)
