"""What differs between two texts, line by line, with some lines around each difference."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby, islice, zip_longest

CONTEXT_LINES = 3
#: More is nothing that anybody would read.
MOST_LINES = 4000


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of what is shown."""

    #: ``same``, ``old`` or ``new``; or ``gap``, where lines that are the same are left out.
    kind: str
    old: int | None = None
    new: int | None = None
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """What stands side by side: one line twice where both are the same, and nothing at all where lines are left out."""

    old: Line | None = None
    new: Line | None = None


def lines(old: str, new: str) -> list[Line] | None:
    """The lines that differ and those around them, none where there is no difference; None where they are too many.

    On texts made for the purpose this takes very long: call it where it can be stopped.
    """
    found = list(islice(_lines(old.splitlines(), new.splitlines()), MOST_LINES + 1))
    return found if len(found) <= MOST_LINES else None


def beside(shown: Sequence[Line]) -> Iterator[Pair]:
    """The same lines in two columns, what was replaced beside what replaced it."""
    for is_changed, group in groupby(shown, key=lambda line: line.kind in ("old", "new")):
        if is_changed:
            changed = list(group)
            olds, news = ([line for line in changed if line.kind == kind] for kind in ("old", "new"))
            yield from (Pair(old=old, new=new) for old, new in zip_longest(olds, news))
        else:
            yield from (Pair() if line.kind == "gap" else Pair(old=line, new=line) for line in group)


def _lines(old: list[str], new: list[str]) -> Iterator[Line]:
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for count, group in enumerate(matcher.get_grouped_opcodes(CONTEXT_LINES)):
        if count:
            yield Line(kind="gap")
        for tag, old_from, old_to, new_from, new_to in group:
            if tag == "equal":
                for offset, text in enumerate(old[old_from:old_to]):
                    yield Line(kind="same", old=old_from + offset + 1, new=new_from + offset + 1, text=text)
                continue
            for number, text in enumerate(old[old_from:old_to], start=old_from + 1):
                yield Line(kind="old", old=number, text=text)
            for number, text in enumerate(new[new_from:new_to], start=new_from + 1):
                yield Line(kind="new", new=number, text=text)
