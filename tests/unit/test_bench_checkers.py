"""The bench of checkers: it does the work, and a checker that rejects never counts as fast."""

from __future__ import annotations

import dataclasses

import pytest

from judge.bench import checkers
from judge.config import Settings


async def test_measures_each_case(monkeypatch: pytest.MonkeyPatch) -> None:
    """Time and memory of each case come from a process that accepted the output; only one is without a target."""
    monkeypatch.setattr(checkers, "SIZE_BYTES", 1_000_000)
    monkeypatch.setattr(checkers, "_LINES", 1000)
    figures = await checkers.measure(Settings(), lambda _: None)

    assert len(figures) == 2 * len(checkers._CASES)
    assert all(figure.value > 0 for figure in figures if figure.unit == "s")
    assert [figure.name for figure in figures if figure.ok is None] == ["floats, each spelled otherwise: 100 MB"]
    assert not [figure.name for figure in figures if figure.ok is False]


async def test_a_wrong_output_is_no_success(monkeypatch: pytest.MonkeyPatch) -> None:
    """An output that is rejected, which takes no time at all, misses the target."""
    broken = dataclasses.replace(checkers._CASES[0], change=lambda block: b"x" + block)
    monkeypatch.setattr(checkers, "SIZE_BYTES", 1_000_000)
    monkeypatch.setattr(checkers, "_CASES", (broken,))

    assert [figure.ok for figure in await checkers.measure(Settings(), lambda _: None)] == [False, False]
