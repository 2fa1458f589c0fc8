print(10, flush=True)
answer = input()
while answer == "correct":
    pass
