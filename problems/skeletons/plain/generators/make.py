"""Writes the secret test cases anew: python3 generators/make.py

Every test case has a seed of its own, so that adding one changes no other.
"""

import random
from pathlib import Path

SECRET = Path(__file__).resolve().parent.parent / "data" / "secret"

#: Name, seed, how many numbers, and how large they are at most.
CASES = [
    ("01-one", 1, 1, 10),
    ("02-small", 2, 10, 100),
    ("03-negative", 3, 1000, 10**9),
    ("04-most", 4, 100_000, 10**9),
]

for name, seed, n, most in CASES:
    source = random.Random(seed)
    numbers = [source.randint(-most, most) for _ in range(n)]
    (SECRET / name).parent.mkdir(parents=True, exist_ok=True)
    (SECRET / f"{name}.in").write_text(f"{n}\n{' '.join(map(str, numbers))}\n")
    (SECRET / f"{name}.ans").write_text(f"{sum(numbers)}\n")
