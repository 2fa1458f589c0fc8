# Goes from the pond outwards, so that the walk can be read off forwards.
import sys

rows, columns, *maze = sys.stdin.read().split()
width = int(columns) + 2
cells = "#" * width + "".join("#" + row + "#" for row in maze) + "#" * width
gate, pond = cells.index("G"), cells.index("P")
back = {-width: "D", width: "U", -1: "R", 1: "L"}
onward = {"U": -width, "D": width, "L": -1, "R": 1}

letters = {pond: ""}
front = [pond]
while front and gate not in letters:
    following = []
    for cell in front:
        for step, letter in back.items():
            beyond = cell + step
            if cells[beyond] != "#" and beyond not in letters:
                letters[beyond] = letter
                following.append(beyond)
    front = following

if gate not in letters:
    print(-1)
else:
    walk = []
    cell = gate
    while cell != pond:
        walk.append(letters[cell])
        cell += onward[letters[cell]]
    print(len(walk))
    print("".join(walk))
