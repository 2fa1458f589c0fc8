import re
import sys

least = int(sys.argv[1]) if len(sys.argv) > 1 else 1
word = sys.stdin.read()
sys.exit(42 if re.fullmatch(r"[a-z]{1,50}\n", word) and len(word) > least else 1)
