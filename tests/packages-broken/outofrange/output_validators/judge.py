import sys

open(sys.argv[3] + "score.txt", "w").write("11")
sys.exit(42)
