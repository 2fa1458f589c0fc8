import sys

letters = open(sys.argv[1]).read().strip()
output = sys.stdin.read().split()
if len(output) != 1 or len(output[0]) > 1000 or not set(output[0]) <= set(letters):
    sys.exit(43)
if any(a == b for a, b in zip(output[0], output[0][1:])):
    sys.exit(43)
with open(sys.argv[3] + "score.txt", "w") as file:
    file.write(f"{len(output[0])}.0\n")
sys.exit(42)
