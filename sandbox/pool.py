"""Cells warmed ahead, so that no judging waits for Docker.

A slot is one run at a time on one core. For each slot the pool keeps one idle cell of every kind used lately; taking it
starts the making of its successor. Cells are never given back: one serves one judging and is closed.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import OrderedDict
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass

from judge.errors import JudgeError
from sandbox.cell import Cell, CellMaker

#: Kinds of cell kept warm for one slot; the one unused for longest makes room.
WARM_KINDS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What tells idle cells apart."""

    image: str
    shows_data: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """One run at a time, on this core."""

    index: int
    core: int


class CellPool:
    """The cells of one judgehost. ``close`` ends them all.

    With ``keeps_warm`` false, cells are made when asked for and not before: for a single judging.
    """

    def __init__(self, maker: CellMaker, slots: Iterable[Slot], *, keeps_warm: bool = True) -> None:
        self.maker = maker
        self.slots = tuple(slots)
        self._warm: dict[int, OrderedDict[Kind, asyncio.Task[Cell]]] = {
            slot.index: OrderedDict() for slot in self.slots
        }
        self._closing: set[asyncio.Task[None]] = set()
        self._keeps_warm = keeps_warm
        self._is_closed = False

    @contextlib.asynccontextmanager
    async def cell(self, slot: Slot, kind: Kind) -> AsyncIterator[Cell]:
        """A cell nobody has used, for one judging; closed in the background afterwards.

        Raises:
            SandboxError: none can be made.
        """
        cell = await self._take(slot, kind)
        try:
            yield cell
        finally:
            self._close_later(cell)

    async def trouble(self, slot: Slot) -> str | None:
        """Why no cell can be made on this host now, tried with the kind used last; None when one could."""
        kind = next(reversed(self._warm[slot.index]), None)
        if kind is None:
            return None
        try:
            await (await self._make(slot, kind)).close()
        except JudgeError as error:
            return str(error)
        return None

    def warm(self, slot: Slot, kind: Kind) -> None:
        """Have an idle cell of ``kind`` made for ``slot``, unless there is one."""
        cells = self._warm[slot.index]
        if self._is_closed or not self._keeps_warm or kind in cells:
            return
        cells[kind] = asyncio.create_task(self._make(slot, kind), name=f"warm {kind.image} for slot {slot.index}")
        while len(cells) > WARM_KINDS:
            _, unused = cells.popitem(last=False)
            self._close_later(unused)

    async def close(self) -> None:
        """End all idle cells, and wait until those being closed are gone."""
        self._is_closed = True
        for cells in self._warm.values():
            while cells:
                _, task = cells.popitem()
                self._close_later(task)
        while self._closing:
            await asyncio.wait(self._closing)

    async def _take(self, slot: Slot, kind: Kind) -> Cell:
        task = self._warm[slot.index].pop(kind, None)
        try:
            if task is not None:
                with contextlib.suppress(JudgeError):
                    # A cell that could not be warmed says why when it is made once more, for real.
                    return await task
            return await self._make(slot, kind)
        finally:
            self.warm(slot, kind)

    async def _make(self, slot: Slot, kind: Kind) -> Cell:
        return await self.maker.make(image=kind.image, core=slot.core, shows_data=kind.shows_data)

    def _close_later(self, cell: Cell | asyncio.Task[Cell]) -> None:
        task = asyncio.create_task(_close(cell), name="close a cell")
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)


async def _close(cell: Cell | asyncio.Task[Cell]) -> None:
    if isinstance(cell, asyncio.Task):
        try:
            cell = await cell
        except JudgeError:
            return
    await cell.close()
