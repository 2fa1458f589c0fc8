"""Runs made before grading asks for them, on slots that nobody wants: a long submission has all of them to itself.

Grading goes on in the package's order and takes what it asks for. What it never asks for is dropped, so that verdict
and score are those of a single slot. An assistant may be sent away at any time; somebody else makes what it was at.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from types import TracebackType
from typing import Any, Protocol, Self, TypeAlias

import structlog

from judge.models import Problem, Run, Source
from judge.pipeline.compiling import prepared
from judge.pipeline.room import Bench, open_room
from judge.verdicts import Verdict
from sandbox.pool import Slot

log = structlog.get_logger()

#: What is left for each slot at work, in seconds, for which opening cells on another one pays.
WORTH_S = 0.5
#: And for which asking other judgehosts does, which have to compile first.
WORTH_ASKING_S = 3.0

#: Work for a slot. It is cancelled when the slot is wanted for something else, and must then leave it soon.
Borrower: TypeAlias = Callable[[Bench, Slot], Coroutine[Any, Any, None]]


class Lender(Protocol):
    """Who has slots that nothing is judged on."""

    def can_assist(self) -> bool:
        """Whether there is one for an assistant."""

    def assist(self, work: Borrower) -> asyncio.Task[None]:
        """Lend one until the task ends; only where ``can_assist``."""


class Others(Protocol):
    """Other judgehosts, which may run test cases of this judging. None of this raises."""

    async def ask(self, indices: Sequence[int]) -> None:
        """Let them run those test cases; once."""

    async def take(self, index: int) -> bool:
        """Whether that test case is ours to run; false: another judgehost is at it, or has run it."""

    async def result(self, index: int) -> Run | None:
        """What another judgehost made of that test case, waited for; None: it is ours to run after all."""


class Desk(Protocol):
    """Who hands out test cases to assistants."""

    async def take(self) -> int | None:
        """A test case to run, by its index; None: there are no more."""

    async def put(self, index: int, run: Run | None) -> None:
        """What came of it; None: it is for others to run."""


async def assist(problem: Problem, source: Source, bench: Bench, slot: Slot, desk: Desk) -> None:
    """Run test cases for as long as there are any. A run that our side or the package failed is nobody's news.

    Raises:
        SandboxError: a cell failed.
        CheckerFailure: a program of the package does not compile.
    """
    async with contextlib.AsyncExitStack() as stack:
        program = await stack.enter_async_context(
            prepared(source, problem.limits, bench.programs, pool=bench.pool, slot=slot)
        )
        if program.cell is None:
            return
        room = await stack.enter_async_context(open_room(problem, source, program, bench, slot))
        while (index := await desk.take()) is not None:
            run = None
            try:
                run = await room.run(problem.testcases[index])
            finally:
                is_made = run is not None and run.verdict is not Verdict.JE
                await desk.put(index, run if is_made else None)
            if not is_made:
                return


class Ahead:
    """The test cases of one judging that nobody has begun, and those that assistants are at. A context manager."""

    def __init__(self, problem: Problem, source: Source, lender: Lender, others: Others | None = None) -> None:
        self._problem = problem
        self._source = source
        self._lender = lender
        self._others = others
        #: In the package's order, by index.
        self._waiting: dict[int, None] = dict.fromkeys(range(len(problem.testcases)))
        #: What assistants have made or are making; None: whoever was at it has left.
        self._begun: dict[int, asyncio.Future[Run | None]] = {}
        self._assistants: set[asyncio.Task[None]] = set()
        #: What other judgehosts were asked to run.
        self._asked: frozenset[int] = frozenset()
        #: Of these, whether they are ours to run, as far as that was asked.
        self._ours: dict[int, asyncio.Task[bool]] = {}
        self._made_us: list[int] = []
        self._is_failing = False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        tasks = (*self._assistants, *self._ours.values())
        for task in tasks:
            task.cancel("the judging is over")
        if tasks:
            await asyncio.wait(tasks)

    async def run(self, index: int, make: Callable[[], Awaitable[Run]]) -> Run:
        """That test case's run: an assistant's, if one is at it, else what ``make`` makes."""
        while (begun := self._begun.get(index)) is not None:
            # Not awaited itself, since a cancellation would go on to it.
            await asyncio.wait([begun])
            if (run := begun.result()) is not None:
                return run
        self._waiting.pop(index, None)
        if not await self._is_ours(index) and self._others is not None:
            run = await self._others.result(index)
            if run is not None:
                return run
        await self._call()
        if self._waiting:
            # Asked for while this one runs, so that no slot waits for the database between two.
            self._ask_whether_ours(next(iter(self._waiting)))
        run = await make()
        self._made_us.append(run.wall_us)
        return run

    async def take(self) -> int | None:
        while self._waiting and not self._is_failing:
            index = next(iter(self._waiting))
            del self._waiting[index]
            self._begun[index] = asyncio.get_running_loop().create_future()
            try:
                is_ours = await self._is_ours(index)
            except asyncio.CancelledError:
                # Or grading would wait for it for ever.
                await self.put(index, None)
                raise
            if is_ours:
                return index
            self._leave(index)
        return None

    async def put(self, index: int, run: Run | None) -> None:
        if run is not None:
            self._begun[index].set_result(run)
            return
        self._waiting = dict.fromkeys(sorted((*self._waiting, index)))
        self._leave(index)

    def _leave(self, index: int) -> None:
        """Nobody here is at that test case."""
        self._begun.pop(index).set_result(None)

    async def _is_ours(self, index: int) -> bool:
        asked = self._ask_whether_ours(index)
        if asked is None:
            return True
        # Not awaited itself, since a cancellation would go on to it.
        await asyncio.wait([asked])
        return asked.result()

    def _ask_whether_ours(self, index: int) -> asyncio.Task[bool] | None:
        """Ask, once, whether that test case is ours to run; None: nobody else was asked to run it."""
        if self._others is None or index not in self._asked:
            return None
        if index not in self._ours:
            self._ours[index] = asyncio.create_task(self._others.take(index), name=f"take test case {index}")
        return self._ours[index]

    async def _call(self) -> None:
        """Have as many assistants as pay, and as there are slots for."""
        while self._left_s() >= WORTH_S and self._lender.can_assist():
            task = self._lender.assist(self._assist)
            self._assistants.add(task)
            task.add_done_callback(self._assistants.discard)
        if self._others is not None and not self._asked and self._left_s() >= WORTH_ASKING_S:
            self._asked = frozenset(self._waiting)
            await self._others.ask(sorted(self._asked))

    def _left_s(self) -> float:
        """What one more assistant would have to do, in seconds."""
        if self._is_failing or not self._made_us or len(self._waiting) <= len(self._assistants) + 1:
            return 0.0
        mean_s = sum(self._made_us) / len(self._made_us) / 1e6
        return len(self._waiting) * mean_s / (len(self._assistants) + 1)

    async def _assist(self, bench: Bench, slot: Slot) -> None:
        try:
            await assist(self._problem, self._source, bench, slot, self)
        except Exception as error:  # noqa: BLE001
            # The judging's own slot finds out whether it is the submission, the package or the host.
            self._is_failing = True
            log.warning("cannot run tests ahead", slot=slot.index, error=repr(error))
