"""The default output validator of the ICPC problem package format: compares word by word.

Output and answer are split at ASCII whitespace. Both must hold the same words, A-Z counting as a-z unless the flags say
``case_sensitive``. With ``space_change_sensitive`` the whitespace between, before and after the words must be the same
too. With a float tolerance, a word of the answer that is a number is compared by value, and a word of the output in its
place that is no number is wrong. Content is bytes: no encoding is assumed, and NUL is a byte like any other.

Both streams are read once, in chunks: ``alike.py`` reads past what is the same, and only from where they part are words
made of them (``pieces.py``) and compared one by one.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO, Self

from checkers import pieces
from checkers.alike import skip_same_bytes, skip_same_words
from checkers.base import CheckerFailure, CheckOutcome
from checkers.excerpt import excerpt
from checkers.floats import Closeness
from checkers.pieces import Pieces

_TOLERANCE = re.compile(r"(?:\d*\.\d+|\d+\.|\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_SWITCHES = ("case_sensitive", "space_change_sensitive")
_TOLERANCES = ("float_tolerance", "float_relative_tolerance", "float_absolute_tolerance")


@dataclass(frozen=True, slots=True, kw_only=True)
class Flags:
    """The flags, understood. A tolerance that is not given is None."""

    is_case_sensitive: bool = False
    is_space_change_sensitive: bool = False
    relative_tolerance: str | None = None
    absolute_tolerance: str | None = None

    @classmethod
    def parse(cls, words: Sequence[str]) -> Self:
        """Understand the flags of a package.

        Raises:
            CheckerFailure: an unknown, repeated or contradictory flag, or a tolerance that is no number.
        """
        given: dict[str, str] = {}
        rest = iter(words)
        for word in rest:
            if word not in (*_SWITCHES, *_TOLERANCES):
                raise CheckerFailure(f"unknown flag {word!r}; there are: {', '.join((*_SWITCHES, *_TOLERANCES))}")
            if word in given:
                raise CheckerFailure(f"flag {word} is given twice")
            given[word] = _tolerance(word, next(rest, None)) if word in _TOLERANCES else ""
        both = given.get("float_tolerance")
        if both is not None and len(given.keys() & set(_TOLERANCES)) > 1:
            raise CheckerFailure("float_tolerance cannot be given together with another float tolerance")
        return cls(
            is_case_sensitive="case_sensitive" in given,
            is_space_change_sensitive="space_change_sensitive" in given,
            relative_tolerance=given.get("float_relative_tolerance", both),
            absolute_tolerance=given.get("float_absolute_tolerance", both),
        )


def _tolerance(flag: str, value: str | None) -> str:
    if value is None or len(value) > 100 or not _TOLERANCE.fullmatch(value) or not math.isfinite(float(value)):
        raise CheckerFailure(f"flag {flag} needs a number like 1e-6 after it, not {value!r}")
    return value


class Tokens:
    """The checker ``tokens``, for one set of flags."""

    def __init__(self, flags: Sequence[str] = ()) -> None:
        self._flags = Flags.parse(flags)
        tolerances = (self._flags.relative_tolerance, self._flags.absolute_tolerance)
        self._closeness = (
            None
            if tolerances == (None, None)
            else Closeness(
                relative=self._flags.relative_tolerance or "0", absolute=self._flags.absolute_tolerance or "0"
            )
        )

    def check(self, answer: BinaryIO, output: BinaryIO) -> CheckOutcome:
        start = skip_same_bytes(answer, output)
        if start is None:
            return CheckOutcome(is_accepted=True)
        is_folded, has_spaces = not self._flags.is_case_sensitive, self._flags.is_space_change_sensitive
        if not has_spaces:
            start = skip_same_words(answer, output, start, is_folded=is_folded)
        expected = Pieces(answer, start.answer, is_folded=is_folded, has_spaces=has_spaces)
        got = Pieces(output, start.output, is_folded=is_folded, has_spaces=has_spaces)
        expected.skip(start.answer_skipped)
        got.skip(start.output_skipped)
        is_tail = start.is_tail
        while True:
            count = min(expected.available(), got.available())
            if count == 0:
                return _outcome_at_end(expected, got)
            ours, theirs = expected.peek(count), got.peek(count)
            wrong = None if ours == theirs else self._first_wrong(ours, theirs, is_tail=is_tail)
            if wrong is not None:
                expected.skip(wrong)
                got.skip(wrong)
                return _rejected(expected, got)
            is_tail = len(ours[-1]) == pieces.LONG_BYTES
            expected.skip(count)
            got.skip(count)

    def _first_wrong(self, ours: Sequence[bytes], theirs: Sequence[bytes], *, is_tail: bool) -> int | None:
        """Index of the first pieces that differ by more than is tolerated; ``is_tail``: the first ends a long word."""
        if self._closeness is not None and not is_tail and self._closeness.surely_holds(ours, theirs):
            return None
        for index, (wanted, found) in enumerate(zip(ours, theirs, strict=True)):
            if wanted == found:
                continue
            is_part = is_tail if index == 0 else len(ours[index - 1]) == pieces.LONG_BYTES
            if self._closeness is None or is_part or not self._closeness.holds(wanted, found):
                return index
        return None


def _outcome_at_end(expected: Pieces, got: Pieces) -> CheckOutcome:
    if expected.available() == got.available() == 0:
        return CheckOutcome(is_accepted=True)
    return _rejected(expected, got)


def _rejected(expected: Pieces, got: Pieces) -> CheckOutcome:
    has_expected, has_got = expected.available() > 0, got.available() > 0
    wanted, found = expected.describe()[1], got.describe()[1]
    place = got.describe()[0]
    if not has_got:
        return CheckOutcome(is_accepted=False, message=f"{place}: the output ends where {excerpt(wanted)} is expected")
    if not has_expected:
        return CheckOutcome(is_accepted=False, message=f"{place}: {excerpt(found)} follows where nothing is expected")
    return CheckOutcome(is_accepted=False, message=f"{place}: expected {excerpt(wanted)}, got {excerpt(found)}")
