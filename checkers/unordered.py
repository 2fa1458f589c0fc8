"""Compares lines whatever their order: each line of the answer must be there as often as in the answer, and no other.

Blank lines and the whitespace around and between the words of a line do not count; A-Z counts as a-z unless the flag
``case_sensitive`` is given. Of the answer a digest of each line is kept, of the output one line at a time.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import BinaryIO

from checkers.base import CheckerFailure, CheckOutcome
from checkers.excerpt import excerpt
from checkers.streams import read_chunk

#: Longer lines are not read: one has to be held as a whole.
LINE_BYTES = 1024 * 1024

_DIGEST_BYTES = 16


class _TooLong(Exception):
    """Which line is."""


class Unordered:
    """The checker ``unordered``, for its one flag."""

    def __init__(self, flags: Sequence[str] = ()) -> None:
        if any(flag != "case_sensitive" for flag in flags):
            raise CheckerFailure(f"unknown flags {' '.join(flags)!r}; the checker unordered takes case_sensitive alone")
        if len(flags) > 1:
            raise CheckerFailure("flag case_sensitive is given twice")
        self._is_folded = not flags

    def check(self, answer: BinaryIO, output: BinaryIO) -> CheckOutcome:
        try:
            expected = Counter(self._digest(words) for _, words in _lines(answer))
        except _TooLong as error:
            raise CheckerFailure(f"the answer's {error}") from error
        try:
            message = self._first_difference(expected, output)
        except _TooLong as error:
            message = str(error)
        return CheckOutcome(is_accepted=not message, message=message)

    def _first_difference(self, expected: Counter[bytes], output: BinaryIO) -> str:
        for number, words in _lines(output):
            digest = self._digest(words)
            if not expected[digest]:
                return f"line {number}: {excerpt(words)} is not expected, or not as often"
            expected[digest] -= 1
        missing = expected.total()
        return f"the output ends, and {missing} of the expected lines are not in it" if missing else ""

    def _digest(self, words: bytes) -> bytes:
        return hashlib.blake2b(words.lower() if self._is_folded else words, digest_size=_DIGEST_BYTES).digest()


def _lines(stream: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Lines that are not blank, with their numbers, one space between their words."""
    number, rest = 1, b""
    while chunk := read_chunk(stream):
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            words = b" ".join(line.split())
            if words:
                yield number, words
            number += 1
        if len(rest) > LINE_BYTES:
            raise _TooLong(f"line {number} is longer than {LINE_BYTES} bytes, which this checker does not read")
    words = b" ".join(rest.split())
    if words:
        yield number, words
