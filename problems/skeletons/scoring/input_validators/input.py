"""Accepts an input, by exit code 42, that is written exactly as the statement says; --most N bounds n further."""

import re
import sys

INTEGER = r"[1-9][0-9]*"

most = int(sys.argv[2]) if sys.argv[1:2] == ["--most"] else 100_000
text = sys.stdin.read()
assert re.fullmatch(rf"{INTEGER}\n{INTEGER}(?: {INTEGER})*\n", text), "not two lines of integers and single spaces"
first, second = text.splitlines()
n, numbers = int(first), [int(word) for word in second.split(" ")]
assert 1 <= n <= most, f"n is not between 1 and {most}"
assert len(numbers) == n, f"n is {n}, but there are {len(numbers)} numbers"
assert all(number <= 10**9 for number in numbers), "a number is out of bounds"
sys.exit(42)
