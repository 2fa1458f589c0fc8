import pathlib
import sys

print((sys.stdin.read() + pathlib.Path("text.txt").read_text()).count(sys.argv[1]))
