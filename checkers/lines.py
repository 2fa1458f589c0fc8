"""Compares line by line: every byte of the output must be that of the answer.

One thing is forgiven: a last line without its newline counts as if it had one, in output and answer alike. An empty
file has no line at all, so it differs from a single empty line.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import BinaryIO

from checkers.base import CheckerFailure, CheckOutcome
from checkers.excerpt import excerpt
from checkers.streams import read_chunk


class Lines:
    """The checker ``lines``. It takes no flags."""

    def __init__(self, flags: Sequence[str] = ()) -> None:
        if flags:
            raise CheckerFailure(f"unknown flag {flags[0]!r}; the checker lines takes none")

    def check(self, answer: BinaryIO, output: BinaryIO) -> CheckOutcome:
        line, column, before = 1, 1, b""
        while True:
            expected, got = read_chunk(answer), read_chunk(output)
            same = len(expected) if expected == got else _common_length(expected, got)
            line, column = _advance(line, column, expected[:same])
            before = expected[:same][-1:] or before
            if expected == got:
                if not expected:
                    return CheckOutcome(is_accepted=True)
                continue
            wanted, found = expected[same:], got[same:]
            # Only the end of both files can lack a newline, and not after a line that has one.
            if before not in (b"", b"\n") and {wanted, found} == {b"", b"\n"} and not answer.read(1) + output.read(1):
                return CheckOutcome(is_accepted=True)
            return CheckOutcome(
                is_accepted=False, message=f"line {line}, column {column}: {_difference(wanted, found)}"
            )


def _difference(wanted: bytes, found: bytes) -> str:
    if not found:
        return f"the output ends where {excerpt(_line(wanted))} is expected"
    if not wanted:
        return f"{excerpt(_line(found))} follows where nothing is expected"
    return f"expected {excerpt(_line(wanted))}, got {excerpt(_line(found))}"


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
