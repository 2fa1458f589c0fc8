"""One judging: compile, run each test case in package order, check, stop at the first failure.

Knows neither database nor queue: what it needs comes in, what happens goes to a ``Progress``. A failure of sandbox or
checker is the verdict JE; only cancellation gets out.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import structlog

from checkers.base import CheckerFailure
from judge.checking import BuiltinChecking, Case, Checking, program_checking
from judge.compiling import ENVIRONMENT, Programs, prepared, signal_name
from judge.errors import JudgeError, NotFound, SandboxError
from judge.incidents import of_run
from judge.languages import language
from judge.models import MIB, Blob, Compilation, Judged, Limits, Problem, Run, Source, Testcase
from judge.verdicts import Verdict
from sandbox.cell import Cell
from sandbox.outcome import EndedBy, Outcome
from sandbox.pool import CellPool, Slot
from sandbox.spec import RunLimits, RunSpec

log = structlog.get_logger()

#: A judging that our side failed is tried once more, in fresh cells.
TRIES = 2


class TestData(Protocol):
    """Where inputs and answers come from."""

    async def path(self, blob: Blob) -> Path:
        """A file with the blob's bytes, not to be written to."""


class Progress(Protocol):
    """Who wants to know how a judging goes. Called in order; must not block."""

    def compiling(self) -> None:
        """The judging began, for the first time or afresh: forget all runs reported so far."""

    def running(self) -> None:
        """The program is ready."""

    def ran(self, ordinal: int, run: Run) -> None:
        """Test case ``ordinal`` (1, 2, …) has been judged."""


class PackageData:
    """Test data that lies in a package's own folder."""

    def __init__(self, files: Mapping[Blob, Path]) -> None:
        self._files = files

    async def path(self, blob: Blob) -> Path:
        try:
            return self._files[blob]
        except KeyError:
            raise NotFound(f"blob {blob.hex} is not in the package") from None


class Silent:
    """The progress that nobody watches."""

    def compiling(self) -> None: ...
    def running(self) -> None: ...
    def ran(self, ordinal: int, run: Run) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """What judging takes: cells, programs, test data."""

    pool: CellPool
    programs: Programs
    data: TestData


async def judge(
    problem: Problem, source: Source, *, bench: Bench, slot: Slot, progress: Progress, is_full: bool = False
) -> Judged:
    """Judge ``source`` on ``slot``; with ``is_full`` on all test cases, else up to the first failure."""
    for _ in range(TRIES):
        try:
            return await _judge_once(problem, source, bench, slot, progress, is_full=is_full)
        except JudgeError as error:
            log.warning("judging failed on our side", problem=problem.name, error=str(error))
            judged = judge_error(str(error), is_hosts_fault=isinstance(error, SandboxError))
    return judged


def judge_error(message: str, *, is_hosts_fault: bool = False) -> Judged:
    """The verdict of a judging that our side failed."""
    return Judged(
        verdict=Verdict.JE,
        compilation=Compilation(is_ok=False),
        message=message,
        is_hosts_fault=is_hosts_fault,
    )


async def _judge_once(
    problem: Problem, source: Source, bench: Bench, slot: Slot, progress: Progress, *, is_full: bool
) -> Judged:
    progress.compiling()
    async with prepared(source, problem.limits, bench.programs, pool=bench.pool, slot=slot) as program:
        compilation, cell = program.compilation, program.cell
        if cell is None:
            return Judged(verdict=Verdict.CE, compilation=compilation)
        try:
            async with _checking(problem, bench, slot) as checking:
                progress.running()
                runs = await _run_all(problem, source, cell, checking, bench.data, progress, is_full=is_full)
        except CheckerFailure as error:
            return Judged(verdict=Verdict.JE, compilation=compilation, message=str(error))
    verdict = next((run.verdict for run in runs if run.verdict is not Verdict.AC), Verdict.AC)
    message = next((run.message for run in runs if run.verdict is Verdict.JE), "")
    return Judged(verdict=verdict, compilation=compilation, runs=tuple(runs), message=message)


@contextlib.asynccontextmanager
async def _checking(problem: Problem, bench: Bench, slot: Slot) -> AsyncIterator[Checking]:
    """The problem's checker, ready; a program in a second cell, which alone sees answers."""
    program = problem.checker.program
    if program is None:
        yield BuiltinChecking(problem.checker.name)
        return
    async with program_checking(program, problem.limits, bench.programs, pool=bench.pool, slot=slot) as checking:
        yield checking


async def _run_all(
    problem: Problem,
    source: Source,
    cell: Cell,
    checking: Checking,
    data: TestData,
    progress: Progress,
    *,
    is_full: bool,
) -> list[Run]:
    runs: list[Run] = []
    for ordinal, testcase in enumerate(problem.testcases, start=1):
        case = Case(testcase=testcase, input=await data.path(testcase.input), answer=await data.path(testcase.answer))
        spec = _run_spec(source, problem.limits, case.input)
        outcome = await cell.run(spec)
        run = _stopped(testcase, outcome, spec.limits) or await _checked(case, outcome, checking, cell)
        runs.append(run)
        progress.ran(ordinal, run)
        if run.verdict is not Verdict.AC and not is_full:
            break
    return runs


def _run_spec(source: Source, limits: Limits, input_path: Path) -> RunSpec:
    recipe = language(source.language)
    return RunSpec(
        argv=recipe.run_argv(source, memory_bytes=limits.memory_bytes),
        env=ENVIRONMENT,
        stdin=input_path,
        limits=RunLimits(
            cpu_ms=limits.time_ms,
            wall_ms=limits.wall_ms,
            memory_bytes=limits.memory_bytes + recipe.memory_extra_mib * MIB,
            output_bytes=limits.output_bytes,
            processes=max(limits.processes, recipe.processes),
        ),
    )


def _stopped(testcase: Testcase, outcome: Outcome, limits: RunLimits) -> Run | None:
    """The run of a program that a limit, a signal or its exit code failed; None if its output has to be checked.

    The order matters: what ended the run comes first, since a program that passed a limit is killed by a signal too.
    """
    if outcome.ended_by is EndedBy.MEMORY or outcome.memory_bytes > limits.memory_bytes:
        return _run(testcase, outcome, Verdict.MLE)
    if outcome.ended_by is EndedBy.CPU or outcome.cpu_us > limits.cpu_ms * 1000:
        return _run(testcase, outcome, Verdict.TLE)
    if outcome.ended_by is EndedBy.WALL:
        return _run(testcase, outcome, Verdict.TLE, reason="idle")
    if outcome.ended_by is EndedBy.OUTPUT:
        return _run(testcase, outcome, Verdict.OLE)
    if outcome.exec_errno is not None:
        return _run(testcase, outcome, Verdict.RTE, reason=f"cannot be started: {os.strerror(outcome.exec_errno)}")
    if outcome.signal is not None:
        return _run(testcase, outcome, Verdict.RTE, reason=f"killed by {signal_name(outcome.signal)}")
    if outcome.exit_code != 0:
        return _run(testcase, outcome, Verdict.RTE, reason=f"exit code {outcome.exit_code}")
    return None


async def _checked(case: Case, outcome: Outcome, checking: Checking, cell: Cell) -> Run:
    try:
        checked = await checking.check(case, cell, outcome.stdout_bytes)
    except CheckerFailure as error:
        return _run(case.testcase, outcome, Verdict.JE, message=str(error))
    verdict = Verdict.AC if checked.is_accepted else Verdict.WA
    return _run(case.testcase, outcome, verdict, message=checked.message)


def _run(testcase: Testcase, outcome: Outcome, verdict: Verdict, *, reason: str = "", message: str = "") -> Run:
    return Run(
        testcase=testcase.name,
        verdict=verdict,
        cpu_us=outcome.cpu_us,
        wall_us=outcome.wall_us,
        memory_bytes=outcome.memory_bytes,
        exit_code=outcome.exit_code,
        signal=outcome.signal,
        reason=reason,
        message=message,
        noise=dict(outcome.noise),
        incidents=of_run(denied=outcome.denied, oom_kills=outcome.oom_kills),
    )
