"""Verdicts of a submission on all test cases as one short text, which progress can be told in often."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from judge.verdicts import Verdict

#: No verdict yet.
_NONE = "."
#: Their first letters are different ones.
_BY_LETTER = {verdict.value[0]: verdict for verdict in Verdict}


def marks(verdicts: Mapping[str, Verdict], tests: Iterable[str]) -> str:
    """A letter for each test case, in that order."""
    return "".join(verdicts[name].value[0] if name in verdicts else _NONE for name in tests)


def read(text: str, tests: Iterable[str]) -> dict[str, Verdict]:
    """The verdicts that there are, by the names of the test cases."""
    return {name: _BY_LETTER[mark] for name, mark in zip(tests, text, strict=False) if mark in _BY_LETTER}
