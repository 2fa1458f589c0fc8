"""When the successors of cells are made, which the next judging would otherwise wait for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from sandbox import pool as pools
from sandbox.cell import Cell
from sandbox.pool import CellPool, Kind, Slot
from tests.sandbox.conftest import CORE, Level

pytestmark = pytest.mark.asyncio(loop_scope="session")

SLOT = Slot(index=0, core=CORE)
FOR_EVER_S = 3600.0
DEADLINE_S = 60


@pytest_asyncio.fixture(loop_scope="session")
async def pool(level: Level) -> AsyncIterator[CellPool]:
    """A pool at each level, closed in the end."""
    made = CellPool(level.maker, [SLOT])
    yield made
    await made.close()


async def test_cells_that_are_soon_wanted_again_are_made_at_once(
    pool: CellPool, level: Level, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The successor of a cell that was taken just after another one is made while that one is in use."""
    monkeypatch.setattr(pools, "CALM_S", FOR_EVER_S)
    monkeypatch.setattr(pools, "FAR_S", FOR_EVER_S)
    kind = Kind(image=level.image, shows_data=False)
    for _ in range(2):
        async with pool.cell(SLOT, kind) as cell, asyncio.timeout(DEADLINE_S):
            successor = await asyncio.shield(pool._warm[SLOT.index][kind].cell)
            assert successor.name != cell.name
            assert successor.is_waiting


async def test_others_are_made_a_moment_later_or_when_they_are_wanted(
    pool: CellPool, level: Level, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is made beside a judging that takes long, and yet nobody waits for that moment to come."""
    monkeypatch.setattr(pools, "CALM_S", FOR_EVER_S)
    monkeypatch.setattr(pools, "FAR_S", 1e-9)
    kind = Kind(image=level.image, shows_data=False)
    made = 0
    make = pool._make

    async def count(slot: Slot, kind: Kind) -> Cell:
        nonlocal made
        made += 1
        return await make(slot, kind)

    monkeypatch.setattr(pool, "_make", count)
    async with asyncio.timeout(DEADLINE_S):
        for taken in range(1, 4):
            async with pool.cell(SLOT, kind):
                for _ in range(20):
                    await asyncio.sleep(0)
                # Of the first one it is not known how soon the next is wanted.
                assert made == max(taken, 2)


async def test_closing_waits_for_no_moment(level: Level, monkeypatch: pytest.MonkeyPatch) -> None:
    """A pool that is closed while the making of a cell is put off leaves nothing to be made."""
    monkeypatch.setattr(pools, "CALM_S", FOR_EVER_S)
    made = CellPool(level.maker, [SLOT])
    made.warm(SLOT, Kind(image=level.image, shows_data=False), delay_s=FOR_EVER_S)
    async with asyncio.timeout(DEADLINE_S):
        await made.close()


async def test_a_cell_that_comes_just_as_nobody_wants_it_any_more_is_closed(level: Level) -> None:
    """Whoever waits for a cell may be cancelled in the very moment that it is there."""
    made = CellPool(level.maker, [SLOT])
    kind = Kind(image=level.image, shows_data=False)

    async def take() -> None:
        async with made.cell(SLOT, kind):
            raise AssertionError

    made.warm(SLOT, kind)
    making = made._warm[SLOT.index][kind].cell
    making.add_done_callback(lambda _: taking.cancel())
    taking = asyncio.create_task(take())
    async with asyncio.timeout(DEADLINE_S):
        await asyncio.wait([taking])
        await made.close()

    assert taking.cancelled()
    assert not making.result().exchange.path.exists()
