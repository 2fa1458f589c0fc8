"""What a check finds."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    """How it stands, worst first."""

    FAIL = "fail"  # a wall, a limit or a fair measurement is missing
    WARN = "warn"  # it holds without, and would hold better with it
    PASS = "pass"  # noqa: S105 - no password
    SKIP = "skip"  # does not apply here, or cannot be seen by this user


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What one check found on this host."""

    #: ``group.what``, stable: scripts may rely on it.
    id: str
    title: str
    status: Status
    #: Recommendations of the CIS Docker Benchmark v1.6.0, or None: ``5.26``, ``3.15, 3.16``, ``1.1.3-1.1.18``.
    cis: str | None
    found: str
    why: str
    #: What mends it, a command where there is one; empty where there is nothing to mend.
    mend: str
    #: Whether a host that fails here must not judge: something that bounds or hides runs is not there.
    is_needed: bool = False

    @property
    def group(self) -> str:
        return self.id.partition(".")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """Something to look at: all of a finding that is known beforehand."""

    id: str
    title: str
    why: str
    mend: str
    cis: str | None = None
    is_needed: bool = False

    def passed(self, found: str) -> Finding:
        return self._finding(Status.PASS, found, mend="")

    def warned(self, found: str, *, mend: str | None = None) -> Finding:
        return self._finding(Status.WARN, found, mend=mend or self.mend)

    def failed(self, found: str, *, mend: str | None = None) -> Finding:
        return self._finding(Status.FAIL, found, mend=mend or self.mend)

    def skipped(self, reason: str) -> Finding:
        return self._finding(Status.SKIP, reason, mend="")

    def passed_if(self, holds: bool, found: str) -> Finding:  # noqa: FBT001 - reads like a sentence
        """Passed or failed."""
        return self.passed(found) if holds else self.failed(found)

    def passed_or_warned(self, holds: bool, found: str) -> Finding:  # noqa: FBT001
        """Passed or warned."""
        return self.passed(found) if holds else self.warned(found)

    def _finding(self, status: Status, found: str, *, mend: str) -> Finding:
        return Finding(
            id=self.id,
            title=self.title,
            status=status,
            cis=self.cis,
            found=found,
            why=self.why,
            mend=mend,
            is_needed=self.is_needed,
        )
