import sys

open(sys.argv[3] + "score.txt", "w").write("many")
sys.exit(42)
