import re
import sys

limit = int(sys.argv[1]) if len(sys.argv) > 1 else 10**6
text = sys.stdin.read()
sys.exit(42 if re.fullmatch(r"[1-9][0-9]{0,8}\n", text) and int(text) <= limit else 1)
