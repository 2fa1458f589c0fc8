"""Infers the time limit of a package that names none, from the times its jury submissions take.

"Problem timing" and "Timelimit inference" in the package format 2025-09; in the legacy format only submissions that
must be accepted count.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from judge.errors import PackageError
from judge.models import Judged, Problem
from judge.pipeline.judging import KnownRuns, Silent, judge
from judge.pipeline.room import Bench
from judge.pipeline.spreading import spread
from judge.verdicts import Verdict
from problems import expectations
from problems.package import Package
from problems.submissions import JurySubmission
from sandbox.pool import Slot

_FILE = "problem.yaml"
#: Wall time beyond processor time is for noise and for waiting.
_WALL_FACTOR = 2
_WALL_EXTRA_MS = 1000
#: Formats before 2025-09 know no rules: what must be accepted bounds the limit from below, what is too slow from above.
_SIDES: Mapping[tuple[Verdict, ...], str] = {(Verdict.AC,): "lower", (Verdict.TLE,): "upper"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """What a submission's slowest run on some test cases says of the time limit."""

    submission: JurySubmission
    #: Whether the limit must not be too low for it, else it must not be too high.
    is_lower: bool
    tests: frozenset[str]

    def slowest(self, judged: Judged) -> tuple[int, str]:
        """Processor time of the slowest run that counts, and its test case; 0 where there is none."""
        counted = [(run.cpu_us, run.testcase) for run in judged.runs if run.testcase in self.tests]
        return max(counted, default=(0, ""))


def bounds(package: Package) -> list[Bound]:
    """Which submissions bound the time limit, from which side, by their runs on which test cases."""
    return [bound for submission in package.submissions if submission.is_judged for bound in _of(submission, package)]


async def calibrated(
    package: Package, bench: Bench, slots: Sequence[Slot], *, known: KnownRuns | None = None
) -> Package:
    """The same package with a time limit; ``bench`` has its files.

    Raises:
        PackageError: no submission tells a limit, or one that must be fast enough is hopelessly slow.
    """
    if not package.timing.is_inferred:
        return package
    lower = [bound for bound in bounds(package) if bound.is_lower]

    async def work(submission: JurySubmission, slot: Slot) -> Judged:
        # Judging goes on after a failure only where failures are meant to be.
        is_full = submission.expected != (Verdict.AC,)
        return await judge(
            package.problem,
            submission.source,
            bench=bench,
            slot=slot,
            progress=Silent(),
            is_full=is_full,
            known=known,
        )

    chosen = {bound.submission.path: bound.submission for bound in lower}
    judged = dict(zip(chosen, await spread(slots, chosen.values(), work), strict=True))
    slowest = _slowest(package, lower, judged)
    time_ms = package.timing.limit_ms(slowest[0])
    if time_ms > package.problem.limits.time_ms:
        text = f"{slowest[2]} takes {slowest[0] / 1e6:.1f} s on {slowest[1]}: too long to infer a time limit from"
        raise PackageError([f"{_FILE}: {text}; mend it, or set limits.time_limit"])
    warning = f"{_FILE}: no time limit; {time_ms / 1000:g} s inferred from {slowest[2]}, {slowest[0] / 1e6:.3f} s"
    return replace(
        package,
        problem=with_time_limit(package.problem, time_ms),
        timing=replace(package.timing, is_inferred=False),
        warnings=(*package.warnings, warning),
    )


def with_time_limit(problem: Problem, time_ms: int) -> Problem:
    """The same problem with another time limit, and the wall limit that goes with it."""
    wall_ms = _WALL_FACTOR * time_ms + _WALL_EXTRA_MS
    return replace(problem, limits=replace(problem.limits, time_ms=time_ms, wall_ms=wall_ms))


def _slowest(package: Package, lower: Sequence[Bound], judged: dict[str, Judged]) -> tuple[int, str, str]:
    """The slowest run that a limit must allow: its processor time, test case and submission."""
    errors = []
    found = []
    for bound in lower:
        path = bound.submission.path
        if judged[path].verdict is Verdict.JE:
            errors.append(f"{path}: cannot be judged, so that no time limit can be inferred: {judged[path].message}")
        slow = next((run for run in judged[path].runs if run.verdict is Verdict.TLE), None)
        if slow is not None and slow.testcase in bound.tests:
            most_s = package.problem.limits.time_ms / 1000
            errors.append(f"{path}: must not be too slow, and takes more than {most_s:g} s on {slow.testcase}")
        if judged[path].runs:
            found.append((*bound.slowest(judged[path]), path))
    if not found and not errors:
        text = "no time limit, and no submission that runs to infer one from"
        errors.append(f"{_FILE}: {text}; set limits.time_limit, or add one to submissions/accepted")
    if errors:
        raise PackageError(list(dict.fromkeys(errors)))
    return max(found)


def _of(submission: JurySubmission, package: Package) -> Iterator[Bound]:
    names = [case.name for case in package.problem.testcases]
    if not submission.rules:
        side = submission.use_for_time_limit or _SIDES.get(submission.expected)
        if side is not None:
            yield Bound(submission=submission, is_lower=side == "lower", tests=frozenset(names))
        return
    for rule in submission.rules:
        is_lower, is_upper = expectations.bounds_time(rule)
        tests = frozenset(name for name in names if expectations.applies(rule, name))
        if is_lower and tests:
            yield Bound(submission=submission, is_lower=True, tests=tests)
        if is_upper and tests:
            yield Bound(submission=submission, is_lower=False, tests=tests)
