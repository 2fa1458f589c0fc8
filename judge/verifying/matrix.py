"""The table of submissions by test cases, as report and terminal share it."""

from __future__ import annotations

from judge.verdicts import Verdict
from judge.verifying.report import PackageReport, SubmissionReport
from problems.submissions import JurySubmission

#: Verdicts that stand for another one in most formats, which is then named itself.
_SAID_BY = {Verdict.MLE: Verdict.RTE, Verdict.OLE: Verdict.WA}


def columns(report: PackageReport) -> list[str]:
    """The names of the test cases, in package order."""
    return [case.name for case in report.testcases]


def expected(submission: JurySubmission) -> str:
    """What the submission should get. What formats know no verdict for (OLE, MLE) goes without saying."""
    shown = [verdict.value for verdict in submission.expected if _SAID_BY.get(verdict) not in submission.expected]
    return " ".join(shown) or "?"


def part_of_limit(item: SubmissionReport, report: PackageReport) -> str:
    """How much of the time limit the submission's slowest run took, as text."""
    if report.times is None or item.judged is None or not item.judged.runs:
        return ""
    return f"{item.slowest_us / 10 / report.times.limit_ms:.0f} %"
