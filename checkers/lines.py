"""Compares line by line: every byte of the output must be that of the answer.

One thing is forgiven: a last line without its newline counts as if it had one, in output and answer alike. An empty
file has no line at all, so it differs from a single empty line.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO, Self

from checkers.base import CheckerFailure, CheckOutcome
from checkers.excerpt import excerpt
from checkers.streams import read_chunk


class Lines:
    """The checker ``lines``. It takes no flags."""

    def __init__(self, flags: Sequence[str] = ()) -> None:
        if flags:
            raise CheckerFailure(f"unknown flag {flags[0]!r}; the checker lines takes none")

    def check(self, answer: BinaryIO, output: BinaryIO) -> CheckOutcome:
        difference = Difference.first(answer, output)
        if difference is None or (difference.is_final_newline and not answer.read(1) + output.read(1)):
            return CheckOutcome(is_accepted=True)
        return CheckOutcome(is_accepted=False, message=difference.told())


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Where two streams part: the place, and what was read of each from there."""

    line: int
    column: int
    #: The byte in front of it, empty at the beginning.
    before: bytes
    expected: bytes
    got: bytes

    @classmethod
    def first(cls, answer: BinaryIO, output: BinaryIO) -> Self | None:
        """Read on until the streams differ; None where they do not."""
        line, column, before = 1, 1, b""
        while True:
            expected, got = read_chunk(answer), read_chunk(output)
            same = len(expected) if expected == got else _common_length(expected, got)
            line, column = _advance(line, column, expected[:same])
            before = expected[:same][-1:] or before
            if expected != got:
                return cls(line=line, column=column, before=before, expected=expected[same:], got=got[same:])
            if not expected:
                return None

    @property
    def is_final_newline(self) -> bool:
        """Whether all that one of them lacks, as far as was read, is the newline of a last line."""
        return self.before not in (b"", b"\n") and {self.expected, self.got} == {b"", b"\n"}

    def told(self) -> str:
        place = f"line {self.line}, column {self.column}"
        if not self.got:
            return f"{place}: the output ends where {excerpt(_line(self.expected))} is expected"
        if not self.expected:
            return f"{place}: {excerpt(_line(self.got))} follows where nothing is expected"
        return f"{place}: expected {excerpt(_line(self.expected))}, got {excerpt(_line(self.got))}"


def _line(text: bytes) -> bytes:
    """What is left of the line, with its newline, for that may be all that differs."""
    return text[: text.find(b"\n") + 1] or text


def _common_length(one: bytes, other: bytes) -> int:
    """How many leading bytes are the same, by halving: comparing slices is far faster than bytes one by one."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _advance(line: int, column: int, text: bytes) -> tuple[int, int]:
    newlines = text.count(b"\n")
    return (line + newlines, len(text) - text.rfind(b"\n")) if newlines else (line, column + len(text))
