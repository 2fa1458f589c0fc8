import sys

from distance import multiplier

answer = int(open(sys.argv[2]).read())
output = sys.stdin.read().split()
if len(output) != 1 or not output[0].isdigit():
    sys.exit(43)
part = multiplier(abs(int(output[0]) - answer))
with open(sys.argv[3] + "judgemessage.txt", "a") as message:
    message.write(f"worth {part} of the points\n")
if part is None:
    sys.exit(43)
with open(sys.argv[3] + "score_multiplier.txt", "w") as file:
    file.write(f"{part}\n")
sys.exit(42)
