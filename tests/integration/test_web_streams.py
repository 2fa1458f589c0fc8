"""Pages that are told to ask for themselves again: once for many changes, and never again for what they have."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient, TestServer

from judge.config import Settings
from judge.store.events import CHANNEL
from judge.store.pool import Pool
from web.app import make_app
from web.events import streams
from web.events.streams import tell_changes
from web.keys import HUB


class Counter:
    """What a page shows: a number that grows, notified of as ``counter/1``."""

    def __init__(self, pool: Pool) -> None:
        self.pool = pool
        self.number = 0

    async def grow(self) -> None:
        self.number += 1
        async with self.pool.acquire() as connection:
            await connection.execute("SELECT pg_notify($1, 'counter/1')", CHANNEL)

    async def read(self) -> int:
        return self.number

    async def handle(self, request: web.Request) -> web.StreamResponse:
        return await tell_changes(request, "counter/1", self.read)


@pytest.fixture
def counter(pool: Pool) -> Counter:
    return Counter(pool)


@pytest_asyncio.fixture
async def client(dsn: str, counter: Counter) -> AsyncIterator[TestClient[web.Request, web.Application]]:
    """A browser that nobody has logged in with, on a site with a page of the counter's events."""
    app = make_app(Settings(), dsn)
    app.router.add_get("/counter/events", counter.handle)
    async with TestClient(TestServer(app)) as client:
        yield client


async def _told(answer: ClientResponse) -> str:
    """The id of the next event."""
    async with asyncio.timeout(10):
        while not (message := (await answer.content.readuntil(b"\n\n")).decode()).startswith("id: "):
            pass
    return message.split("\n")[0].removeprefix("id: ")


async def test_told_of_changes(
    client: TestClient[web.Request, web.Application], counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A change is told with its version; those that come while a page asks again are told as one."""
    monkeypatch.setattr(streams, "PAUSE_S", (0.3, 0.3))
    answer = await client.get("/counter/events")
    await counter.grow()
    assert await _told(answer) == "1"

    for _ in range(5):
        await counter.grow()

    assert await _told(answer) == "6"
    answer.close()


async def test_coming_back(client: TestClient[web.Request, web.Application], counter: Counter) -> None:
    """A page that comes back with the version that it has is told of a later one only."""
    counter.number = 7
    answer = await client.get("/counter/events", headers={"Last-Event-ID": "7"})
    assert await answer.content.readuntil(b"\n\n") == b"retry: 2000\n\n"
    await counter.grow()
    assert await _told(answer) == "8"
    answer.close()

    answer = await client.get("/counter/events?after=3")
    assert await _told(answer) == "8"
    answer.close()


async def test_strangers_of_one_address(
    client: TestClient[web.Request, web.Application], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those who are not logged in share a limit with all others of their address."""
    monkeypatch.setattr("web.events.hub.MOST_OF_ONE", {"stranger": 1, "address": 100})
    first = await client.get("/counter/events")
    assert (await client.get("/counter/events")).status == 429

    first.close()
    # Long before it would say something again.
    async with asyncio.timeout(streams.HEARTBEAT_S / 4):
        while client.app[HUB].count:
            await asyncio.sleep(0.01)
    answer = await client.get("/counter/events")
    assert answer.status == 200
    answer.close()
