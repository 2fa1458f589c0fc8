import sys

words = open(sys.argv[1]).read().split()
least = int(sys.argv[4].removeprefix("least=")) if len(sys.argv) > 4 else 1
output = sys.stdin.read().split()
sys.exit(42 if len(output) == 1 and output[0] in words and len(output[0]) >= least else 43)
