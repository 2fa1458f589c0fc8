"""Accepts any shortest walk; the answer file tells how long that is."""

import sys

from maze import Maze

ACCEPT = 42
REJECT = 43


def judge(maze, shortest, words):
    """What is wrong with the output, None if nothing is."""
    if not words:
        return "no output"
    if words[0] != b"%d" % shortest:
        return f"{words[0][:20]!r} is not the length {shortest}"
    if shortest == -1:
        return None if len(words) == 1 else "a walk that should not be there"
    if len(words) != 2:
        return f"{len(words)} words where a length and a walk are expected"
    if len(words[1]) != shortest:
        return f"{len(words[1])} steps where there should be {shortest}"
    return maze.complaint(words[1])


def main():
    input_file, answer_file, feedback_directory = sys.argv[1:4]
    with open(input_file, "rb") as file:
        maze = Maze(file.read().split()[2:])
    with open(answer_file, "rb") as file:
        shortest = int(file.readline())
    # No right output is longer than a walk through every cell, so there is no need to read more.
    output = sys.stdin.buffer.read(1_000_000)
    complaint = judge(maze, shortest, output.split())
    if complaint is None:
        sys.exit(ACCEPT)
    with open(feedback_directory + "judgemessage.txt", "w", encoding="utf-8") as file:
        print(complaint, file=file)
    sys.exit(REJECT)


if __name__ == "__main__":
    main()
