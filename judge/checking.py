"""Judging one run's output: with a built-in checker in this process, or the package's own program in a judge's cell."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import checkers.registry
import checkers.validator
from checkers.base import CheckerFailure, CheckOutcome
from judge.compiling import ENVIRONMENT, Programs, prepared
from judge.languages import language
from judge.models import MIB, Limits, Source, Testcase
from sandbox.cell import Cell
from sandbox.pool import CellPool, Slot
from sandbox.spec import RunLimits, RunSpec

#: Outputs up to this size are compared at once; larger ones in a thread, so that the daemon stays responsive.
_SMALL_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A test case with its files at hand."""

    testcase: Testcase
    input: Path
    answer: Path


class BuiltinChecking:
    """A checker of ours."""

    def __init__(self, name: str) -> None:
        self._name = name

    async def check(self, case: Case, cell: Cell, output_bytes: int) -> CheckOutcome:
        """Compare the standard output of ``cell``'s last run.

        Raises:
            CheckerFailure: the checker is at fault.
        """
        if max(case.testcase.answer.size, output_bytes) <= _SMALL_BYTES:
            return self._compare(case, cell)
        return await asyncio.to_thread(self._compare, case, cell)

    def _compare(self, case: Case, cell: Cell) -> CheckOutcome:
        checker = checkers.registry.make(self._name, case.testcase.checker_flags)
        with case.answer.open("rb") as answer, cell.open_stdout() as output:
            return checker.check(answer, output)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgramChecking:
    """The package's output validator, compiled and waiting in the judge's cell."""

    cell: Cell
    program: Source
    limits: Limits

    async def check(self, case: Case, cell: Cell, output_bytes: int) -> CheckOutcome:
        """Let the validator judge the standard output of ``cell``'s last run."""
        del output_bytes
        recipe = language(self.program.language)
        run_argv = recipe.run_argv(self.program, memory_bytes=self.limits.validation_memory_bytes)
        with cell.open_stdout() as output:
            outcome = await self.cell.run(
                RunSpec(
                    argv=checkers.validator.argv(run_argv, case.testcase.checker_flags),
                    env=ENVIRONMENT,
                    stdin=output,
                    data={checkers.validator.INPUT: case.input, checkers.validator.ANSWER: case.answer},
                    feedback=(checkers.validator.JUDGE_MESSAGE,),
                    limits=RunLimits(
                        cpu_ms=self.limits.validation_time_ms,
                        wall_ms=2 * self.limits.validation_time_ms + 1000,
                        memory_bytes=self.limits.validation_memory_bytes + recipe.memory_extra_mib * MIB,
                        output_bytes=self.limits.validation_output_bytes,
                        processes=max(self.limits.processes, recipe.processes),
                    ),
                )
            )
        return checkers.validator.read(
            exit_code=outcome.exit_code,
            signal=outcome.signal,
            ended_by=outcome.ended_by,
            feedback=outcome.feedback,
            stderr=outcome.stderr,
        )


Checking = BuiltinChecking | ProgramChecking


@contextlib.asynccontextmanager
async def program_checking(
    program: Source, limits: Limits, programs: Programs, *, pool: CellPool, slot: Slot
) -> AsyncIterator[ProgramChecking]:
    """The validator, in a cell of its own, which alone sees answers.

    Raises:
        CheckerFailure: it does not compile.
        SandboxError: a cell failed.
    """
    async with prepared(program, limits, programs, pool=pool, slot=slot, shows_data=True) as validator:
        if validator.cell is None:
            raise CheckerFailure(f"the output validator does not compile:\n{validator.compilation.output}")
        yield ProgramChecking(cell=validator.cell, program=program, limits=limits)
