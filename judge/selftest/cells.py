"""A pool that keeps an eye on its cells: which were used, what they said last, and what they left behind."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field

from judge.errors import JudgeError
from judge.incidents import Incident
from judge.models import MIB
from sandbox.cell import Cell, CellMaker
from sandbox.container import ContainerMaker
from sandbox.pool import CellPool, Kind, Slot


@dataclass(slots=True, kw_only=True)
class Seen:
    """What was seen of the cells used since the last look."""

    cells: list[Cell] = field(default_factory=list)
    #: The beginning of the last output of each.
    words: list[bytes] = field(default_factory=list)
    #: What the pool saw of its cells from outside.
    incidents: list[str] = field(default_factory=list)

    @property
    def users(self) -> set[int]:
        """Users that the cells' processes ran as, where cells have users of their own."""
        return {cell.uid for cell in self.cells if cell.uid is not None}


class WatchedPool(CellPool):
    """A pool whose cells are looked at once they are gone."""

    def __init__(self, maker: CellMaker, slots: Iterable[Slot]) -> None:
        super().__init__(maker, slots, on_incident=self._note)
        self._seen = Seen()

    @contextlib.asynccontextmanager
    async def cell(self, slot: Slot, kind: Kind) -> AsyncIterator[Cell]:
        async with super().cell(slot, kind) as cell:
            self._seen.cells.append(cell)
            yield cell
            # Not every cell runs anything, and one that died has nothing to tell.
            with contextlib.suppress(JudgeError), cell.open_stdout() as stdout:
                self._seen.words.append(stdout.read(MIB))

    async def look_back(self) -> Seen:
        """What was seen since the last look, once all cells used are gone."""
        while self._closing:
            await asyncio.wait(self._closing)
        seen, self._seen = self._seen, Seen()
        seen.incidents += [f"{cell.exchange.path} is still there" for cell in seen.cells if cell.exchange.path.exists()]
        seen.incidents += [f"container {name} is still there" for name in await self._containers_of(seen.cells)]
        return seen

    async def _containers_of(self, cells: list[Cell]) -> set[str]:
        if not isinstance(self.maker, ContainerMaker):
            return set()
        there = await asyncio.to_thread(self.maker._ours)  # noqa: SLF001
        return {cell.name for cell in cells} & {container.name for container in there}

    def _note(self, incident: Incident, cell: str) -> None:
        self._seen.incidents.append(f"cell {cell}: {incident.kind.value}: {incident.detail}")
