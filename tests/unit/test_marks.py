"""Verdicts as one letter for each test case."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from judge.verdicts import Verdict
from judge.verifying import marks


@given(st.dictionaries(st.text(min_size=1, max_size=5), st.none() | st.sampled_from(Verdict)))
def test_there_and_back(verdicts: dict[str, Verdict | None]) -> None:
    """Each verdict is read as it was written, and test cases without one have none."""
    known = {name: verdict for name, verdict in verdicts.items() if verdict is not None}

    text = marks.marks(known, verdicts)

    assert len(text) == len(verdicts)
    assert marks.read(text, verdicts) == known
