"""Checkers of others: installed packages that have an entry point in the group ``judge.checkers``.

Such a checker runs in the judge's own process, so an admin who installs one trusts it as the judge itself. It is not
trusted to be free of mistakes: whatever it raises is a failure of that one run, with its name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import BinaryIO

from checkers.base import Checker, CheckerFailure, CheckOutcome

GROUP = "judge.checkers"

_NAME = re.compile(r"[a-z][a-z0-9_-]{0,63}")


@cache
def found() -> Mapping[str, tuple[EntryPoint, ...]]:
    """Entry points by name, several where packages disagree about whose it is. Looked up once in a process."""
    by_name: dict[str, tuple[EntryPoint, ...]] = {}
    for point in entry_points(group=GROUP):
        if _NAME.fullmatch(point.name):
            by_name[point.name] = (*by_name.get(point.name, ()), point)
    return by_name


def make(name: str, flags: Sequence[str]) -> Checker:
    """The plug-in's checker for these flags.

    Raises:
        CheckerFailure: it cannot be loaded, two packages claim the name, or it does not take the flags.
    """
    points = found()[name]
    if len(points) > 1:
        raise CheckerFailure(f"checker {name}: {' and '.join(map(_owner, points))} both claim it; remove one of them")
    what = f"checker {name} of {_owner(points[0])}"
    try:
        checker = points[0].load()(tuple(flags))
    except CheckerFailure:
        raise
    # A plug-in may call sys.exit; that must not end the judge.
    except (Exception, SystemExit) as error:
        raise CheckerFailure(f"{what} cannot be used: {_told(error)}") from error
    if not callable(getattr(checker, "check", None)):
        raise CheckerFailure(f"{what} cannot be used: what it makes has no method check(answer, output)")
    return _Guarded(what, checker)


class _Guarded:
    """A checker whose mistakes are told as failures."""

    def __init__(self, what: str, checker: Checker) -> None:
        self._what = what
        self._checker = checker

    def check(self, answer: BinaryIO, output: BinaryIO) -> CheckOutcome:
        try:
            outcome = self._checker.check(answer, output)
        except CheckerFailure:
            raise
        except (Exception, SystemExit) as error:
            raise CheckerFailure(f"{self._what} failed: {_told(error)}") from error
        if not isinstance(outcome, CheckOutcome):
            raise CheckerFailure(f"{self._what} failed: it returned {type(outcome).__name__}, not a CheckOutcome")
        return outcome


def _owner(point: EntryPoint) -> str:
    return f"package {point.dist.name}" if point.dist is not None else f"module {point.module}"


def _told(error: BaseException) -> str:
    """What a judge needs to know of it, and no more than fits into a message."""
    return f"{type(error).__name__}: {error}"[:500]
