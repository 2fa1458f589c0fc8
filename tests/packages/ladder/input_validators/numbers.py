import re
import sys

options = dict(word.split("=") for word in sys.argv[1:])
text = sys.stdin.read()
if not re.fullmatch(r"[1-9][0-9]*\n-?[0-9]+( -?[0-9]+)*\n", text):
    sys.exit("malformed")
n, *numbers = map(int, text.split())
assert n == len(numbers) <= int(options.get("most", 2000))
sys.exit(42)
