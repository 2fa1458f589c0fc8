"""Outputs that the package holds, given to its output validator: answers, and ``valid_output``, ``invalid_output``.

An answer is an output too, unless the problem is interactive or has several passes, and setters who make it by hand
get it wrong ("Invalid test cases" and "Valid output" in the package format).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from checkers.base import CheckerFailure
from judge.models import Blob, Problem, Testcase
from judge.pipeline.checking import Case, Checking, Output, checking
from judge.pipeline.surroundings import key_of
from judge.verifying.desk import Desk
from judge.verifying.memory import Said
from problems.package import Package
from sandbox.pool import Slot

#: Outputs checked in one cell before other slots may help.
CHUNK = 250


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """An output to be judged, as if a submission had written it."""

    testcase: Testcase
    output: Blob
    #: Whether the output validator has to accept it, has to reject it, or only should accept it, for it is an answer.
    kind: str


def outputs_of(package: Package) -> list[Given]:
    """Every output in the package; none where the output validator does not read one."""
    problem = package.problem
    if problem.is_interactive or problem.interactor is not None:
        return []
    found = [
        Given(
            testcase=Testcase(
                name=extra.name, input=extra.input, answer=extra.answer, checker_flags=extra.checker_flags
            ),
            output=extra.output,
            kind=extra.kind,
        )
        for extra in package.extra_cases
        if extra.answer is not None and extra.output is not None
    ]
    if problem.limits.passes == 1:
        found += [Given(testcase=case, output=case.answer, kind="answer") for case in problem.testcases]
    return found


def parts(package: Package) -> list[tuple[Given, ...]]:
    """The work to do."""
    given = outputs_of(package)
    return [tuple(given[at : at + CHUNK]) for at in range(0, len(given), CHUNK)]


async def check(part: Sequence[Given], package: Package, desk: Desk, slot: Slot) -> list[Said]:
    """What the output validator says of each output; found in the memory, or asked."""
    problem = package.problem
    keys = [_key(given, problem, desk) for given in part]
    said = {key: known for key in dict.fromkeys(keys) if (known := desk.checks.find(key)) is not None}
    missing = {key: given for key, given in zip(keys, part, strict=True) if key not in said}
    if missing:
        try:
            async with checking(problem, desk.bench.programs, pool=desk.bench.pool, slot=slot) as checker:
                for key, given in missing.items():
                    said[key] = desk.checks.keep(key, await _ask(checker, given, desk))
        except CheckerFailure as failure:
            return [Said(is_accepted=False, text=str(failure), is_failure=True)] * len(keys)
    return [said[key] for key in keys]


def complaints(
    package: Package, answered: Iterable[tuple[Sequence[Given], Sequence[Said]]]
) -> tuple[list[str], list[str]]:
    """Errors and warnings, each ``file: text``."""
    errors: list[str] = []
    doubtful: list[tuple[str, str]] = []
    for given, answer in ((g, a) for part, said in answered for g, a in zip(part, said, strict=True)):
        name = given.testcase.name if package.format == "polygon" else f"data/{given.testcase.name}"
        if given.kind == "answer":
            if not answer.is_accepted:
                doubtful.append((f"{name}.ans", answer.text))
        elif answer.is_failure:
            errors.append(f"{name}.out: the output validator failed on it: {answer.text}")
        elif given.kind == "invalid_output" and answer.is_accepted:
            errors.append(f"{name}.out: is meant to be wrong, and the output validator accepts it")
        elif given.kind == "valid_output" and not answer.is_accepted:
            errors.append(f"{name}.out: is meant to be right, and the output validator rejects it: {answer.text}")
    return list(dict.fromkeys(errors)), _doubts(doubtful)


def _doubts(rejected: Sequence[tuple[str, str]]) -> list[str]:
    """One warning for all answers that are no outputs: where they never are meant to be, there are many."""
    if not rejected:
        return []
    name, text = rejected[0]
    others = f" (and those of {len(rejected) - 1} other tests)" if len(rejected) > 1 else ""
    return [f"{name}: the output validator does not accept the answer itself as an output{others}: {text}"]


async def _ask(checker: Checking, given: Given, desk: Desk) -> Said:
    case = Case(
        testcase=given.testcase,
        input=await desk.bench.data.path(given.testcase.input),
        answer=await desk.bench.data.path(given.testcase.answer),
    )
    path = await desk.bench.data.path(given.output)
    try:
        outcome = await checker.check(case, Output(size=given.output.size, open=lambda: path.open("rb")))
    except CheckerFailure as failure:
        return Said(is_accepted=False, text=str(failure), is_failure=True)
    return Said(is_accepted=outcome.is_accepted, text=outcome.message or "it does not say why")


def _key(given: Given, problem: Problem, desk: Desk) -> str:
    programs = desk.bench.programs
    checkers = tuple(
        (spec.name, spec.program_name, spec.convention.value, programs.key(spec.program) if spec.program else "")
        for spec in problem.checker.all
    )
    limits = problem.limits
    bounds = (limits.validation_time_ms, limits.validation_memory_bytes, limits.validation_output_bytes)
    case = given.testcase
    flags = (case.checker_flags, tuple(sorted(case.named_flags.items())))
    blobs = (case.input.hex, case.answer.hex, given.output.hex)
    return key_of("output", repr((checkers, blobs, flags, bounds)))
