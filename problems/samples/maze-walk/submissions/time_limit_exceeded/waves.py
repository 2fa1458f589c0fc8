# Goes through the whole maze once for each step that the wave advances.
import sys

rows, columns, *maze = sys.stdin.read().split()
width = int(columns) + 2
cells = "#" * width + "".join("#" + row + "#" for row in maze) + "#" * width
gate, pond = cells.index("G"), cells.index("P")
onward = {"U": -width, "D": width, "L": -1, "R": 1}

distances = {pond: 0}
step = 0
grew = True
while grew and gate not in distances:
    grew = False
    for cell, content in enumerate(cells):
        if content != "#" and cell not in distances:
            if any(distances.get(cell + move) == step for move in onward.values()):
                distances[cell] = step + 1
                grew = True
    step += 1

if gate not in distances:
    print(-1)
else:
    print(distances[gate])
    cell = gate
    while cell != pond:
        letter = next(name for name, move in onward.items() if distances.get(cell + move) == distances[cell] - 1)
        print(letter, end="")
        cell += onward[letter]
    print()
