"""Runs made before grading asks for them, on slots that nobody wants: a long submission has the whole host to itself.

Grading goes on in the package's order and takes what it asks for. What it never asks for is dropped, so that verdict
and score are those of a single slot. An assistant may be sent away at any time; somebody else makes what it was at.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Coroutine
from types import TracebackType
from typing import Any, Protocol, Self, TypeAlias

import structlog

from judge.compiling import prepared
from judge.models import Problem, Run, Source
from judge.room import Bench, open_room
from judge.verdicts import Verdict
from sandbox.pool import Slot

log = structlog.get_logger()

#: What is left of a judging, in seconds of one slot, for which opening cells on another one pays.
WORTH_S = 0.5

#: Work for a slot. It is cancelled when the slot is wanted for something else, and must then leave it soon.
Borrower: TypeAlias = Callable[[Bench, Slot], Coroutine[Any, Any, None]]


class Lender(Protocol):
    """Who has slots that nothing is judged on."""

    def can_assist(self) -> bool:
        """Whether there is one for an assistant."""

    def assist(self, work: Borrower) -> asyncio.Task[None]:
        """Lend one until the task ends; only where ``can_assist``."""


class Ahead:
    """The test cases of one judging that nobody has begun, and those that assistants are at. A context manager."""

    def __init__(self, problem: Problem, source: Source, lender: Lender) -> None:
        self._problem = problem
        self._source = source
        self._lender = lender
        #: In the package's order, by index.
        self._waiting = dict.fromkeys(range(len(problem.testcases)))
        #: What assistants have made or are making; None: whoever was at it has left.
        self._begun: dict[int, asyncio.Future[Run | None]] = {}
        self._assistants: set[asyncio.Task[None]] = set()
        self._made_us: list[int] = []
        self._is_failing = False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        for task in self._assistants:
            task.cancel("the judging is over")
        if self._assistants:
            await asyncio.wait(self._assistants)

    async def run(self, index: int, make: Callable[[], Awaitable[Run]]) -> Run:
        """That test case's run: an assistant's, if one is at it, else what ``make`` makes."""
        while (begun := self._begun.get(index)) is not None:
            # Not awaited itself, since a cancellation would go on to it.
            await asyncio.wait([begun])
            if (run := begun.result()) is not None:
                return run
        self._waiting.pop(index, None)
        self._call()
        run = await make()
        self._made_us.append(run.wall_us)
        return run

    def _call(self) -> None:
        """Have as many assistants as pay, and as there are slots for."""
        while self._pays() and self._lender.can_assist():
            task = self._lender.assist(self._assist)
            self._assistants.add(task)
            task.add_done_callback(self._assistants.discard)

    def _pays(self) -> bool:
        if self._is_failing or not self._made_us or len(self._waiting) <= len(self._assistants) + 1:
            return False
        mean_s = sum(self._made_us) / len(self._made_us) / 1e6
        return len(self._waiting) * mean_s / (len(self._assistants) + 1) >= WORTH_S

    async def _assist(self, bench: Bench, slot: Slot) -> None:
        try:
            await self._make(bench, slot)
        except Exception as error:  # noqa: BLE001
            # The judging's own slot finds out whether it is the submission, the package or the host.
            self._is_failing = True
            log.warning("cannot run tests ahead", slot=slot.index, error=repr(error))

    async def _make(self, bench: Bench, slot: Slot) -> None:
        async with contextlib.AsyncExitStack() as stack:
            program = await stack.enter_async_context(
                prepared(self._source, self._problem.limits, bench.programs, pool=bench.pool, slot=slot)
            )
            room = await stack.enter_async_context(open_room(self._problem, self._source, program, bench, slot))
            while self._waiting and not self._is_failing:
                index = next(iter(self._waiting))
                del self._waiting[index]
                begun = self._begun[index] = asyncio.get_running_loop().create_future()
                run = None
                try:
                    run = await room.run(self._problem.testcases[index])
                finally:
                    if run is None or run.verdict is Verdict.JE:
                        self._give_back(index)
                        run = None
                    begun.set_result(run)
                self._is_failing = run is None

    def _give_back(self, index: int) -> None:
        del self._begun[index]
        self._waiting = dict.fromkeys(sorted((*self._waiting, index)))
