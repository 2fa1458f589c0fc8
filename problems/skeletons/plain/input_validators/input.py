"""Accepts an input, by exit code 42, that is written exactly as the statement says."""

import re
import sys

INTEGER = r"(?:0|-?[1-9][0-9]*)"

text = sys.stdin.read()
assert re.fullmatch(rf"{INTEGER}\n{INTEGER}(?: {INTEGER})*\n", text), "not two lines of integers and single spaces"
first, second = text.splitlines()
n, numbers = int(first), [int(word) for word in second.split(" ")]
assert 1 <= n <= 100_000, "n is out of bounds"
assert len(numbers) == n, f"n is {n}, but there are {len(numbers)} numbers"
assert all(-(10**9) <= number <= 10**9 for number in numbers), "a number is out of bounds"
sys.exit(42)
