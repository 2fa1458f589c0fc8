"""Verifying on a terminal: what has begun, what goes on, what came of it, and nothing a package could forge."""

from __future__ import annotations

import io
from pathlib import Path

from rich.console import Console

from judge.models import Compilation, Judged, Run
from judge.verdicts import Verdict
from judge.verifying.report import PackageReport, SubmissionReport
from judge.verifying.terminal import Lines, LiveTable, show
from tests import packages

SAMPLE = Run(testcase="sample/1", verdict=Verdict.AC, cpu_us=20_000, wall_us=1, memory_bytes=1)
SECRET = Run(testcase="secret/1", verdict=Verdict.TLE, cpu_us=1_500_000, wall_us=1, memory_bytes=1)
JUDGED = Judged(verdict=Verdict.TLE, compilation=Compilation(is_ok=True), runs=(SAMPLE, SECRET))


def test_the_table_lives(tmp_path: Path) -> None:
    """A submission appears with its first run, and its line follows until it is done; then the table is gone."""
    package = packages.loaded(tmp_path)
    [submission] = package.submissions
    screen = io.StringIO()
    console = Console(file=screen, force_terminal=True, width=100)
    report = SubmissionReport(submission=submission, judged=JUDGED, problems=("gets TLE on secret/1 instead of AC",))

    with LiveTable(console) as table:
        table.says("building images")
        table.begins(package, package.submissions)
        table.ran(submission, 1, SAMPLE)
        before = screen.getvalue()
        table.judged(report)
        table.ends(PackageReport(path="p", name="two-sums", errors=(), warnings=(), submissions=(report,)))

    assert "building images" in before
    assert "accepted/sum.py" in before and "1/2" in before
    assert "0 judged, 1 to go" in before
    assert "NOT OK (0 errors, 1 submissions not as expected)" in screen.getvalue()


def test_lines_without_a_terminal(tmp_path: Path) -> None:
    """Each submission is one line, with what is not as expected."""
    package = packages.loaded(tmp_path)
    said: list[str] = []
    lines = Lines(said.append)
    report = SubmissionReport(submission=package.submissions[0], judged=JUDGED, problems=("gets TLE",))
    lines.begins(package, package.submissions)
    lines.judged(report)

    assert said == [
        "two-sums: 1 submissions, 2 tests",
        "  submissions/accepted/sum.py: TLE, 1.50 s, NOT OK: gets TLE",
    ]


def test_the_report(tmp_path: Path) -> None:
    """Submissions by tests in one sign each, errors in full, and markup of a package's own as the text it is."""
    package = packages.loaded(tmp_path)
    report = PackageReport(
        path="p",
        name="two-sums",
        errors=("data/secret/1.in: [bold]rejected[/bold] \x1b[2J",),
        warnings=(),
        package=package,
        submissions=(SubmissionReport(submission=package.submissions[0], judged=JUDGED),),
    )
    screen = io.StringIO()
    show([report], Console(file=screen, width=120))

    text = screen.getvalue()
    assert "error: data/secret/1.in: [bold]rejected[/bold] \ufffd[2J" in text
    assert "\x1b" not in text
    assert "·T" in text
    assert "1 of 1 not ok: two-sums" in text
