# Puts both together in a file of its own, and overwrites the one it was given.
import pathlib
import sys

both = sys.stdin.read() + pathlib.Path("text.txt").read_text()
pathlib.Path("both.txt").write_text(both)
pathlib.Path("text.txt").write_text("nothing")
print(pathlib.Path("both.txt").read_text().count(sys.argv[1]))
