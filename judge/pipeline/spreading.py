"""Spreads work over slots, one thing at a time on each."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import TypeVar

from sandbox.pool import Slot

Item = TypeVar("Item")
Found = TypeVar("Found")


async def spread(
    slots: Sequence[Slot], items: Iterable[Item], work: Callable[[Item, Slot], Awaitable[Found]]
) -> list[Found]:
    """What ``work`` gives for each item, in the order of items; taken in that order by whichever slot is free.

    The first failure ends the others, and is raised as it is.
    """
    waiting = deque(enumerate(items))
    found: dict[int, Found] = {}

    async def serve(slot: Slot) -> None:
        while waiting:
            place, item = waiting.popleft()
            found[place] = await work(item, slot)

    try:
        async with asyncio.TaskGroup() as group:
            for slot in slots:
                group.create_task(serve(slot), name=f"work on slot {slot.index}")
    except ExceptionGroup as failures:
        raise failures.exceptions[0] from None
    return [found[place] for place in sorted(found)]
