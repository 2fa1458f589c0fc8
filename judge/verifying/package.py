"""Verifies one package: makes what it lacks, then its data, its outputs and its submissions, all spread over slots."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from judge.errors import CellDied, PackageError
from judge.pipeline.spreading import spread
from judge.preparing import calibrating, generating
from judge.preparing.workbench import with_files
from judge.verifying import generators, inputs, outputs, submissions
from judge.verifying.desk import Desk
from judge.verifying.insights import insights
from judge.verifying.memory import Said
from judge.verifying.report import Counts, PackageReport, SubmissionReport
from judge.verifying.times import margins, times
from problems.package import Package
from problems.submissions import JurySubmission
from sandbox.pool import Slot

_Outputs: TypeAlias = tuple[outputs.Given, ...]
_Work: TypeAlias = inputs.Part | _Outputs | JurySubmission
_Done: TypeAlias = tuple[inputs.Part, list[Said]] | tuple[_Outputs, list[Said]] | SubmissionReport


@dataclass(slots=True)
class _Found:
    """What the work gave, sorted by kind."""

    inputs: list[tuple[inputs.Part, Sequence[Said]]]
    outputs: list[tuple[_Outputs, Sequence[Said]]]
    submissions: list[SubmissionReport]


async def verify(package: Package, desk: Desk, *, path: str) -> PackageReport:
    """Everything that can be found out about a package that was read."""
    begun = time.monotonic()
    runs, checks = desk.runs, desk.checks
    before = runs.made, runs.found, checks.made, checks.found
    try:
        report = await _verified(package, desk, path)
    except PackageError as error:
        # What is missing cannot be made, or there is no time limit: judging would tell nothing.
        report = PackageReport(path=path, name=package.name, errors=error.problems, warnings=package.warnings)
        report = replace(report, package=package)
    return replace(
        report,
        runs=Counts(made=runs.made - before[0], found=runs.found - before[1]),
        checks=Counts(made=checks.made - before[2], found=checks.found - before[3]),
        seconds=time.monotonic() - begun,
    )


def unreadable(path: str, name: str, error: PackageError) -> PackageReport:
    """The report on a package that could not even be read."""
    return PackageReport(path=path, name=name, errors=error.problems, warnings=())


async def _verified(package: Package, desk: Desk, path: str) -> PackageReport:
    unstable = await generators.complaints(package, desk)
    package = await generating.completed(package, desk.bench, desk.slots[0], desk.watcher.says)
    desk = replace(desk, bench=with_files(desk.bench, package.files))
    is_inferred = package.timing.is_inferred
    if is_inferred:
        desk.watcher.says(f"{package.name}: inferring the time limit")
        package = await calibrating.calibrated(package, desk.bench, desk.slots, known=desk.runs)
    desk.watcher.begins(package, package.submissions)
    found = await _work(package, desk)
    wrong_outputs, doubtful_outputs = outputs.complaints(package, found.outputs)
    # Older formats have factors to infer a limit by, and ask nothing of one that is given.
    has_margins = is_inferred or package.format == "2025-09"
    broken_margins = margins(package, found.submissions) if has_margins else []
    errors = [*unstable, *inputs.complaints(package, found.inputs), *wrong_outputs]
    warnings = [*package.warnings, *_unchecked(package), *doubtful_outputs]
    # A limit that the format infers has to keep its margins; one that is given counts whatever they say.
    (errors if is_inferred else warnings).extend(broken_margins)
    return PackageReport(
        path=path,
        name=package.name,
        errors=tuple(errors),
        warnings=tuple(warnings),
        package=package,
        submissions=tuple(found.submissions),
        times=times(package, found.submissions, is_inferred=is_inferred),
        insights=insights(package.problem, found.submissions),
    )


async def _work(package: Package, desk: Desk) -> _Found:
    """All that has to be run, longest first within each kind; data first, for what it says comes first."""

    async def work(item: _Work, slot: Slot) -> _Done:
        if isinstance(item, JurySubmission):
            return await submissions.verify(item, package, desk, slot)
        if isinstance(item, inputs.Part):
            return item, await _twice(lambda: inputs.check(item, package, desk, slot))
        return item, await _twice(lambda: outputs.check(item, package, desk, slot))

    ordered = submissions.by_worth(package.submissions)
    items: list[_Work] = [*inputs.parts(package), *outputs.parts(package), *ordered]
    found = _Found([], [], [])
    for done in await spread(desk.slots, items, work):
        if isinstance(done, SubmissionReport):
            found.submissions.append(done)
        elif isinstance(done[0], inputs.Part):
            found.inputs.append((done[0], done[1]))
        else:
            found.outputs.append((done[0], done[1]))
    found.submissions.sort(key=lambda report: report.submission.path)
    return found


async def _twice(check: Callable[[], Awaitable[list[Said]]]) -> list[Said]:
    """What the check gives, made once more in fresh cells where one of them died, as judging does."""
    try:
        return await check()
    except CellDied:
        return await check()


def _unchecked(package: Package) -> list[str]:
    """What nothing checks. Validators that cannot be run here were warned of when the package was read."""
    if package.input_validators:
        return []
    return ["input_validators/: there is none, so that nothing tells whether the inputs are as the statement says"]
