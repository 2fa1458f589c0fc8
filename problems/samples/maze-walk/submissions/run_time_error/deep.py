# Follows the walk by recursion, too deep for Python.
import sys

rows, columns, *maze = sys.stdin.read().split()
width = int(columns) + 2
cells = list("#" * width + "".join("#" + row + "#" for row in maze) + "#" * width)
steps = {"U": -width, "D": width, "L": -1, "R": 1}


def fill(cell):
    cells[cell] = "#"
    for step in steps.values():
        if cells[cell + step] != "#":
            fill(cell + step)


pond, gate = cells.index("P"), cells.index("G")
reachable = cells[:]
fill(gate)
if cells[pond] != "#":
    print(-1)
else:
    walks = {gate: ""}
    for cell in (queue := [gate]):
        for letter, step in steps.items():
            if reachable[cell + step] != "#" and cell + step not in walks:
                walks[cell + step] = walks[cell] + letter
                queue.append(cell + step)
    print(len(walks[pond]), walks[pond], sep="\n")
