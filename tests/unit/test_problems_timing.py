"""How a time limit follows from the times of submissions."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from problems.timing import Timing

LEGACY = Timing(ac_to_limit=5, limit_to_tle=2)


@pytest.mark.parametrize(
    ("slowest_us", "limit_ms"),
    [(0, 1000), (1, 1000), (200_000, 1000), (200_001, 2000), (199_999, 1000), (1_000_000, 5000), (1_234_567, 7000)],
)
def test_legacy(slowest_us: int, limit_ms: int) -> None:
    """Full seconds, at least one, that leave the slowest accepted submission five times what it took."""
    assert LEGACY.limit_ms(slowest_us) == limit_ms


def test_the_margin_to_what_is_too_slow() -> None:
    """A submission that is too slow stays so under any limit up to its time over the factor."""
    assert LEGACY.longest_ms(3_000_000) == 1500


@given(
    slowest_us=st.integers(0, 10**8),
    factor=st.integers(10, 100).map(lambda tenths: tenths / 10),
    resolution_ms=st.integers(1, 5000),
)
def test_is_the_smallest_multiple(slowest_us: int, factor: float, resolution_ms: int) -> None:
    """The smallest positive multiple of the resolution that is not below the slowest time with its margin."""
    timing = Timing(ac_to_limit=factor, resolution_ms=resolution_ms)

    needed = Fraction(slowest_us) * round(factor * 10) / 10 / 1000
    assert timing.limit_ms(slowest_us) == max(1, math.ceil(needed / resolution_ms)) * resolution_ms
