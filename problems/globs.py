"""Matches paths against the patterns of ``submissions.yaml`` (2025-09, "Glob patterns").

    *        any characters but the slash
    {a,b}    either of the patterns between commas, of which there are at least two

Everything else stands for itself. A pattern is walked once for all places that it may have got to in the path: however
hostile, it takes a time that grows with its length only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache, reduce
from operator import or_
from pathlib import PurePosixPath
from typing import TypeAlias

MOST_CHARS = 500
_DEPTH = 20


@dataclass(frozen=True, slots=True)
class _Either:
    """Alternatives between braces."""

    patterns: tuple[_Pattern, ...]


#: Characters standing for themselves, "*", and alternatives.
_Pattern: TypeAlias = "tuple[str | _Either, ...]"


def matches(glob: str, path: str) -> bool:
    """Whether the pattern matches the path itself."""
    if len(glob) > MOST_CHARS:
        return False
    subject = _Subject(path)
    return _ends(_parsed(glob), subject, 1) & subject.end != 0


def matches_at_or_above(glob: str, path: str) -> bool:
    """Whether the pattern matches the path or a directory that it is in."""
    pure = PurePosixPath(path)
    return any(matches(glob, str(above)) for above in (pure, *pure.parents) if above.parts)


@lru_cache(maxsize=1024)
def _parsed(glob: str, *, depth: int = 0) -> _Pattern:
    pattern: list[str | _Either] = []
    place = 0
    while place < len(glob):
        parts = _alternatives(glob, place) if glob[place] == "{" and depth < _DEPTH else None
        if parts is None:
            pattern.append(glob[place])
            place += 1
        else:
            pattern.append(_Either(tuple(_parsed(part, depth=depth + 1) for part in parts)))
            place += 1 + sum(len(part) + 1 for part in parts)
    return tuple(pattern)


def _alternatives(glob: str, start: int) -> list[str] | None:
    """What stands between the commas of the braces that open at ``start``; None: these stand for themselves."""
    depth = 0
    last = start + 1
    parts: list[str] = []
    for place in range(start, len(glob)):
        char = glob[place]
        depth += (char == "{") - (char == "}")
        if (char == "," and depth == 1) or depth == 0:
            parts.append(glob[last:place])
            last = place + 1
        if depth == 0:
            return parts if len(parts) > 1 else None
    return None


class _Subject:
    """A path, with sets of its places as bits of a number: bit 0 is before the first character."""

    def __init__(self, path: str) -> None:
        self.end = 1 << len(path)
        #: Where each character stands.
        self.places: dict[str, int] = {}
        for place, char in enumerate(path):
            self.places[char] = self.places.get(char, 0) | 1 << place
        #: From where one, two, four … characters can be passed without a slash among them.
        self._free: list[int] = []
        free = (self.end - 1) & ~self.places.get("/", 0)
        while free:
            self._free.append(free)
            free &= free >> (1 << len(self._free) - 1)

    def passed(self, starts: int) -> int:
        """The places, and all that follow up to the next slash."""
        for power, free in enumerate(self._free):
            starts |= (starts & free) << (1 << power)
        return starts


def _ends(pattern: _Pattern, subject: _Subject, starts: int) -> int:
    """All places where the pattern may end that begins at one of ``starts``."""
    places = starts
    for item in pattern:
        if not places:
            break
        if isinstance(item, _Either):
            places = reduce(or_, (_ends(part, subject, places) for part in item.patterns))
        elif item == "*":
            places = subject.passed(places)
        else:
            places = (places & subject.places.get(item, 0)) << 1
    return places


def odd_parts(glob: str) -> Sequence[str]:
    """What in the pattern stands for itself here, and is meant otherwise elsewhere."""
    return [part for part in ("**", "[", "?") if part in glob]
