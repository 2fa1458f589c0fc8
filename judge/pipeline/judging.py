"""One judging: compile, run the test cases that grading asks for, put verdict and score together.

Knows neither database nor queue: what it needs comes in, what happens goes to a ``Progress``. A failure of sandbox or
checker is the verdict JE; only cancellation gets out.
"""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import structlog

from checkers.base import CheckerFailure
from judge.errors import BlobDamaged, JudgeError, NotFound, SandboxError, StoreUnreachable
from judge.models import Blob, Compilation, Judged, Problem, Run, Source, Testcase
from judge.pipeline.ahead import Ahead, Lender, Others
from judge.pipeline.compiling import prepared
from judge.pipeline.grading import Graded, GradingFailure, grade
from judge.pipeline.room import Bench, Room, open_room
from judge.verdicts import Verdict
from sandbox.pool import Slot

log = structlog.get_logger()

#: A judging that our side failed is tried once more, in fresh cells.
TRIES = 2


class Progress(Protocol):
    """Who wants to know how a judging goes. Called in order; must not block."""

    def compiling(self) -> None:
        """The judging began, for the first time or afresh: forget all runs reported so far."""

    def running(self) -> None:
        """The program is ready."""

    def ran(self, ordinal: int, run: Run) -> None:
        """Test case ``ordinal`` (1, 2, …) has been judged."""


class KnownRuns(Protocol):
    """Runs made before, by a key that tells everything they depend on but this host's speed."""

    async def find(self, key: str) -> Run | None:
        """The run of that key, if it is known."""

    async def keep(self, key: str, run: Run) -> None:
        """Remember the run."""


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


async def judge(
    problem: Problem,
    source: Source,
    *,
    bench: Bench,
    slot: Slot,
    progress: Progress,
    is_full: bool = False,
    known: KnownRuns | None = None,
    lender: Lender | None = None,
    others: Others | None = None,
) -> Judged:
    """Judge ``source`` on ``slot``; with ``is_full`` on all test cases, else on those that verdict and score need.

    Args:
        problem: what to judge by.
        source: what to judge.
        bench: what judging takes.
        slot: where to run one thing at a time.
        progress: is told how it goes.
        is_full: see above.
        known: runs that need not be made again.
        lender: who may have more slots, for as long as nobody else wants them.
        others: other judgehosts that may assist; only with a ``lender``.

    Raises:
        StoreUnreachable: test data cannot be had now, which says nothing about the submission.
    """
    for _ in range(TRIES):
        try:
            return await _judge_once(
                problem, source, bench, slot, progress, known=known, lender=lender, others=others, is_full=is_full
            )
        except StoreUnreachable:
            raise
        except (JudgeError, OSError) as error:
            log.warning("judging failed on our side", problem=problem.name, error=str(error))
            # What the system refuses, as a full disk does, it may not refuse elsewhere.
            judged = judge_error(str(error), is_hosts_fault=isinstance(error, SandboxError | BlobDamaged | OSError))
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
    problem: Problem,
    source: Source,
    bench: Bench,
    slot: Slot,
    progress: Progress,
    *,
    known: KnownRuns | None,
    lender: Lender | None,
    others: Others | None,
    is_full: bool,
) -> Judged:
    progress.compiling()
    source = problem.completed(source)
    async with contextlib.AsyncExitStack() as stack:
        compilation, program = Compilation(is_ok=True), None
        if not problem.is_submit_answer:
            program = await stack.enter_async_context(
                prepared(source, problem.limits, bench.programs, pool=bench.pool, slot=slot)
            )
            compilation = program.compilation
            if program.cell is None:
                return Judged(verdict=Verdict.CE, compilation=compilation)
        runs: dict[int, Run] = {}
        try:
            room = await stack.enter_async_context(open_room(problem, source, program, bench, slot))
            ahead = None
            if lender is not None and program is not None:
                ahead = await stack.enter_async_context(Ahead(problem, source, lender, others))
            sitting = _Sitting(room=room, progress=progress, known=known, ahead=ahead, runs=runs)
            return await _graded(sitting, compilation, is_full=is_full)
        except (CheckerFailure, GradingFailure) as error:
            made = tuple(run for _, run in sorted(runs.items()))
            return Judged(verdict=Verdict.JE, compilation=compilation, runs=made, message=str(error))


async def _graded(sitting: _Sitting, compilation: Compilation, *, is_full: bool) -> Judged:
    """Run what grading asks for, and put together what came of it."""
    problem = sitting.room.problem
    sitting.progress.running()
    graded = await grade(problem, sitting, is_full=is_full)
    runs = sitting.in_order()
    is_scored = problem.grading is not None and problem.grading.is_scoring and graded.verdict is not Verdict.JE
    return Judged(
        verdict=graded.verdict,
        compilation=compilation,
        runs=runs,
        static_runs=tuple(sitting.static_runs),
        score=graded.score if is_scored else None,
        parts=graded.parts if is_scored else {},
        message=next((run.message for run in runs if run.verdict is Verdict.JE), sitting.message),
    )


@dataclass(slots=True, kw_only=True)
class _Sitting:
    """What grading asks for, from the cells of a room or from what is known already."""

    room: Room
    progress: Progress
    known: KnownRuns | None
    ahead: Ahead | None
    #: Runs made so far, by index of their test case; outlives a failure.
    runs: dict[int, Run]
    #: What the static validator said, group by group.
    static_runs: list[Run] = dataclasses.field(default_factory=list)
    #: Why a validator or grader of the package says no, for judges.
    message: str = ""

    async def run(self, index: int) -> Run:
        testcase = self.room.problem.testcases[index]
        if self.ahead is None:
            run = await self._known_or_made(testcase)
        else:
            run = await self.ahead.run(index, lambda: self._known_or_made(testcase))
        self.runs[index] = run
        self.progress.ran(index + 1, run)
        return run

    async def validate_statically(self, group: str, flags: tuple[str, ...]) -> Run:
        run = await self.room.validate_statically(group, flags)
        self.static_runs.append(run)
        self.message = self.message or run.message
        return run

    async def grade(self, flags: tuple[str, ...], members: Sequence[Graded]) -> Graded:
        return await self.room.grade(flags, members)

    def in_order(self) -> tuple[Run, ...]:
        return tuple(run for _, run in sorted(self.runs.items()))

    async def _known_or_made(self, testcase: Testcase) -> Run:
        if self.known is None:
            return await self.room.run(testcase)
        key = self.room.key(testcase)
        found = await self.known.find(key)
        if found is not None:
            # The same run may stand for test cases of several names.
            return dataclasses.replace(found, testcase=testcase.name, key=key)
        run = await self.room.run(testcase)
        # What our side failed may not fail again.
        if run.verdict is not Verdict.JE:
            await self.known.keep(key, run)
        return run
