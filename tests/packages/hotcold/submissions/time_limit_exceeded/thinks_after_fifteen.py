n = int(input())
for guess in range(1, n + 1):
    while guess > 15:
        pass
    print(guess, flush=True)
    if input() == "found":
        break
