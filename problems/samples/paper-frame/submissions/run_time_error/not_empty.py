# Cannot cope with an empty line.
note = [input() for _ in range(int(input()))]
width = max(map(len, note))
side = "+" + "-" * (width + 2) + "+"
print(side, *(f"| {line[0]}{line[1:]:{width - 1}} |" for line in note), side, sep="\n")
