"""The maze, and walking through it."""

STEPS = {ord("U"): (-1, 0), ord("D"): (1, 0), ord("L"): (0, -1), ord("R"): (0, 1)}


class Maze:
    def __init__(self, rows):
        self.rows = rows
        for number, row in enumerate(rows):
            if b"G" in row:
                self.gate = number, row.index(b"G")

    def complaint(self, walk):
        """Where the walk goes wrong, None if it leads to the pond."""
        row, column = self.gate
        for number, letter in enumerate(walk, 1):
            if letter not in STEPS:
                return f"step {number} is {chr(letter)!r}"
            row, column = row + STEPS[letter][0], column + STEPS[letter][1]
            if not (0 <= row < len(self.rows) and 0 <= column < len(self.rows[0])):
                return f"step {number} leads out of the maze"
            if self.rows[row][column] == ord("#"):
                return f"step {number} leads into the hedge in row {row + 1}, column {column + 1}"
        if self.rows[row][column] != ord("P"):
            return f"the walk ends in row {row + 1}, column {column + 1}, which is not the pond"
        return None
