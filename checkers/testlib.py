"""The calling convention of testlib's checkers and interactors: their arguments, and what their end means.

A checker is called as ``program [flags] input output answer``, an interactor as ``program input output answer`` with
the submission at the other ends of its standard streams; what an interactor writes into ``output`` is for the checker.
Exit code 0 accepts; 1 (wrong answer), 2 (presentation error), 4 (dirt) and 8 (unexpected end of file) reject; 7 gives
points, named on standard error; 3 is the jury's fault, and so is everything else. Standard error says
``<outcome> <message>``. (testlib 0.9.45, ``TResult`` and ``quit``.)
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from checkers.base import CheckerFailure, CheckOutcome
from checkers.validator import ANSWER, INPUT, LIMITS, MESSAGE_CHARS, cleaned

#: Name below /data of the output that a checker is given.
OUTPUT = "output"
#: The file below /feedback that an interactor writes for the checker.
TOUT = "tout"

ACCEPTED = 0
REJECTED = (1, 2, 4, 8)
FAILED = 3
POINTS = 7

_POINTS = re.compile(rb"points\s+([+-]?\d{1,18}(?:\.\d{1,30})?)\b")


def checker_argv(program_argv: Sequence[str], flags: Sequence[str] = ()) -> tuple[str, ...]:
    """How to start a checker in its box, where the files are below /data."""
    return (*program_argv, *flags, f"/data/{INPUT}", f"/data/{OUTPUT}", f"/data/{ANSWER}")


def interactor_argv(program_argv: Sequence[str]) -> tuple[str, ...]:
    """How to start an interactor in its box, where the files are below /data and it may write to /feedback."""
    return (*program_argv, f"/data/{INPUT}", f"/feedback/{TOUT}", f"/data/{ANSWER}")


def read(
    *, exit_code: int | None, signal: int | None, ended_by: str, stderr: bytes, what: str = "checker"
) -> CheckOutcome:
    """What the end of the program's run says of the output.

    Args:
        exit_code: None where a signal ended it.
        signal: None where it exited.
        ended_by: "itself", or the limit that ended it: "cpu", "wall", "memory" or "output".
        stderr: its standard error, as far as kept.
        what: what to call the program where it fails.

    Raises:
        CheckerFailure: it neither accepted nor rejected.
    """
    message = cleaned(stderr[: 4 * MESSAGE_CHARS])[:MESSAGE_CHARS].strip()
    if ended_by == "itself" and exit_code == ACCEPTED:
        return CheckOutcome(is_accepted=True, message=message)
    if ended_by == "itself" and exit_code in REJECTED:
        return CheckOutcome(is_accepted=False, message=message)
    if ended_by == "itself" and exit_code == POINTS:
        found = _POINTS.match(stderr.lstrip())
        if found is not None and float(found[1]) >= 0:
            # Partial points accept nothing: the test case is not passed, but it is worth something.
            return CheckOutcome(is_accepted=False, message=message, score=float(found[1]))
        raise CheckerFailure(f"{what} exited with 7, but its standard error does not begin with points X: {message}")
    happened = _what_happened(exit_code, signal, ended_by)
    raise CheckerFailure(f"{what} {happened}" + (f"\nstandard error: {message}" if message else ""))


def _what_happened(exit_code: int | None, signal: int | None, ended_by: str) -> str:
    if ended_by != "itself":
        return LIMITS.get(ended_by, f"was ended by the limit {ended_by!r}")
    if signal is not None:
        return f"was killed by signal {signal}"
    if exit_code == FAILED:
        return "exited with 3 (fail): the jury's answer or the program itself is wrong"
    return f"exited with {exit_code}, which means nothing in testlib"
