"""What verifying works with: a bench, slots to spread over, what is remembered, and who watches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from judge.models import Run
from judge.pipeline.room import Bench
from judge.verifying.memory import RememberedChecks, RememberedRuns
from judge.verifying.report import PackageReport, SubmissionReport
from problems.package import Package
from problems.submissions import JurySubmission
from sandbox.pool import Slot


class Watcher(Protocol):
    """Who wants to know how verifying goes. Called in the event loop; must not block."""

    def says(self, line: str) -> None:
        """Something that takes long has begun, in words."""

    def begins(self, package: Package, submissions: Sequence[JurySubmission]) -> None:
        """The package's submissions are about to be judged."""

    def ran(self, submission: JurySubmission, ordinal: int, run: Run) -> None:
        """One of its test cases has been judged; the first one again where the judging begins afresh."""

    def judged(self, report: SubmissionReport) -> None:
        """A submission is done."""

    def ends(self, report: PackageReport) -> None:
        """The package is done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Everything that verifying a package takes beside the package."""

    #: With the package's files on it.
    bench: Bench
    slots: Sequence[Slot]
    runs: RememberedRuns
    checks: RememberedChecks
    watcher: Watcher
