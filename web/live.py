"""Live updates: server-sent events for whoever watches a submission.

One connection per process listens to Postgres. A notification only wakes the watchers of its submission; each then
reads what is new from the events table. So a watcher's backlog is never kept here, however slow its reader: there is
one flag for each, and a reader that cannot keep up is cut off and resumes from the table with ``Last-Event-ID``.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import structlog
from aiohttp import web

from judge.errors import JudgeError
from judge.store import events, places, submissions
from judge.store.events import CHANNEL, Event
from judge.store.listening import listen
from judge.store.places import Place
from judge.store.pool import Pool

HEARTBEAT_S = 15.0
#: How often those who wait are told their place; with many of them less often, so that all ask so often in a second.
PLACE_S = 2.0
PLACES_PER_S = 50.0
#: A reader that takes longer to take what it is sent is cut off.
WRITE_TIMEOUT_S = 10.0
#: Then the stream ends, and the browser asks again: so whoever was locked out is not told more for ever.
LONGEST_STREAM_S = 600.0
PER_SESSION = 12
PER_PROCESS = 5000
PAGE = 500

_FIRST_RETRY_S = 0.5
_LONGEST_RETRY_S = 15.0

#: An allow-list: what an event has beside this may give a test away.
_SHOWN: Mapping[str, tuple[str, ...]] = {
    "judging": ("state", "attempt", "tests_total"),
    "run": ("attempt", "ordinal", "verdict", "score", "cpu_us", "memory_bytes", "reason", "team_message"),
    "verdict": ("attempt", "verdict", "score", "slowest_cpu_us", "peak_memory_bytes", "compile_output"),
}
_SHOWN_TO_JUDGES: Mapping[str, tuple[str, ...]] = {"run": ("testcase",)}

_log = structlog.get_logger(__name__)


class Hub:
    """Who watches which submission."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._watchers: dict[int, set[asyncio.Event]] = defaultdict(set)
        self._sessions: Counter[bytes] = Counter()
        self.is_closing = False

    async def run(self) -> None:
        """Listen until cancelled, beginning again whenever the connection is lost."""
        retry_s = _FIRST_RETRY_S
        while True:
            began = asyncio.get_running_loop().time()
            try:
                await listen(self._dsn, CHANNEL, heard=self._heard, connected=self.wake_all)
            except JudgeError as error:
                if asyncio.get_running_loop().time() - began > _LONGEST_RETRY_S:
                    retry_s = _FIRST_RETRY_S
                _log.warning("live updates wait for the database", error=str(error), retry_s=retry_s)
            await asyncio.sleep(retry_s)
            retry_s = min(retry_s * 2, _LONGEST_RETRY_S)

    @property
    def place_s(self) -> float:
        """How long to wait before telling somebody their place in the queue again."""
        return max(PLACE_S, self._sessions.total() / PLACES_PER_S)

    def close(self) -> None:
        """Let every stream end."""
        self.is_closing = True
        self.wake_all()

    def wake_all(self) -> None:
        for watchers in self._watchers.values():
            for watcher in watchers:
                watcher.set()

    @contextmanager
    def watching(self, submission_id: int, session: bytes) -> Iterator[asyncio.Event]:
        """An event that is set whenever there may be something new.

        Raises:
            web.HTTPTooManyRequests: the session watches too much already.
            web.HTTPServiceUnavailable: everybody together does.
        """
        if self._sessions[session] >= PER_SESSION:
            raise web.HTTPTooManyRequests(headers={"Retry-After": "60"})
        if self._sessions.total() >= PER_PROCESS:
            raise web.HTTPServiceUnavailable(headers={"Retry-After": "60"})
        news = asyncio.Event()
        self._sessions[session] += 1
        self._watchers[submission_id].add(news)
        try:
            yield news
        finally:
            self._watchers[submission_id].discard(news)
            if not self._watchers[submission_id]:
                del self._watchers[submission_id]
            self._sessions[session] -= 1
            if not self._sessions[session]:
                del self._sessions[session]

    def _heard(self, payload: str) -> None:
        if payload.isdecimal():
            for watcher in self._watchers.get(int(payload), ()):
                watcher.set()


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """What somebody wants to be told of."""

    submission_id: int
    #: Judges are told the names of test cases as well.
    is_judge: bool
    #: The last event they know.
    after_id: int
    #: A judgehost not heard of for so long judges nothing.
    lost_after_s: float


async def stream(request: web.Request, pool: Pool, hub: Hub, watch: Watch, *, session: bytes) -> web.StreamResponse:
    """Send events as they come, until the verdict. Nothing to come is 204, which tells the browser not to ask again."""
    with hub.watching(watch.submission_id, session) as news:
        batch = await _read(pool, watch.submission_id, watch.after_id)
        if not batch and await _is_over(pool, watch.submission_id):
            return web.Response(status=204)
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "X-Accel-Buffering": "no"})
        await response.prepare(request)
        try:
            await _send_all(response, pool, hub, watch, news, batch)
            async with asyncio.timeout(WRITE_TIMEOUT_S):
                await response.write_eof()
        except (TimeoutError, ConnectionError):
            if request.transport is not None:
                request.transport.abort()
        return response


async def _send_all(
    response: web.StreamResponse, pool: Pool, hub: Hub, watch: Watch, news: asyncio.Event, batch: list[Event]
) -> None:
    clock = asyncio.get_running_loop().time
    ends_at = clock() + LONGEST_STREAM_S
    after_id = watch.after_id
    place: Place | None = None
    is_waiting = True
    await _write(response, "retry: 2000\n\n")
    while not hub.is_closing and clock() < ends_at:
        if batch:
            after_id = batch[-1].id
            await _write(response, "".join(_message(event, is_judge=watch.is_judge) for event in batch))
            if batch[-1].kind == "verdict":
                return
            is_waiting = batch[-1].data.get("state") == "queued"
        if len(batch) < PAGE:
            if is_waiting:
                told, place = place, await _place(pool, watch)
                is_waiting = place is not None
                if place is not None and place != told:
                    # Without an id: it is no event that a browser could come back to.
                    await _write(response, f"event: place\ndata: {json.dumps({'words': str(place)})}\n\n")
            try:
                async with asyncio.timeout(min(hub.place_s, HEARTBEAT_S) if is_waiting else HEARTBEAT_S):
                    await news.wait()
            except TimeoutError:
                await _write(response, ": nothing new\n\n")
        # Cleared before reading: what comes in between sets it again.
        news.clear()
        batch = await _read(pool, watch.submission_id, after_id)


async def _write(response: web.StreamResponse, text: str) -> None:
    async with asyncio.timeout(WRITE_TIMEOUT_S):
        await response.write(text.encode())


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


def _message(event: Event, *, is_judge: bool) -> str:
    """One event on the wire; one of a kind that pages do not show only moves the reader's place on."""
    fields = _SHOWN.get(event.kind)
    if fields is None:
        return f"id: {event.id}\nevent: other\ndata: {{}}\n\n"
    if is_judge:
        fields = (*fields, *_SHOWN_TO_JUDGES.get(event.kind, ()))
    data = json.dumps({name: event.data[name] for name in fields if name in event.data})
    return f"id: {event.id}\nevent: {event.kind}\ndata: {data}\n\n"
