# Runs out of the range for even numbers.
n = int(input())
guess = -1
while True:
    guess += 2
    print(guess, flush=True)
    if input() == "found":
        break
