"""Which of a host's slots judge, which are lent and to whom, and which are free.

A slot that is lent counts as free, unless it is lent to be kept: the next claim takes it back. Who takes which, weakest
first:

    tryouts, assistants    free ones, and those lent to work that nobody waits for
    submissions            those, tryouts', assistants'
    what tryouts precede   free ones, those lent to work that nobody waits for, assistants'
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from judge.pipeline.ahead import Borrower
from judge.pipeline.room import Bench
from sandbox.pool import Slot


async def gone(borrower: asyncio.Task[None]) -> None:
    """Wait until a borrower has left its slot: also where whoever waits is told to leave it, too."""
    is_cancelled = False
    while not borrower.done():
        try:
            await asyncio.wait([borrower])
        except asyncio.CancelledError:
            is_cancelled = True
    if is_cancelled:
        raise asyncio.CancelledError


class Slots:
    """The slots of one host. ``tasks`` owns whatever borrows one."""

    def __init__(self, slots: Iterable[Slot], tasks: asyncio.TaskGroup) -> None:
        self._tasks = tasks
        self._free = list(slots)
        self._lent: dict[Slot, asyncio.Task[None]] = {}
        self._trying: dict[Slot, asyncio.Task[None]] = {}
        self._assisting: dict[Slot, asyncio.Task[None]] = {}
        #: Lent to what no claim may take it from.
        self._kept: dict[Slot, asyncio.Task[None]] = {}
        self._may_take = asyncio.Event()
        self._may_take.set()

    @property
    def is_one_idle(self) -> bool:
        """Whether there is a slot that neither judges nor is lent."""
        return bool(self._free)

    @property
    def kept_count(self) -> int:
        """How many are lent to what no claim may take them from."""
        return len(self._kept)

    @property
    def is_one_to_spare(self) -> bool:
        """Whether there is a slot that nobody waits for."""
        return bool(self._free or self._lent)

    def is_one_to_take(self, *, goes_before_tryouts: bool) -> bool:
        """Whether a slot can be taken, for what may or may not end a tryout."""
        return bool(self._free or self._lent or self._assisting or (goes_before_tryouts and self._trying))

    async def one_to_take(self) -> None:
        """Wait until a slot can be taken, if need be by ending a tryout."""
        await self._may_take.wait()

    def take(self, *, goes_before_tryouts: bool) -> tuple[Slot, asyncio.Task[None] | None]:
        """A slot to judge on, and who has been told to leave it, to be waited for; only where ``is_one_to_take``."""
        trying = self._trying if goes_before_tryouts else {}
        slot, borrower = self._vacate(self._lent or trying or self._assisting)
        self._tell()
        return slot, borrower

    def put_back(self, slot: Slot) -> None:
        """Nothing is judged on the slot any more."""
        self._free.append(slot)
        self._tell()

    def lend(self, work: Borrower, bench: Bench, *, is_kept: bool = False) -> asyncio.Task[None]:
        """Lend a slot until the work ends, or, unless ``is_kept``, it is taken; only where ``is_one_idle``."""
        task = self._let(self._free.pop(), None, work, bench, self._kept if is_kept else self._lent)
        self._tell()
        return task

    def assist(self, work: Borrower, bench: Bench) -> asyncio.Task[None]:
        """Lend a slot to a judging until the work ends; only where ``is_one_to_spare``."""
        return self._let(*self._vacate(self._lent), work, bench, self._assisting)

    def try_out(self, work: Borrower, bench: Bench) -> asyncio.Task[None]:
        """Lend a slot to a tryout until it ends; only where ``is_one_to_spare``."""
        return self._let(*self._vacate(self._lent), work, bench, self._trying)

    def _tell(self) -> None:
        if self.is_one_to_take(goes_before_tryouts=True):
            self._may_take.set()
        else:
            self._may_take.clear()

    def _vacate(self, lent: dict[Slot, asyncio.Task[None]]) -> tuple[Slot, asyncio.Task[None] | None]:
        if self._free:
            return self._free.pop(), None
        slot, borrower = lent.popitem()
        # Not at once: a task that is cancelled before it has begun never does, and gives nothing back.
        asyncio.get_running_loop().call_soon(borrower.cancel, "the slot is wanted")
        return slot, borrower

    def _let(
        self,
        slot: Slot,
        leaving: asyncio.Task[None] | None,
        work: Borrower,
        bench: Bench,
        lent: dict[Slot, asyncio.Task[None]],
    ) -> asyncio.Task[None]:
        async def borrow() -> None:
            try:
                if leaving is not None:
                    await gone(leaving)
            except asyncio.CancelledError as cancelled:
                # The work is begun all the same, to end where it waits first: only it knows what to give back.
                task.cancel(*cancelled.args)
            await work(bench, slot)

        def left(task: asyncio.Task[None]) -> None:
            # Unless the slot was taken back, in which case it is somebody else's by now.
            if lent.get(slot) is task:
                del lent[slot]
                self.put_back(slot)

        task = self._tasks.create_task(borrow(), name=f"borrowing slot {slot.index}")
        lent[slot] = task
        task.add_done_callback(left)
        return task
