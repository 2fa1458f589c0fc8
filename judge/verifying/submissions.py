"""One jury submission on every test case, and how slow it really is where it has to be too slow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from judge.models import Judged, Problem, Run
from judge.pipeline.judging import Silent, judge
from judge.pipeline.surroundings import key_of
from judge.preparing.calibrating import Bound, bounds, with_time_limit
from judge.verdicts import Verdict
from judge.verifying.desk import Desk, Watcher
from judge.verifying.report import SubmissionReport
from problems.expectations import problems_with
from problems.package import Package
from problems.submissions import JurySubmission
from sandbox.pool import Slot


async def verify(submission: JurySubmission, package: Package, desk: Desk, slot: Slot) -> SubmissionReport:
    """Judge the submission, and hold what it gets against what it should get."""
    if not submission.is_judged:
        report = SubmissionReport(submission=submission, judged=None)
    else:
        judged = await _judged(submission, package.problem, desk, slot)
        report = SubmissionReport(
            submission=submission,
            judged=judged,
            problems=tuple(_problems(submission, judged, package.problem)),
            needed_us=await _needed_us(submission, judged, package, desk, slot),
        )
    desk.watcher.judged(report)
    return report


def _problems(submission: JurySubmission, judged: Judged, problem: Problem) -> list[str]:
    if judged.verdict is Verdict.JE and Verdict.JE not in submission.expected:
        return [f"judge error: {judged.message or 'no reason was given'}"]
    return problems_with(submission, judged, problem)


async def _judged(submission: JurySubmission, problem: Problem, desk: Desk, slot: Slot) -> Judged:
    # Everything that a judging depends on is in the problem and the source, and prints the same for the same content.
    key = key_of(repr(problem), submission.source.digest, desk.bench.programs.key(problem.completed(submission.source)))
    judged = desk.runs.find_judging(key)
    if judged is None:
        judged = await judge(
            problem,
            submission.source,
            bench=desk.bench,
            slot=slot,
            progress=_Told(submission, desk.watcher),
            is_full=True,
            known=desk.runs,
        )
        desk.runs.keep_judging(key, judged)
    return judged


async def _needed_us(
    submission: JurySubmission, judged: Judged, package: Package, desk: Desk, slot: Slot
) -> int | None:
    """What a submission that has to be too slow takes, up to the time that is slow enough; None for any other.

    The runs stopped at the limit are made again with a longer one, until one of them reaches it.
    """
    upper = next((item for item in bounds(package) if item.submission is submission and not item.is_lower), None)
    stopped = _stopped(judged, upper)
    if upper is None or not stopped:
        return None
    problem = package.problem
    enough_ms = round(problem.limits.time_ms * package.timing.limit_to_tle)
    problem = replace(with_time_limit(problem, enough_ms), grading=None)
    slowest_us = 0
    while stopped and slowest_us < enough_ms * 1000:
        problem = replace(problem, testcases=tuple(case for case in problem.testcases if case.name in stopped))
        again = await judge(problem, submission.source, bench=desk.bench, slot=slot, progress=Silent(), known=desk.runs)
        if not again.runs:
            break
        slowest_us = max(slowest_us, again.slowest_cpu_us)
        stopped -= {run.testcase for run in again.runs}
    return slowest_us or None


def _stopped(judged: Judged, upper: Bound | None) -> set[str]:
    """Test cases that count and where processor time ran out; one that only waits tells nothing."""
    if upper is None:
        return set()
    slow = (run for run in judged.runs if run.verdict is Verdict.TLE and not run.reason)
    return {run.testcase for run in slow if run.testcase in upper.tests}


@dataclass(frozen=True, slots=True)
class _Told:
    """A judging's progress, told to whoever watches."""

    submission: JurySubmission
    watcher: Watcher

    def compiling(self) -> None: ...

    def running(self) -> None: ...

    def ran(self, ordinal: int, run: Run) -> None:
        self.watcher.ran(self.submission, ordinal, run)


def by_worth(submissions: Sequence[JurySubmission]) -> list[JurySubmission]:
    """The order to judge in: what takes longest first, so that no slot is left with it at the end."""
    return sorted(submissions, key=lambda item: (Verdict.TLE not in item.expected[:1], item.path))
