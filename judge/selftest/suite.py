"""The whole self-test of this host, at the isolation level of the settings."""

from __future__ import annotations

import fnmatch
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from judge.config import Settings
from judge.errors import UsageError
from judge.hosts import host
from judge.selftest.court import Finding, open_court
from judge.selftest.programs import FOLDER, Attack, attacks


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What the self-test found."""

    level: str
    findings: tuple[Finding, ...]
    #: What the judge itself had not let go of in the end.
    leaks: tuple[str, ...]

    @property
    def is_ok(self) -> bool:
        return not self.leaks and not any(finding.failed for finding in self.findings)

    def as_json(self) -> dict[str, Any]:
        """The report for programs."""
        return {
            "isolation": self.level,
            "ok": self.is_ok,
            "programs": [_described(finding) for finding in self.findings],
            "leaks": list(self.leaks),
        }


def chosen(*, only: str | None = None, is_quick: bool = False, folder: Path = FOLDER) -> list[Attack]:
    """The programs to judge: all, or those called like ``only`` or covering that row; few, if it is to be quick.

    Raises:
        UsageError: there are none of these, or the head of one makes no sense.
    """
    found = [attack for attack in attacks(folder) if attack.is_quick or not is_quick]
    if is_quick:
        found = [attack for attack in found if attack.number == 0]
    if only is not None:
        found = [attack for attack in found if _matches(attack, only)]
    if not found:
        raise UsageError(f"no hostile program in {folder} is called, or covers, {only!r}")
    return found


async def run(settings: Settings, programs: Sequence[Attack], heard: Callable[[Finding], None]) -> Report:
    """Judge ``programs`` one after the other, and tell of each when it is done.

    Raises:
        SandboxError: this host cannot judge at that isolation level.
    """
    images = await host.image_names(settings)
    findings = []
    level = settings.isolation.value
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="selftest-", dir=settings.data_dir) as folder:
        # Cells have a folder and a name of their own: a daemon that starts meanwhile removes what it takes for its own.
        apart = settings.model_copy(update={"data_dir": Path(folder)})
        court_of = open_court(
            level=level,
            maker=host.cell_maker(apart),
            slots=host.slots(settings)[:1],
            images=images,
            folder=Path(folder),
        )
        async with court_of as court:
            for attack in programs:
                finding = await court.examine(attack)
                findings.append(finding)
                heard(finding)
            await court.pool.close()
            leaks = [*await court.left(), *(await court.host.leaks())]
    return Report(level=level, findings=tuple(findings), leaks=tuple(leaks))


def _matches(attack: Attack, pattern: str) -> bool:
    return pattern in attack.covers or fnmatch.fnmatch(attack.name, pattern) or pattern in attack.name


def _described(finding: Finding) -> dict[str, Any]:
    return {
        "name": finding.attack.name,
        "covers": list(finding.attack.covers),
        "expected": sorted(verdict.value for verdict in finding.attack.expected(finding.level)),
        "verdict": finding.verdict.value if finding.verdict else None,
        "failed": list(finding.failed),
        "skipped": finding.skipped,
        "seconds": round(finding.seconds, 3),
    }
