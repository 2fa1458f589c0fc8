# Found by the interactor's rules, but with more guesses than the checker allows.
n = int(input())
low, high = 1, n
while True:
    guess = (low + high) // 2
    print(guess, flush=True)
    answer = input()
    if answer != "=" and guess > 999000:
        print(guess, flush=True)
        input()
    if answer == "=":
        break
    if answer == "<":
        high = guess - 1
    else:
        low = guess + 1
