"""Differences between texts: every line is accounted for, and both texts can be told from what is shown."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from web.content.differences import CONTEXT_LINES, MOST_LINES, Line, beside, lines

TEXTS = st.lists(st.sampled_from(["a", "b", "c", "", "<b>"]), max_size=30)


def test_numbers_and_gaps() -> None:
    """Lines have their numbers in each text; what is far from any difference is left out."""
    old = [str(number) for number in range(1, 31)]
    new = [*old[:1], "x", *old[2:29], "y", "z"]

    shown = _shown("\n".join(old), "\n".join(new))

    assert [(line.kind, line.old, line.new, line.text) for line in shown[:3]] == [
        ("same", 1, 1, "1"),
        ("old", 2, None, "2"),
        ("new", None, 2, "x"),
    ]
    assert [line.kind for line in shown].count("gap") == 1
    assert (shown[-1].kind, shown[-1].new, shown[-1].text) == ("new", 31, "z")
    assert len(shown) == 3 + CONTEXT_LINES + 1 + CONTEXT_LINES + 3


@given(TEXTS, TEXTS)
def test_every_change_is_shown(old: list[str], new: list[str]) -> None:
    """Whatever is not shown is the same in both."""
    shown = _shown("\n".join(old), "\n".join(new))

    kept_old = [text for number, text in enumerate("\n".join(old).splitlines(), 1) if number not in _numbers(shown, 0)]
    kept_new = [text for number, text in enumerate("\n".join(new).splitlines(), 1) if number not in _numbers(shown, 1)]
    assert kept_old == kept_new
    assert all(line.text == (old[line.old - 1] if line.old else line.text) for line in shown)


def test_what_was_replaced_stands_beside() -> None:
    """Lines of both columns are paired in order; what only one text has stands beside nothing."""
    shown = _shown("a\nb\nc\nz", "A\nB\nz\nend")

    assert [tuple(line and line.text for line in (pair.old, pair.new)) for pair in beside(shown)] == [
        ("a", "A"),
        ("b", "B"),
        ("c", None),
        ("z", "z"),
        (None, "end"),
    ]


@given(TEXTS, TEXTS)
def test_columns_have_the_same_lines(old: list[str], new: list[str]) -> None:
    """Each column has its text's lines in their order, and as many gaps as the one column has."""
    shown = _shown("\n".join(old), "\n".join(new))
    pairs = list(beside(shown))

    assert [pair.old for pair in pairs if pair.old] == [line for line in shown if line.old]
    assert [pair.new for pair in pairs if pair.new] == [line for line in shown if line.new]
    gaps = [pair for pair in pairs if not pair.old and not pair.new]
    assert len(gaps) == [line.kind for line in shown].count("gap")


def test_too_many() -> None:
    """What nobody would read is not shown."""
    assert lines("a\n" * MOST_LINES, "") is not None
    assert lines("a\n" * MOST_LINES, "b") is None


def _shown(old: str, new: str) -> list[Line]:
    found = lines(old, new)
    assert found is not None
    return found


def _numbers(shown: list[Line], side: int) -> set[int]:
    """Lines of one text that are shown."""
    return {number for line in shown if (number := (line.old, line.new)[side])}
