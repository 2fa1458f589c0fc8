"""Called as: output.py input answer feedback/ < the submission's output. Accepts with 42, rejects with 43.

Whatever else happens here, an exception included, is a judge error. What the submission printed may be anything.
"""

import sys
from pathlib import Path


def reject(why):
    """End with the verdict wrong answer, and tell the judges why."""
    (Path(sys.argv[3]) / "judgemessage.txt").write_text(why)
    sys.exit(43)


n = int(Path(sys.argv[1]).read_text())
words = sys.stdin.buffer.read(1000).split()
if len(words) != 2:
    reject(f"{len(words)} words instead of two numbers")
if not all(word.isdigit() and len(word) <= 10 for word in words):
    reject("not two non-negative integers")
one, other = map(int, words)
if one + other != n:
    reject(f"{one} + {other} is not {n}")
if one * other % 2 != 0:
    reject(f"the product of {one} and {other} is odd")
sys.exit(42)
