"""Comparing words as numbers, within a relative or an absolute tolerance, either of which suffices.

The tolerances mean what they say: |output - answer| <= tolerance is decided as if by exact arithmetic, so that an
answer of 1 and a tolerance of 1e-6 accept "1.000001". Doubles decide where they are certain, decimals where they are
not.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Context, Decimal
from itertools import repeat
from operator import add, lt, mul, sub

#: A word this long is text to us, never a number: no sensible number has that many digits.
NUMBER_BYTES = 16 * 1024

#: float() takes words with these bytes that are no numbers to us.
_NOT_IN_NUMBERS = (b"_", b"n", b"N")
#: Enough digits that no two numbers close enough to reach exact arithmetic are rounded together in practice.
_EXACT = Context(prec=1000, Emax=10**9, Emin=-(10**9), traps=[])


class Closeness:
    """Whether two words are numbers within the tolerances."""

    def __init__(self, *, relative: str, absolute: str) -> None:
        self._relative = float(relative)
        self._absolute = float(absolute)
        self._exact_relative = Decimal(relative)
        self._exact_absolute = Decimal(absolute)

    def surely_holds(self, ours: Sequence[bytes], theirs: Sequence[bytes]) -> bool:
        """Whether all are numbers and plainly close; False only means that one has to look closer.

        Outputs of a million numbers, each written a little differently from the answer, are common: this is five times
        as fast as asking for each.
        """
        if max(map(len, ours)) >= NUMBER_BYTES or max(map(len, theirs)) >= NUMBER_BYTES:
            return False
        text = b" ".join((*ours, *theirs))
        if any(byte in text for byte in _NOT_IN_NUMBERS):
            return False
        try:
            answers = list(map(float, ours))
            differences = list(map(abs, map(sub, map(float, theirs), answers)))
        except ValueError:
            return False
        # Four roundings of some 1e-16 of the answer are allowed for before anything is called certain.
        sizes = list(map(abs, answers))
        if max(differences) + 1e-15 * max(sizes) < 0.999 * self._absolute:
            return True
        if self._relative and all(map(lt, differences, map(mul, sizes, repeat(0.999 * self._relative - 1e-15)))):
            return True
        bounds = map(max, map(mul, sizes, repeat(0.999 * self._relative)), repeat(0.999 * self._absolute))
        return all(map(lt, map(add, differences, map(mul, sizes, repeat(1e-15))), bounds))

    def holds(self, wanted: bytes, found: bytes) -> bool:
        answer, value = _number(wanted), _number(found)
        if answer is None or value is None:
            return False
        difference, bound = abs(value - answer), max(self._relative * abs(answer), self._absolute)
        # Four roundings lie between the words and these two; only where they might decide is it worth being exact.
        # Beyond the range of a double the doubt is infinite or the comparison with it undefined: exact again.
        doubt = 1e-15 * (abs(answer) + abs(value) + bound) + 1e-300
        if abs(difference - bound) > doubt:
            return difference < bound
        return self._holds_exactly(wanted, found)

    def _holds_exactly(self, wanted: bytes, found: bytes) -> bool:
        answer = _EXACT.create_decimal(wanted.decode("ascii"))
        value = _EXACT.create_decimal(found.decode("ascii"))
        difference = _EXACT.abs(_EXACT.subtract(value, answer))
        relative_bound = _EXACT.multiply(self._exact_relative, _EXACT.abs(answer))
        if not (difference.is_finite() and relative_bound.is_finite()):
            return False
        return difference <= max(relative_bound, self._exact_absolute)


def _number(word: bytes) -> float | None:
    r"""The value of a word of the form ``[+-]?(\d*\.\d+|\d+\.|\d+)([eE][+-]?\d+)?``, else None.

    float() takes that form, and beside it only underscores and the names inf, infinity and nan, which all have an n.
    It is several times faster than a regular expression.
    """
    if len(word) >= NUMBER_BYTES or any(byte in word for byte in _NOT_IN_NUMBERS):
        return None
    try:
        return float(word)
    except ValueError:
        return None
