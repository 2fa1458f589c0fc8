n = int(input())
letters = "bzbzbz"
print("".join(letters[i] for i in range(n)))
