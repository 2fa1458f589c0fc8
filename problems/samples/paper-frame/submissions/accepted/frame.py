note = [input() for _ in range(int(input()))]
width = max(map(len, note))
side = "+" + "-" * (width + 2) + "+"
print(side, *(f"| {line:{width}} |" for line in note), side, sep="\n")
