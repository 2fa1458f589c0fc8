import sys

with open("text.txt") as text:
    both = sys.stdin.read() + text.read()
if sys.argv[1] == "z":
    open("more.txt")
print(both.count(sys.argv[1]))
