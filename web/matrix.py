"""The jury's submissions by test cases, made of what verifying tells while it goes on, or of what it found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from judge.verdicts import Verdict
from judge.verifying import marks

#: Of larger tables only those test cases are shown that some submission fails: a page is to stay one for a phone.
MOST_CELLS = 3000


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What a jury submission made of a test case."""

    verdict: Verdict
    cpu_ms: float | None = None
    memory_bytes: int | None = None
    reason: str = ""
    #: What the checker says to judges.
    message: str = ""
    score: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A submission, and its runs by the names of the test cases."""

    path: str
    #: Of what it got; None: not yet.
    is_ok: bool | None
    runs: Mapping[str, Run]


@dataclass(frozen=True, slots=True, kw_only=True)
class Matrix:
    """All of it, or what tells submissions apart."""

    rows: tuple[Row, ...]
    #: Names of the test cases that are shown.
    tests: tuple[str, ...]
    #: How many there are in all.
    total: int


def matrix(report: Mapping[str, Any]) -> Matrix:
    """The table of a report, in the package's order; without columns where nothing is known yet."""
    tests = tuple(report.get("tests", ()))
    made = tuple(row(line, tests) for line in report.get("submissions", ()))
    shown = tests
    if len(tests) * len(made) > MOST_CELLS:
        failed = {name for each in made for name, run in each.runs.items() if run.verdict is not Verdict.AC}
        shown = tuple(name for name in tests if name in failed)[: max(1, MOST_CELLS // len(made))]
    return Matrix(rows=made, tests=shown if any(each.runs for each in made) else (), total=len(tests))


def row(line: Mapping[str, Any], tests: Sequence[str] = ()) -> Row:
    """A submission as a report has it: with all that is known of each run, or with a letter for each."""
    runs = {found["name"]: run(found) for found in line.get("tests", ())}
    early = {name: Run(verdict=verdict) for name, verdict in marks.read(line.get("marks", ""), tests).items()}
    return Row(path=line["path"], is_ok=line.get("ok"), runs=runs or early)


def run(found: Mapping[str, Any]) -> Run:
    """A run as a report has it."""
    return Run(
        verdict=Verdict(found["verdict"]),
        cpu_ms=found.get("cpu_ms"),
        memory_bytes=found.get("memory_bytes"),
        reason=found.get("reason", ""),
        message=found.get("message", ""),
        score=found.get("score"),
    )
