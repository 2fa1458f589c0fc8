"""Verifying as a terminal shows it: a live table, lines where there is no terminal, and the report at the end."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Self

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from judge.models import Run
from judge.verdicts import Verdict
from judge.verifying.matrix import columns, expected, part_of_limit
from judge.verifying.report import PackageReport, SubmissionReport
from problems.package import Package
from problems.submissions import JurySubmission

_STYLES = {Verdict.AC: "green", Verdict.CE: "yellow", Verdict.JE: "bold magenta"}
_LETTERS = {Verdict.AC: "·"}
_DRAW_EVERY_S = 0.1
#: Finished submissions leave the live table when there are more rows than this.
_LIVE_ROWS = 30


class Lines:
    """Tells of each submission in one line: for logs, and where standard error is no terminal."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say

    def says(self, line: str) -> None:
        self._say(line)

    def begins(self, package: Package, submissions: Sequence[JurySubmission]) -> None:
        self._say(f"{package.name}: {len(submissions)} submissions, {len(package.problem.testcases)} tests")

    def ran(self, submission: JurySubmission, ordinal: int, run: Run) -> None: ...

    def judged(self, report: SubmissionReport) -> None:
        verdict = report.judged.verdict.value if report.judged else "not judged"
        mark = "ok" if report.is_ok else f"NOT OK: {_plain('; '.join(report.problems))}"
        self._say(f"  {report.submission.path}: {verdict}, {_seconds(report.slowest_us)}, {mark}")

    def ends(self, report: PackageReport) -> None:
        self._say(f"{report.name}: {_closing(report)}")


class LiveTable:
    """A table of the package's submissions that grows as runs are made. Use as a context manager."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._title = ""
        self._tests = 0
        self._runs: dict[str, dict[str, Run]] = {}
        self._done: dict[str, SubmissionReport] = {}
        self._waiting: dict[str, JurySubmission] = {}
        self._drawn_at = 0.0
        # Asks for the table at once. It is drawn when there is news: a thread that draws by itself would read what is
        # being changed.
        self._live = Live(console=console, auto_refresh=False, transient=True, get_renderable=self._table)

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()

    def says(self, line: str) -> None:
        self._console.print(line, style="dim", markup=False, highlight=False)

    def begins(self, package: Package, submissions: Sequence[JurySubmission]) -> None:
        self._title, self._tests = package.name, len(package.problem.testcases)
        self._runs, self._done = {}, {}
        self._waiting = {submission.path: submission for submission in submissions}
        self._draw()

    def ran(self, submission: JurySubmission, ordinal: int, run: Run) -> None:
        del ordinal
        is_new = submission.path not in self._runs
        self._runs.setdefault(submission.path, {})[run.testcase] = run
        if is_new or time.monotonic() - self._drawn_at > _DRAW_EVERY_S:
            self._draw()

    def judged(self, report: SubmissionReport) -> None:
        self._waiting.pop(report.submission.path, None)
        self._done[report.submission.path] = report
        self._draw()

    def ends(self, report: PackageReport) -> None:
        self._waiting, self._runs, self._done = {}, {}, {}
        style = "green" if report.is_ok else "bold red"
        self._console.print(f"{report.name}: {_closing(report)}", style=style, markup=False, highlight=False)

    def _draw(self) -> None:
        self._drawn_at = time.monotonic()
        self._live.refresh()

    def _table(self) -> Group:
        if not self._waiting:
            return Group()
        table = Table(title=self._title, title_justify="left", box=None, padding=(0, 1))
        for heading in ("submission", "expected", "verdict", "tests", "slowest"):
            table.add_column(heading, justify="right" if heading in ("tests", "slowest") else "left")
        active = [path for path in self._waiting if path in self._runs]
        for path in list(self._done)[max(0, len(self._done) + len(active) - _LIVE_ROWS) :]:
            table.add_row(*self._finished(self._done[path]))
        for path in active:
            table.add_row(*self._active(self._waiting[path], list(self._runs[path].values())))
        return Group(table, Text(f"{len(self._done)} judged, {len(self._waiting)} to go", style="dim"))

    def _finished(self, report: SubmissionReport) -> tuple[Text | str, ...]:
        verdict = _styled(report.judged.verdict) if report.judged else Text("-")
        verdict.append("" if report.is_ok else "  NOT AS EXPECTED", style="bold red")
        made = len(report.judged.runs) if report.judged else 0
        path = Text(report.submission.path)
        return path, expected(report.submission), verdict, f"{made}/{self._tests}", _seconds(report.slowest_us)

    def _active(self, submission: JurySubmission, runs: list[Run]) -> tuple[Text | str, ...]:
        slowest = max(run.cpu_us for run in runs)
        failed = next((run.verdict for run in runs if run.verdict is not Verdict.AC), None)
        verdict = _styled(failed) if failed else Text("…", style="dim")
        path = Text(submission.path)
        return path, expected(submission), verdict, f"{len(runs)}/{self._tests}", _seconds(slowest)


def show(reports: Sequence[PackageReport], console: Console) -> None:
    """Everything that a setter wants to know, package by package."""
    for report in reports:
        _show_package(report, console)
    bad = [report.name for report in reports if not report.is_ok]
    if bad:
        console.print(f"{len(bad)} of {len(reports)} not ok: {', '.join(bad)}", style="bold red", markup=False)
    else:
        console.print(f"all {len(reports)} ok" if len(reports) > 1 else "ok", style="bold green")


def _show_package(report: PackageReport, console: Console) -> None:
    title = f"{report.name}: {report.package.title}" if report.package else report.name
    console.rule(Text(title, style="bold"), align="left")
    for error in report.errors:
        console.print(Text.assemble(("error: ", "bold red"), _plain(error)))
    for warning in report.warnings:
        console.print(Text.assemble(("warning: ", "yellow"), _plain(warning)))
    if report.submissions:
        console.print(_matrix(report))
    for item in report.submissions:
        for problem in item.problems:
            console.print(Text.assemble((f"{item.submission.path}: ", "bold red"), _plain(problem)))
    for line in _notes(report):
        console.print(Text(line))
    console.print(Text(_closing(report), style="dim"))


def _matrix(report: PackageReport) -> Table:
    """Submissions by test cases, one sign each; the columns in package order."""
    table = Table(box=None, padding=(0, 1))
    for heading in ("submission", "language", "expected", "verdict", "score", "slowest", "of limit", "tests"):
        table.add_column(heading, justify="right" if heading in ("score", "slowest", "of limit") else "left")
    names = columns(report)
    for item in report.submissions:
        verdicts = item.verdicts()
        signs = Text()
        for name in names:
            verdict = verdicts.get(name)
            signs.append(_LETTERS.get(verdict, verdict.value[0]) if verdict else " ", style=_style(verdict))
        verdict_text = _styled(item.judged.verdict) if item.judged else Text("-")
        score = "" if item.judged is None or item.judged.score is None else f"{item.judged.score:g}"
        mark = Text("" if item.is_ok else "✗ ", style="bold red")
        table.add_row(
            mark + Text(item.submission.path),
            item.submission.source.language,
            expected(item.submission),
            verdict_text,
            score,
            _seconds(item.slowest_us),
            part_of_limit(item, report),
            signs,
        )
    return table


def _notes(report: PackageReport) -> list[str]:
    """What the judgings tell of time limit and test data, in sentences."""
    lines = []
    if report.times is not None:
        times = report.times
        origin = "inferred from the jury's submissions" if times.is_inferred else "the package's"
        lines.append(f"time limit {_seconds(times.limit_ms * 1000)} ({origin})")
        lines += [
            f"  {item.language}: slowest {_seconds(item.slowest_us)} ({item.path} on {item.testcase});"
            f" would take a limit of {_seconds(item.suggested_ms * 1000)}"
            for item in times.languages
        ]
        lines += [
            f"  near the limit: {path} on {test} takes {_seconds(cpu_us)}, {cpu_us / 10 / times.limit_ms:.0f} %"
            for path, test, cpu_us in times.near
        ]
    found = report.insights
    if found.unfailed:
        lines.append(f"tests that no wrong submission fails: {_listed(found.unfailed)}")
    if found.uncaught:
        lines.append(f"wrong submissions that no test fails: {_listed(found.uncaught)}")
    lines += [f"the same test: {_listed(names)}" for names in found.duplicates]
    lines += [f"mixed up? {line}" for line in found.mixups]
    if found.missing_verdicts:
        lines.append(f"no submission of the jury gets {' or '.join(found.missing_verdicts)}")
    return lines


def _closing(report: PackageReport) -> str:
    runs, checks = report.runs, report.checks
    bad = sum(not item.is_ok for item in report.submissions)
    verdict = "ok" if report.is_ok else f"NOT OK ({len(report.errors)} errors, {bad} submissions not as expected)"
    of_runs = f"{runs.found} of {runs.made + runs.found} runs"
    of_checks = f"{checks.found} of {checks.made + checks.found} checks"
    return f"{verdict}, {of_runs} and {of_checks} from the cache, {report.seconds:.1f} s"


def _listed(names: Sequence[str], *, most: int = 12) -> str:
    shown = ", ".join(names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"


def _plain(text: str) -> str:
    """What programs of a package said must not steer the terminal."""
    return "".join(char if char.isprintable() or char == "\n" else "\ufffd" for char in text)


def _styled(verdict: Verdict) -> Text:
    return Text(verdict.value, style=_style(verdict))


def _style(verdict: Verdict | None) -> str:
    return "" if verdict is None else _STYLES.get(verdict, "red")


def _seconds(us: float) -> str:
    return f"{us / 1e6:.2f} s"
