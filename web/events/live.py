"""Live updates of a submission: its events as they come, read from their table, until the verdict."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

from judge.store import events, places, submissions
from judge.store.contests import Feedback
from judge.store.events import Event
from judge.store.places import Place
from judge.store.pool import Pool
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
    #: The last event they know.
    after_id: int
    #: A judgehost not heard of for so long judges nothing.
    lost_after_s: float


async def stream(request: web.Request, watch: Watch) -> web.StreamResponse:
    """Send events as they come, until the verdict. Nothing to come is 204, which tells the browser not to ask again."""
    pool, hub = request.app[POOL], request.app[HUB]
    with watching(request, str(watch.submission_id)) as news:
        batch = await _read(pool, watch.submission_id, watch.after_id)
        if not batch and await _is_over(pool, watch.submission_id):
            return web.Response(status=204)
        async with streaming(request, news) as made:
            await _send_all(made, pool, hub, watch, batch)
        return made.response


async def _send_all(made: Stream, pool: Pool, hub: Hub, watch: Watch, batch: list[Event]) -> None:
    after_id = watch.after_id
    place: Place | None = None
    is_waiting = True
    while made.is_open:
        for event in batch:
            told = feedback.of_event(event, watch.feedback, is_judge=watch.is_judge)
            if told is not None:
                await made.send(*told, event_id=event.id)
        if batch:
            if batch[-1].kind == "verdict":
                return
            after_id = batch[-1].id
            is_waiting = batch[-1].data.get("state") == "queued"
        if len(batch) < PAGE:
            if is_waiting:
                before, place = place, await _place(pool, watch)
                is_waiting = place is not None
                if place is not None and place != before:
                    await made.send("place", {"words": wording.in_queue(place)})
            await made.news(within_s=max(PLACE_S, hub.count / PLACES_PER_S) if is_waiting else HEARTBEAT_S)
        batch = await _read(pool, watch.submission_id, after_id)


async def _read(pool: Pool, submission_id: int, after_id: int) -> list[Event]:
    async with pool.acquire() as connection:
        return await events.after(connection, submission_id=submission_id, after_id=after_id, limit=PAGE)


async def _place(pool: Pool, watch: Watch) -> Place | None:
    async with pool.acquire() as connection:
        return await places.of_submission(connection, watch.submission_id, lost_after_s=watch.lost_after_s)


async def _is_over(pool: Pool, submission_id: int) -> bool:
    async with pool.acquire() as connection:
        judging = await submissions.current_judging(connection, submission_id)
    return judging is not None and judging.state == "done"
