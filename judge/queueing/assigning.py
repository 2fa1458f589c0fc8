"""The queue's verbs for judgehosts that wait for messages.

    assign     queued -> judging         for a judgehost with a free slot, which is then sent a message
    begin      judging                   by the judgehost that got the message, which from now on keeps the lease
    decline    judging -> queued         when no message could be sent, or the judgehost cannot take it

What was assigned and is not begun in time is queued again by ``queue.reap``, and is no loss: a lost message says
nothing of the judging.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass

from judge.errors import LeaseLost
from judge.queueing import queue
from judge.store import dispatching, judgehosts
from judge.store.judgings import Claim
from judge.store.pool import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """A claim made for a judgehost."""

    claim: Claim
    judgehost: str


async def assign(connection: Connection, *, lease_s: float) -> Assignment | None:
    """Claim the first judging in the queue for some judgehost that waits for messages and has a slot free for it."""
    if not await dispatching.is_anything_queued(connection):
        return None
    for target in await dispatching.with_room(connection, seen_within_s=lease_s):
        async with connection.transaction():
            priorities = await dispatching.reserve(connection, target.judgehost_id, seen_within_s=lease_s)
            if not priorities:
                continue
            taken = await queue.claim(
                connection, judgehost_id=target.judgehost_id, lease_s=lease_s, priorities=priorities
            )
            if taken is not None:
                await dispatching.mark_sent(connection, taken)
        if taken is not None:
            return Assignment(claim=taken, judgehost=target.name)
    return None


async def begin(
    connection: Connection, *, judging_id: int, attempt: int, judgehost_id: int, lease_s: float
) -> Claim | None:
    """Take over the claim that was made for this judgehost; None if there is none, whatever a message says."""
    return await dispatching.begin(
        connection, judging_id=judging_id, attempt=attempt, judgehost_id=judgehost_id, lease_s=lease_s
    )


async def decline(connection: Connection, claim: Claim) -> None:
    """Queue again what was claimed and will not be begun: it could not be sent, or its judgehost cannot take it."""
    with contextlib.suppress(LeaseLost):
        await queue.put_back(connection, claim)


async def tell_slots(connection: Connection, *, judgehost_id: int, open_slots: int, is_news: bool) -> None:
    """Say that the judgehost is there and how many slots messages reach; with ``is_news``, wake dispatchers."""
    await judgehosts.seen(connection, judgehost_id, open_slots=open_slots)
    if is_news:
        await queue.tell_of_slots(connection)
