"""Compares byte by byte: output and answer must be the same file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import BinaryIO

from checkers.base import CheckerFailure, CheckOutcome
from checkers.lines import Difference


class Identical:
    """The checker ``identical``. It takes no flags."""

    def __init__(self, flags: Sequence[str] = ()) -> None:
        if flags:
            raise CheckerFailure(f"unknown flag {flags[0]!r}; the checker identical takes none")

    def check(self, answer: BinaryIO, output: BinaryIO) -> CheckOutcome:
        difference = Difference.first(answer, output)
        return CheckOutcome(is_accepted=difference is None, message=difference.told() if difference else "")
