"""Verifying as one HTML file: self-contained, without scripts, to be kept or sent to the other setters."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from judge.models import Run
from judge.verdicts import Verdict
from judge.verifying.matrix import columns, expected, part_of_limit
from judge.verifying.report import PackageReport, SubmissionReport

#: Cells of a table that a browser still scrolls smoothly; the columns of larger ones are those that tell something.
MOST_CELLS = 60_000


def page(reports: Sequence[PackageReport], *, made_at: datetime, isolation: str) -> str:
    """The report on all packages."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["seconds"] = _seconds
    environment.filters["verdict_class"] = _verdict_class
    template = environment.get_template("report.html")
    return template.render(
        reports=reports,
        made_at=f"{made_at:%Y-%m-%d %H:%M %Z}".strip(),
        isolation=isolation,
        columns=_columns,
        run_of=_run_of,
        title_of=_title_of,
        expected=expected,
        part_of_limit=part_of_limit,
    )


def _columns(report: PackageReport) -> list[str]:
    """The test cases to show: all, or where that is too much those that tell submissions apart."""
    names = columns(report)
    if len(names) * len(report.submissions) <= MOST_CELLS:
        return names
    failed = {name for item in report.submissions for name, got in item.verdicts().items() if got is not Verdict.AC}
    return [name for name in names if name in failed][: max(1, MOST_CELLS // len(report.submissions))]


def _run_of(item: SubmissionReport) -> dict[str, Run]:
    return {run.testcase: run for run in item.judged.runs} if item.judged else {}


def _title_of(run: Run) -> str:
    """What the pointer reads over a cell."""
    parts = (f"{run.testcase}: {run.verdict.words}", run.reason, run.message[:500])
    return "\n".join(part for part in parts if part)


def _seconds(us: float) -> str:
    return f"{us / 1e6:.2f}"


def _verdict_class(verdict: Verdict | None) -> str:
    """AC, CE and JE have colours of their own; every failure of a contestant has the same."""
    if verdict is None:
        return "none"
    return {Verdict.AC: "good", Verdict.CE: "odd", Verdict.JE: "odd"}.get(verdict, "bad")
