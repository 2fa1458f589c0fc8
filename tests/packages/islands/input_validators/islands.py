import re
import sys

limits = dict(word.split("=") for word in sys.argv[1:])
text = sys.stdin.read()
if not re.fullmatch(r"[1-9][0-9]*\n-?[0-9]+( -?[0-9]+)*\n", text):
    sys.exit("malformed")
n, *heights = map(int, text.split())
assert n == len(heights) <= int(limits.get("most", 1000))
assert min(heights) >= int(limits.get("least", -1000))
sys.exit(42)
