"""Live updates of a submission: its events as they come, read from their table, until the verdict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from aiohttp import web

from judge.store import events, places, submissions
from judge.store.contests import Feedback
from judge.store.events import Event
from judge.store.places import Place
from judge.store.pool import Connection, Pool
from web import feedback, wording
from web.events.hub import Hub
from web.events.streams import HEARTBEAT_S, Stream, streaming, watching
from web.keys import HUB, POOL

#: How often those who wait are told their place; with many of them less often, so that all ask so often in a second.
PLACE_S = 2.0
PLACES_PER_S = 25.0
#: Read at a time: what a slow reader makes the process keep.
PAGE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """What somebody wants to be told of."""

    submission_id: int
    #: Judges are told the names of test cases as well.
    is_judge: bool
    #: How much they are told.
    feedback: Feedback
    #: The number of the last event that they know.
    known: int
    #: A judgehost not heard of for so long judges nothing.
    lost_after_s: float


async def position(connection: Connection, submission_id: int, shown: Feedback) -> int:
    """The number of an event from after which the current judging can be followed from its beginning."""
    earlier = await events.before_current_judging(connection, submission_id)
    return sum(feedback.of_event(event, shown, is_judge=False) is not None for event in earlier)


async def stream(request: web.Request, watch: Watch) -> web.StreamResponse:
    """Send events as they come, until the verdict. Nothing to come is 204, which tells the browser not to ask again."""
    pool, hub = request.app[POOL], request.app[HUB]
    with watching(request, str(watch.submission_id)) as news:
        log = await _opened(pool, watch)
        batch = await log.read()
        if not batch and await _is_over(pool, watch.submission_id):
            return web.Response(status=204)
        async with streaming(request, news) as made:
            await _send_all(made, hub, log, batch)
        return made.response


class _Log:
    """A submission's events, numbered as they are told: from a number nobody learns how many there are beside these."""

    def __init__(self, pool: Pool, watch: Watch) -> None:
        self.pool = pool
        self.watch = watch
        self.number = 0
        self._after_id = 0

    async def read(self) -> list[Event]:
        """The next ones after the last that was taken."""
        async with self.pool.acquire() as connection:
            return await events.after(
                connection, submission_id=self.watch.submission_id, after_id=self._after_id, limit=PAGE
            )

    def take(self, event: Event) -> tuple[str, Mapping[str, object]] | None:
        """What is told of it, under ``number``; None of one that is not."""
        self._after_id = event.id
        told = feedback.of_event(event, self.watch.feedback, is_judge=self.watch.is_judge)
        self.number += told is not None
        return told


async def _opened(pool: Pool, watch: Watch) -> _Log:
    """The log after what is known of it; all of it where more is said to be known than there is."""
    log = _Log(pool, watch)
    while log.number < watch.known:
        batch = await log.read()
        if not batch:
            # Numbers of a time when the contest showed more.
            return _Log(pool, watch)
        for event in batch:
            if log.number < watch.known:
                log.take(event)
    return log


async def _send_all(made: Stream, hub: Hub, log: _Log, batch: list[Event]) -> None:
    place: Place | None = None
    is_waiting = True
    while made.is_open:
        for event in batch:
            told = log.take(event)
            if told is not None:
                await made.send(*told, event_id=log.number)
        if batch:
            if batch[-1].kind == "verdict":
                return
            is_waiting = batch[-1].data.get("state") == "queued"
        if len(batch) < PAGE:
            if is_waiting:
                before, place = place, await _place(log.pool, log.watch)
                is_waiting = place is not None
                if place is not None and place != before:
                    await made.send("place", {"words": wording.in_queue(place)})
            await made.news(within_s=max(PLACE_S, hub.count / PLACES_PER_S) if is_waiting else HEARTBEAT_S)
        batch = await log.read()


async def _place(pool: Pool, watch: Watch) -> Place | None:
    async with pool.acquire() as connection:
        return await places.of_submission(connection, watch.submission_id, lost_after_s=watch.lost_after_s)


async def _is_over(pool: Pool, submission_id: int) -> bool:
    async with pool.acquire() as connection:
        judging = await submissions.current_judging(connection, submission_id)
    return judging is not None and judging.state == "done"
