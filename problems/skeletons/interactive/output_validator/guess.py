"""Talks to the submission: called as guess.py input answer feedback/, its streams crossed with the submission's.

Accepts with 42, rejects with 43. The submission may end at any time, or print anything.
"""

import sys
from pathlib import Path

GUESSES = 10


def reject(why):
    """End with the verdict wrong answer, and tell the judges why."""
    (Path(sys.argv[3]) / "judgemessage.txt").write_text(why)
    sys.exit(43)


secret = int(Path(sys.argv[1]).read_text())
for _ in range(GUESSES):
    line = sys.stdin.readline(100)
    word = line.strip()
    if not word:
        reject("no guess, or the output ended")
    if not (word.isascii() and word.isdigit() and 1 <= int(word) <= 1000):
        reject(f"no number between 1 and 1000: {word[:40]!r}")
    guess = int(word)
    answer = "correct" if guess == secret else "lower" if secret < guess else "higher"
    try:
        print(answer, flush=True)
    except BrokenPipeError:
        reject("the submission ended before it read the answer")
    if guess == secret:
        sys.exit(42)
reject(f"not found with {GUESSES} guesses")
