"""Writes the secret test cases anew: python3 generators/make.py

Every test case has a seed of its own, so that adding one changes no other.
"""

import random
from collections import Counter
from pathlib import Path

SECRET = Path(__file__).resolve().parent.parent / "data" / "secret"

#: Name, seed, how many numbers, and how large they are at most.
CASES = [
    ("group1/01-one", 1, 1, 10),
    ("group1/02-some", 2, 20, 5),
    ("group1/03-most", 3, 100, 10**9),
    ("group2/01-many-equal", 4, 100_000, 3),
    ("group2/02-few-equal", 5, 100_000, 10**9),
]

for name, seed, n, most in CASES:
    source = random.Random(seed)
    numbers = [source.randint(1, most) for _ in range(n)]
    pairs = sum(count * (count - 1) // 2 for count in Counter(numbers).values())
    (SECRET / name).parent.mkdir(parents=True, exist_ok=True)
    (SECRET / f"{name}.in").write_text(f"{n}\n{' '.join(map(str, numbers))}\n")
    (SECRET / f"{name}.ans").write_text(f"{pairs}\n")
