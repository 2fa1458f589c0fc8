"""Accepts an input, by exit code 42, that holds one secret number."""

import re
import sys

text = sys.stdin.read()
assert re.fullmatch(r"[1-9][0-9]*\n", text), "not one line with one integer"
assert 1 <= int(text) <= 1000, "the secret number is out of bounds"
sys.exit(42)
