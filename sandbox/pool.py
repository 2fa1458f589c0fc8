"""Cells warmed ahead, so that no judging waits for Docker.

A slot is one run at a time on one core. For each slot the pool keeps one idle cell of every kind used lately; taking it
starts the making of its successor, at once where one of that kind was taken just before, and otherwise a moment later:
making one disturbs what runs, most of all the compiling and the first run that a judging begins with. Cells are never
given back: one serves one judging and is closed.

Each cell is looked at from outside once it is closed, and what should not be is told to ``on_incident``.
"""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Iterable
from contextvars import Context
from dataclasses import dataclass
from weakref import WeakKeyDictionary, WeakSet

import structlog

from judge.errors import CellDied, JudgeError
from judge.incidents import Incident, IncidentKind
from sandbox import watch
from sandbox.cell import Cell, CellMaker

log = structlog.get_logger()

#: Kinds of cell kept warm for one slot; the one unused for longest makes room.
WARM_KINDS = 10
#: How long after a cell is taken its successor is made, where the one before was taken longer ago by far.
CALM_S = 0.5
FAR_S = 4 * CALM_S
#: A disk with less takes no run's output for sure; a run may print that much.
LEAST_FREE_MIB = 64


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


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class _Warming:
    """An idle cell, or one that is being made, or will be in a moment, or as soon as it is wanted."""

    cell: asyncio.Task[Cell]
    is_wanted: asyncio.Event

    def want(self) -> asyncio.Task[Cell]:
        self.is_wanted.set()
        return self.cell


#: Takes what was seen of a cell, with that cell's name. Called in the event loop; must not block.
OnIncident = Callable[[Incident, str], None]


def log_incident(incident: Incident, cell: str) -> None:
    """Where nobody keeps incidents, the log does."""
    log.warning("incident", kind=incident.kind.value, detail=incident.detail, count=incident.count, cell=cell)


def short_of_disk(cell: Cell) -> str | None:
    """Why the disk that inputs and outputs of a cell are on is too full for any; None when it is not."""
    free_mib = shutil.disk_usage(cell.exchange.path).free // 2**20
    if free_mib >= LEAST_FREE_MIB:
        return None
    return f"{free_mib} MiB are free on the disk of {cell.exchange.path.parent}, less than {LEAST_FREE_MIB}: make room"


class CellPool:
    """The cells of one judgehost. ``close`` ends them all.

    With ``keeps_warm`` false, cells are made when asked for and not before: for a single judging.
    """

    def __init__(
        self,
        maker: CellMaker,
        slots: Iterable[Slot],
        *,
        keeps_warm: bool = True,
        on_incident: OnIncident = log_incident,
    ) -> None:
        self.maker = maker
        self.slots = tuple(slots)
        #: May be replaced by whoever owns the pool.
        self.on_incident = on_incident
        self._warm: dict[int, OrderedDict[Kind, _Warming]] = {slot.index: OrderedDict() for slot in self.slots}
        self._taken_at: dict[tuple[Slot, Kind], float] = {}
        self._closing: set[asyncio.Task[None]] = set()
        self._in_use: set[str] = set()
        self._marks: WeakKeyDictionary[Cell, watch.Mark] = WeakKeyDictionary()
        self._deaths_told: WeakSet[CellDied] = WeakSet()
        self._strays: set[watch.Process] = set()
        self._keeps_warm = keeps_warm
        self._is_closed = False

    @contextlib.asynccontextmanager
    async def cell(self, slot: Slot, kind: Kind) -> AsyncIterator[Cell]:
        """A cell nobody has used, for one judging; closed in the background afterwards.

        Raises:
            SandboxError: none can be made.
        """
        cell = await self._take(slot, kind)
        self._in_use.add(cell.name)
        try:
            yield cell
        except CellDied as died:
            self._tell_death(cell, died)
            raise
        finally:
            self._in_use.discard(cell.name)
            self._close_later(cell)

    async def trouble(self, slot: Slot) -> str | None:
        """Why nothing can be run on this host now, tried with the kind used last; None when it can."""
        kind = next(reversed(self._warm[slot.index]), None)
        if kind is None:
            return None
        try:
            cell = await self._make(slot, kind)
        except JudgeError as error:
            return str(error)
        self._close_later(cell)
        return short_of_disk(cell)

    def warm(self, slot: Slot, kind: Kind, *, delay_s: float = 0.0) -> None:
        """Have an idle cell of ``kind`` for ``slot``: made in ``delay_s``, or once wanted, unless there is one."""
        cells = self._warm[slot.index]
        if self._is_closed or not self._keeps_warm or kind in cells:
            return
        is_wanted = asyncio.Event()
        making = self._make_in(delay_s, is_wanted, slot, kind)
        task = asyncio.create_task(making, name=f"warm {kind.image} for slot {slot.index}")
        cells[kind] = _Warming(cell=task, is_wanted=is_wanted)
        while len(cells) > WARM_KINDS:
            _, unused = cells.popitem(last=False)
            self._close_later(unused.want(), context=Context())

    async def look(self, *, grace_s: float = watch.GRACE_S) -> None:
        """Look at the host from outside: replace idle cells that died, and tell of processes outside of any cell.

        A process is told of once, until ``forget_strays``.
        """
        await self._replace_dead()
        found = set(await watch.strays(grace_s=grace_s))
        for process in sorted(found - self._strays, key=str):
            self.on_incident(Incident(IncidentKind.STRAY_PROCESS, f"{process} is in no cell"), "")
        self._strays = found

    def forget_strays(self) -> None:
        """Tell of what is outside of any cell once more, if it still is."""
        self._strays.clear()

    async def close(self) -> None:
        """End all idle cells, and wait until those being closed are gone."""
        self._is_closed = True
        for cells in self._warm.values():
            while cells:
                _, warming = cells.popitem()
                self._close_later(warming.want(), context=Context())
        while self._closing:
            await asyncio.wait(self._closing)

    async def _take(self, slot: Slot, kind: Kind) -> Cell:
        warming = self._warm[slot.index].pop(kind, None)
        try:
            if warming is not None:
                with contextlib.suppress(JudgeError):
                    # A cell that could not be warmed says why when it is made once more, for real.
                    cell = await self._warmed(warming)
                    if cell.is_waiting:
                        return cell
                    self._tell_idle_end(cell)
            return await self._make(slot, kind)
        finally:
            now = time.monotonic()
            is_far = now - self._taken_at.get((slot, kind), now) >= FAR_S
            self._taken_at[slot, kind] = now
            self.warm(slot, kind, delay_s=CALM_S if is_far else 0.0)

    async def _warmed(self, warming: _Warming) -> Cell:
        making = warming.want()
        try:
            return await making
        except asyncio.CancelledError:
            # It may have come in that very moment, and would be nobody's.
            if making.done() and not making.cancelled() and making.exception() is None:
                self._close_later(making.result(), context=Context())
            raise

    async def _make_in(self, delay_s: float, is_wanted: asyncio.Event, slot: Slot, kind: Kind) -> Cell:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(delay_s):
                await is_wanted.wait()
        return await self._make(slot, kind)

    async def _make(self, slot: Slot, kind: Kind) -> Cell:
        cell = await self.maker.make(image=kind.image, core=slot.core, shows_data=kind.shows_data)
        try:
            self._marks[cell] = await asyncio.to_thread(watch.mark, cell.name, cell.uid)
        except BaseException:
            await cell.close()
            raise
        return cell

    async def _replace_dead(self) -> None:
        """A launcher that is no more cannot be asked; that nothing runs as its user tells."""
        idle = [
            (slot, kind, warming)
            for slot in self.slots
            for kind, warming in self._warm[slot.index].items()
            if warming.cell.done() and not warming.cell.cancelled() and warming.cell.exception() is None
        ]
        wanted = {uid for *_, warming in idle if (uid := self._marks[warming.cell.result()].uid) is not None}
        users = await asyncio.to_thread(watch.users, wanted)
        for slot, kind, warming in idle:
            cell = warming.cell.result()
            mark = self._marks[cell]
            if mark.uid in users or not mark.is_visible or self._warm[slot.index].get(kind) is not warming:
                continue
            del self._warm[slot.index][kind]
            self._tell_idle_end(cell)
            self.warm(slot, kind)

    def _tell_idle_end(self, cell: Cell) -> None:
        self.on_incident(Incident(IncidentKind.CELL_ENDED, "it was idle"), cell.name)
        self._close_later(cell, context=Context())

    def _tell_death(self, cell: Cell, died: CellDied) -> None:
        """Tell of a cell's end once, though it passes those who use another cell beside it on its way."""
        if died in self._deaths_told:
            return
        self._deaths_told.add(died)
        text = str(died)
        name = next((name for name in self._in_use if name in text), cell.name)
        self.on_incident(Incident(IncidentKind.CELL_ENDED, text), name)

    def _close_later(self, cell: Cell | asyncio.Task[Cell], *, context: Context | None = None) -> None:
        """Close in the caller's context, which says what the cell was used for, or in another one if it was not."""
        task = asyncio.create_task(self._close(cell), name="close a cell", context=context)
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)

    async def _close(self, cell: Cell | asyncio.Task[Cell]) -> None:
        if isinstance(cell, asyncio.Task):
            try:
                cell = await cell
            except JudgeError:
                return
        is_gone = await cell.close()
        for incident in await watch.left_behind(self._marks[cell], only_processes=not is_gone):
            self.on_incident(incident, cell.name)
