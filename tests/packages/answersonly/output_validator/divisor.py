import sys

number = int(open(sys.argv[1]).read())
output = sys.stdin.read().split()
if len(output) != 1 or not output[0].isdigit() or not 0 < int(output[0]) < number or number % int(output[0]):
    sys.exit(43)
best = max(d for d in range(1, number) if number % d == 0)
with open(sys.argv[3] + "score_multiplier.txt", "w") as file:
    file.write("1\n" if int(output[0]) == best else "0.5\n")
sys.exit(42)
