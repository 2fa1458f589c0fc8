"""Server-sent events on the wire: what every stream does, whatever it tells.

A reader that cannot keep up is cut off, and resumes with ``Last-Event-ID``: at most one message and what fits into the
socket is kept for it.
"""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractContextManager, asynccontextmanager

from aiohttp import web

from web.events.hub import Counted, Hub
from web.identity.credentials import client_address
from web.keys import HUB, SESSION

HEARTBEAT_S = 15.0
#: A reader that takes longer to take what it is sent is cut off.
WRITE_TIMEOUT_S = 10.0
#: Then the stream ends, and the browser asks again: so whoever was locked out is not told more for ever.
LONGEST_STREAM_S = 600.0
#: Pages that are told to ask again do so at most this often; each at a moment of its own, or all would ask at once.
PAUSE_S = (1.5, 3.0)

_LARGEST_ID = 2**63 - 1


class Stream:
    """The events that one page is sent."""

    def __init__(self, hub: Hub, news: asyncio.Event) -> None:
        self.response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "X-Accel-Buffering": "no"})
        self._hub = hub
        self._news = news
        self._ends_at = asyncio.get_running_loop().time() + LONGEST_STREAM_S

    @property
    def is_open(self) -> bool:
        return not self._hub.is_closing and asyncio.get_running_loop().time() < self._ends_at

    async def send(self, event: str, data: Mapping[str, object], *, event_id: int | None = None) -> None:
        """One event. One without an id is none that a browser could come back to."""
        head = "" if event_id is None else f"id: {event_id}\n"
        await self._write(f"{head}event: {event}\ndata: {json.dumps(data)}\n\n")

    async def news(self, *, within_s: float = HEARTBEAT_S) -> None:
        """Wait until there may be something new, saying now and then that there is nothing.

        Whoever calls this reads afterwards: what comes in between wakes the next call.
        """
        try:
            # Pages that were opened together do not ask the database together for ever.
            async with asyncio.timeout(min(within_s, HEARTBEAT_S) * random.uniform(0.5, 1.0)):  # noqa: S311 - no secret
                await self._news.wait()
        except TimeoutError:
            await self._write(": nothing new\n\n")
        self._news.clear()

    async def begin(self, request: web.Request) -> None:
        await self.response.prepare(request)
        await self._write("retry: 2000\n\n")

    async def end(self) -> None:
        async with asyncio.timeout(WRITE_TIMEOUT_S):
            await self.response.write_eof()

    async def _write(self, text: str) -> None:
        async with asyncio.timeout(WRITE_TIMEOUT_S):
            await self.response.write(text.encode())


@asynccontextmanager
async def streaming(request: web.Request, news: asyncio.Event) -> AsyncIterator[Stream]:
    """A stream that answers the request, ended with the block or when its reader is gone."""
    stream = Stream(request.app[HUB], news)
    try:
        await stream.begin(request)
        yield stream
        await stream.end()
    except (TimeoutError, ConnectionError):
        if request.transport is not None:
            request.transport.abort()


async def tell_changes(request: web.Request, topic: str, version: Callable[[], Awaitable[int]]) -> web.StreamResponse:
    """Send ``changed`` whenever the version of what a page shows has grown; the page then asks for itself again.

    Args:
        request: for events, by somebody who may see the page.
        topic: what notifications of a change name.
        version: reads the present version.
    """
    with watching(request, topic) as news:
        told = known_id(request)
        async with streaming(request, news) as stream:
            while stream.is_open:
                if (now := await version()) > told:
                    await stream.send("changed", {}, event_id=now)
                    told = now
                    # Many changes at once are one to a page.
                    await asyncio.sleep(random.uniform(*PAUSE_S))  # noqa: S311 - no secret
                await stream.news()
        return stream.response


def watching(request: web.Request, topic: str) -> AbstractContextManager[asyncio.Event]:
    """An event that is set whenever there may be something new of the topic, for a stream that answers the request.

    Raises:
        web.HTTPException: whoever asks, or everybody together, has too many streams open.
    """
    return request.app[HUB].watching(topic, _counted(request), is_gone=lambda: request.transport is None)


def _counted(request: web.Request) -> Sequence[Counted]:
    """What a request for events is counted as against the limits of open ones."""
    session, address = request[SESSION].session, client_address(request)
    if session is None or session.viewer is None:
        return (("stranger", address), ("address", address))
    if request[SESSION].is_by_program:
        return (("account", str(session.viewer.id)), ("address", address))
    return (("session", session.token_hash.hex()), ("account", str(session.viewer.id)), ("address", address))


def known_id(request: web.Request) -> int:
    """The last event that the browser knows; 0 for what is none."""
    text = request.headers.get("Last-Event-ID") or request.query.get("after", "")
    return min(int(text), _LARGEST_ID) if text.isascii() and text.isdecimal() and len(text) < 25 else 0
