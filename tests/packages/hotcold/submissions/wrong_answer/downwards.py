# Takes too many guesses for the third test.
n = int(input())
for guess in range(n, 0, -1) if n > 10 else range(1, n + 1):
    print(guess, flush=True)
    if input() == "found":
        break
