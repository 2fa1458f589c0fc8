"""What every checker is: two streams and flags in, an outcome out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO, Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckOutcome:
    """Whether the output is right, and what a judge wants to read about it.

    ``message`` may quote the answer file and is for judges alone.
    """

    is_accepted: bool
    message: str = ""
    #: What the contestant may read.
    team_message: str = ""
    #: Points, absolute; None: none were given.
    score: float | None = None
    #: Points as a part of the test case's, from 0 to 1; None: none were given.
    multiplier: float | None = None


class CheckerFailure(Exception):
    """The checker, not the submission, is at fault; the run becomes JE with this text."""


class Checker(Protocol):
    """A built-in checker, made once for a test case's flags."""

    def check(self, answer: BinaryIO, output: BinaryIO) -> CheckOutcome:
        """Compare; both streams are read forwards only and in bounded memory.

        Raises:
            CheckerFailure: the answer file itself cannot be used.
        """
