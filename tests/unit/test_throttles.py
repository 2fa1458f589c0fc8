"""When there is room for one more try."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from judge.store.throttles import _windows


def _counted(before: int, present: int, elapsed: float) -> float:
    """What one more try counts as, so many windows after the beginning of the present one, as ``hit`` counts it."""
    if elapsed < 1:
        return present + 1 + before * (1 - elapsed)
    return 1 + present * max(0.0, 2 - elapsed)


@given(before=st.integers(0, 1000), present=st.integers(0, 1000), tries=st.integers(1, 300))
def test_room_for_one_more(before: int, present: int, tries: int) -> None:
    """A try is one too many until then, and none from then on."""
    then = _windows(before, present, tries)

    assert _counted(before, present, then + 1e-6) <= tries
    if then > 0:
        assert _counted(before, present, then - 1e-6) > tries
