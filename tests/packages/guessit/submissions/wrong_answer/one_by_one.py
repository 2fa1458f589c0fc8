# Ten questions are not enough for this.
guess = 1
while True:
    print(guess, flush=True)
    if input() == "correct":
        break
    guess += 1
