"""Accepts an input, by exit code 42, that is written exactly as the statement says."""

import re
import sys

text = sys.stdin.read()
assert re.fullmatch(r"(?:0|[1-9][0-9]*)\n", text), "not one line with one integer"
assert 0 <= int(text) <= 10**9, "n is out of bounds"
sys.exit(42)
