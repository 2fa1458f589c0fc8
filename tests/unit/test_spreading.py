"""Work over slots: nothing twice on one slot at a time, everything done, the first failure out."""

from __future__ import annotations

import asyncio

import pytest

from judge.pipeline.spreading import spread
from sandbox.pool import Slot

SLOTS = [Slot(index=0, core=0), Slot(index=1, core=1)]


async def test_everything_is_done_and_in_order() -> None:
    """What work gives comes back in the order of the items, whichever slot did it and however long it took."""

    async def work(item: int, slot: Slot) -> tuple[int, int]:
        for _ in range(10 - item):
            await asyncio.sleep(0)
        return item, slot.index

    found = await spread(SLOTS, range(10), work)

    assert [item for item, _ in found] == list(range(10))
    assert {slot for _, slot in found} == {0, 1}


async def test_a_slot_does_one_thing_at_a_time() -> None:
    """No slot is given work while it still does some."""
    busy: set[int] = set()

    async def work(item: int, slot: Slot) -> None:
        assert slot.index not in busy
        busy.add(slot.index)
        await asyncio.sleep(0)
        busy.remove(slot.index)

    await spread(SLOTS, range(20), work)


async def test_the_first_failure_is_raised_as_it_is() -> None:
    """A failure ends the work on other slots and is no group of exceptions."""
    ended: list[int] = []

    async def work(item: int, slot: Slot) -> None:
        if item == 1:
            raise ValueError("broken")
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(item)

    with pytest.raises(ValueError, match="broken"):
        await spread(SLOTS, range(5), work)

    assert ended == [0]
