"""Judging one run's output: with a built-in checker in this process, or the package's own programs in judge's cells."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Protocol

import checkers.registry
from checkers import testlib, validator
from checkers.base import CheckerFailure, CheckOutcome
from judge.models import Blob, CheckerSpec, Convention, Limits, Problem, Source, Testcase
from judge.pipeline.compiling import Programs, environment, prepared
from judge.recipes.languages import language
from sandbox.cell import Cell
from sandbox.outcome import EndedBy, Outcome
from sandbox.pool import CellPool, Slot
from sandbox.spec import RunLimits, RunSpec

#: Outputs up to this size are compared at once; larger ones in a thread, so that the daemon stays responsive.
_SMALL_BYTES = 64 * 1024


class TestData(Protocol):
    """Where inputs and answers come from."""

    async def path(self, blob: Blob) -> Path:
        """A file with the blob's bytes, not to be written to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A test case with its files at hand."""

    testcase: Testcase
    input: Path
    answer: Path
    #: Files for the submission's working directory, by relative path.
    files: Mapping[str, Path] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """What a submission wrote."""

    size: int
    #: The bytes from the beginning, each time it is called.
    open: Callable[[], BinaryIO]


class Checking(Protocol):
    """Whatever says whether an output is right."""

    async def check(self, case: Case, output: Output) -> CheckOutcome:
        """Judge the output.

        Raises:
            CheckerFailure: the checker is at fault.
        """


class BuiltinChecking:
    """A checker of ours."""

    def __init__(self, name: str) -> None:
        self._name = name

    async def check(self, case: Case, output: Output) -> CheckOutcome:
        if max(case.testcase.answer.size, output.size) <= _SMALL_BYTES:
            return self._compare(case, output)
        return await asyncio.to_thread(self._compare, case, output)

    def _compare(self, case: Case, output: Output) -> CheckOutcome:
        checker = checkers.registry.make(self._name, case.testcase.checker_flags)
        with case.answer.open("rb") as answer, output.open() as stream:
            return checker.check(answer, stream)


def validation_limits(program: Source, limits: Limits) -> RunLimits:
    """What a package's program that checks data or submissions may take, with what its language needs beside."""
    recipe = language(program.language)
    return RunLimits(
        cpu_ms=limits.validation_time_ms,
        wall_ms=2 * limits.validation_time_ms + 1000,
        memory_bytes=recipe.memory_bytes(limits.validation_memory_bytes),
        output_bytes=limits.validation_output_bytes,
        processes=recipe.process_count(limits.processes),
        stack_bytes=recipe.stack_bytes,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgramChecking:
    """A program of the package's, compiled and waiting in a judge's cell."""

    cell: Cell
    checker: CheckerSpec
    limits: Limits

    async def check(self, case: Case, output: Output) -> CheckOutcome:
        with output.open() as stream:
            if self.checker.convention is Convention.TESTLIB:
                spec = self.spec(case, data={testlib.OUTPUT: stream})
            else:
                spec = dataclasses.replace(self.spec(case), stdin=stream)
            return self.read(await self.cell.run(spec), case)

    def spec(
        self, case: Case, *, input_file: Path | None = None, data: Mapping[str, Path | BinaryIO] | None = None
    ) -> RunSpec:
        """How the program is run for a test case, but for its standard input; ``input_file`` in place of the case's."""
        shown = {validator.INPUT: input_file or case.input, validator.ANSWER: case.answer, **(data or {})}
        if self.checker.convention is Convention.TESTLIB:
            argv = testlib.checker_argv(self._run_argv(), case.testcase.checker_flags)
            return self._spec(argv, shown, feedback=())
        flags = (
            *case.testcase.checker_flags,
            *case.testcase.named_flags.get(self.checker.program_name, ()),
        )
        return self._spec(validator.argv(self._run_argv(), flags), shown, feedback=validator.FEEDBACK)

    def interactor_spec(self, case: Case) -> RunSpec:
        """How a testlib interactor is run for a test case."""
        shown = {validator.INPUT: case.input, validator.ANSWER: case.answer}
        spec = self._spec(testlib.interactor_argv(self._run_argv()), shown, feedback=())
        return dataclasses.replace(spec, keeps_feedback=True)

    def grader_spec(self, flags: Sequence[str]) -> RunSpec:
        """How a legacy grader is run."""
        return self._spec((*self._run_argv(), *flags), {}, feedback=())

    def read(self, outcome: Outcome, case: Case, *, what: str = "checker") -> CheckOutcome:
        """What the program's end says.

        Raises:
            CheckerFailure: nothing.
        """
        if self.checker.convention is Convention.ICPC:
            return read_validator(outcome)
        checked = testlib.read(
            exit_code=outcome.exit_code,
            signal=outcome.signal,
            ended_by=outcome.ended_by,
            stderr=outcome.stderr,
            what=what,
        )
        points = case.testcase.points
        if checked.score is not None and points is not None and checked.score >= points:
            # All the points there are: the test case is passed.
            return dataclasses.replace(checked, is_accepted=True)
        return checked

    def accepts(self, outcome: Outcome) -> bool:
        """Whether the program ended as one that has nothing against the submission."""
        accepted = validator.ACCEPTED if self.checker.convention is Convention.ICPC else testlib.ACCEPTED
        return outcome.ended_by is EndedBy.ITSELF and outcome.exit_code == accepted

    def _run_argv(self) -> tuple[str, ...]:
        program = self.checker.program
        assert program is not None
        return language(program.language).run_argv(program, memory_bytes=self.limits.validation_memory_bytes)

    def _spec(
        self, argv: tuple[str, ...], data: Mapping[str, Path | BinaryIO], *, feedback: tuple[str, ...]
    ) -> RunSpec:
        program = self.checker.program
        assert program is not None
        recipe = language(program.language)
        return RunSpec(
            argv=argv,
            env=environment(recipe),
            data=data,
            feedback=feedback,
            limits=validation_limits(program, self.limits),
        )


def read_validator(outcome: Outcome, *, what: str = "output validator") -> CheckOutcome:
    """What the end of a program says by the convention of output validators.

    Raises:
        CheckerFailure: nothing.
    """
    return validator.read(
        exit_code=outcome.exit_code,
        signal=outcome.signal,
        ended_by=outcome.ended_by,
        feedback=outcome.feedback,
        stderr=outcome.stderr,
        what=what,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class AllChecking:
    """Several programs, each of which has to accept (legacy format, "Output Validators")."""

    members: tuple[ProgramChecking, ...]

    async def check(self, case: Case, output: Output) -> CheckOutcome:
        for member in self.members:
            checked = await member.check(case, output)
            if not checked.is_accepted:
                return checked
        return checked


@contextlib.asynccontextmanager
async def program_checking(
    checker: CheckerSpec, limits: Limits, programs: Programs, *, pool: CellPool, slot: Slot, what: str
) -> AsyncIterator[ProgramChecking]:
    """The program, in a cell of its own, which alone sees answers.

    Raises:
        CheckerFailure: it does not compile.
        SandboxError: a cell failed.
    """
    assert checker.program is not None
    async with prepared(
        checker.program, limits, programs, pool=pool, slot=slot, shows_data=True, is_packages=True
    ) as ready:
        if ready.cell is None:
            raise CheckerFailure(f"the {what} does not compile:\n{ready.compilation.output}")
        yield ProgramChecking(cell=ready.cell, checker=checker, limits=limits)


@contextlib.asynccontextmanager
async def checking(problem: Problem, programs: Programs, *, pool: CellPool, slot: Slot) -> AsyncIterator[Checking]:
    """The problem's checker, ready; programs in cells of their own.

    Raises:
        CheckerFailure: one does not compile.
        SandboxError: a cell failed.
    """
    if problem.checker.program is None:
        yield BuiltinChecking(problem.checker.name)
        return
    async with contextlib.AsyncExitStack() as stack:
        members = [
            await stack.enter_async_context(
                program_checking(checker, problem.limits, programs, pool=pool, slot=slot, what=_called(checker))
            )
            for checker in problem.checker.all
        ]
        yield members[0] if len(members) == 1 else AllChecking(members=tuple(members))


def _called(checker: CheckerSpec) -> str:
    if checker.convention is Convention.TESTLIB:
        return "checker"
    return f"output validator {checker.program_name}".strip()
