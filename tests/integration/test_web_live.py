"""Live updates: events stream in order, resume where they stopped, and give nothing away."""

from __future__ import annotations

import asyncio
import contextlib
import re
import socket
from dataclasses import replace

import pytest
from aiohttp import ClientResponse

from judge.store.accounts import Role
from judge.store.pool import Connection
from judge.verdicts import Verdict
from tests.website import Site, Visitor, a_run, event, read_events
from web.events import hub, streams
from web.keys import HUB


async def _watched(site: Site, role: Role = Role.CONTESTANT) -> tuple[Visitor, int]:
    """A visitor with a submission of their own that waits to be judged."""
    seeded = await site.contest()
    user_id = await site.account("ada", role)
    visitor = site.visitor()
    await visitor.log_in("ada")
    return visitor, await site.submission(seeded, user_id)


async def _open(visitor: Visitor, submission_id: int, **headers: str) -> ClientResponse:
    return await visitor.open(f"/submissions/{submission_id}/events", **headers)


async def _next(answer: ClientResponse) -> str:
    """The next message but places in the queue, without waiting for the stream's end."""
    async with asyncio.timeout(10):
        while (message := (await answer.content.readuntil(b"\n\n")).decode()).startswith("event: place"):
            pass
        return message


async def test_streams_in_order(site: Site) -> None:
    """Each event arrives when it happens, and the stream ends with the verdict."""
    visitor, submission_id = await _watched(site)
    answer = await _open(visitor, submission_id)
    assert answer.headers["Content-Type"] == "text/event-stream"
    assert "retry:" in await _next(answer)
    assert '"queued"' in await _next(answer)

    async with site.pool.acquire() as connection:
        await event(connection, submission_id, "judging", {"state": "running", "attempt": 1, "tests_total": 3})
        assert '"running"' in await _next(answer)
        for ordinal in (1, 2):
            await site.show_run(connection, submission_id, ordinal, a_run())
            assert f'"ordinal": {ordinal}' in await _next(answer)
    await site.judge(submission_id, Verdict.AC, [a_run()])
    rest = await read_events(answer)

    assert [kind for _, kind, _ in rest] == ["run", "verdict"]
    assert rest[-1][2]["verdict"] == "AC"


async def test_resumes(site: Site) -> None:
    """A browser that was cut off gets what it missed, once, and nothing it has."""
    visitor, submission_id = await _watched(site)
    await site.judge(submission_id, Verdict.WA, [a_run(), a_run(verdict=Verdict.WA)])
    everything = await read_events(await _open(visitor, submission_id))
    assert [kind for _, kind, _ in everything] == ["judging", "run", "run", "verdict"]

    rest = await read_events(await _open(visitor, submission_id, **{"Last-Event-ID": everything[1][0]}))

    assert rest == everything[2:]


async def test_nothing_left(site: Site) -> None:
    """After the verdict the answer is 204, at which browsers stop asking."""
    visitor, submission_id = await _watched(site)
    await site.judge(submission_id, Verdict.AC)
    last = (await read_events(await _open(visitor, submission_id)))[-1][0]

    assert (await _open(visitor, submission_id, **{"Last-Event-ID": last})).status == 204


async def test_a_number_of_before_shows_less(site: Site) -> None:
    """Whoever knows more events than a contest shows by now is told all that it shows, the verdict above all."""
    visitor, submission_id = await _watched(site)
    await site.judge(submission_id, Verdict.AC, [a_run(), a_run()])
    everything = await read_events(await _open(visitor, submission_id))

    again = await read_events(await _open(visitor, submission_id, **{"Last-Event-ID": "50"}))

    assert again == everything


@pytest.mark.parametrize("last", ["x", "-1", "9" * 400, "٣", "1 OR 1=1"])
async def test_odd_last_event_id(site: Site, last: str) -> None:
    """A Last-Event-ID that no event has is no error of ours."""
    visitor, submission_id = await _watched(site)
    await site.judge(submission_id, Verdict.AC)

    assert (await _open(visitor, submission_id, **{"Last-Event-ID": last})).status in (200, 204)


async def test_old_verdict_does_not_end_it(site: Site) -> None:
    """A page opened while a submission is judged again follows the new judging, not the old verdict."""
    visitor, submission_id = await _watched(site)
    await site.judge(submission_id, Verdict.WA)
    async with site.pool.acquire() as connection:
        await connection.execute("UPDATE judgings SET state = 'queued', verdict = NULL")
        await event(connection, submission_id, "judging", {"state": "queued", "attempt": 1, "tests_total": 3})
    after = (await visitor.get(f"/submissions/{submission_id}")).text.split('data-after="')[1].split('"')[0]
    answer = await visitor.open(f"/submissions/{submission_id}/events?after={after}")

    await _next(answer)
    assert '"queued"' in await _next(answer)
    await site.judge(submission_id, Verdict.AC)
    rest = await read_events(answer)

    assert [data["verdict"] for _, _, data in rest] == ["AC"]


@pytest.mark.parametrize("role", [Role.CONTESTANT, Role.SETTER])
async def test_gives_nothing_away(site: Site, role: Role) -> None:
    """Contestants are sent neither names of tests nor the checker's words; judges are sent the names."""
    visitor, submission_id = await _watched(site, role)
    run = a_run("secret/02-overflow", Verdict.WA, message="expected 42")
    await site.judge(submission_id, Verdict.WA, [run])

    text = str(await read_events(await _open(visitor, submission_id)))

    assert "expected 42" not in text
    assert ("secret/02-overflow" in text) == (role is Role.SETTER)


async def test_scores_and_words_for_contestants(site: Site) -> None:
    """What the checker gave and says to whoever submitted is streamed, and stands on page and list; as text."""
    visitor, submission_id = await _watched(site)
    run = replace(a_run(message="for judges"), score=12.5, team_message="half <b>right</b>")
    await site.judge(submission_id, Verdict.AC, [run], score=62.5)

    sent = {kind: data for _, kind, data in await read_events(await _open(visitor, submission_id))}
    page = await visitor.get(f"/submissions/{submission_id}")
    listed = await visitor.get("/contests/spring/submissions")

    assert (sent["run"]["score"], sent["run"]["team_message"]) == (12.5, "half <b>right</b>")
    assert sent["verdict"]["score"] == 62.5
    assert "62.5 points" in page.words
    assert "12.5 points" in page.words
    assert "half &lt;b&gt;right&lt;/b&gt;" in page.text
    assert "for judges" not in page.text
    assert "62.5 points" in listed.words


async def test_survives_a_lost_connection(site: Site) -> None:
    """When the listening connection is cut, streams go on: it comes back and nothing is missed."""
    visitor, submission_id = await _watched(site)
    answer = await _open(visitor, submission_id)
    await _next(answer)
    await _next(answer)
    async with site.pool.acquire() as connection:
        await _cut_listener(connection)
        async with connection.transaction():
            await connection.execute(
                "INSERT INTO events (kind, submission_id, data) VALUES ('verdict', $1, $2)",
                *(submission_id, {"attempt": 0, "verdict": "AC"}),
            )

    async with asyncio.timeout(20):
        rest = await read_events(answer)

    assert [kind for _, kind, _ in rest] == ["verdict"]


@pytest.mark.parametrize("kind", ["session", "account", "address"])
async def test_limits_of_open_streams(site: Site, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    """One browser, account or address has so many streams open and no more, and may again when it lets go of one."""
    monkeypatch.setattr(hub, "MOST_OF_ONE", {**dict.fromkeys(hub.MOST_OF_ONE, 100), kind: 3})
    visitor, submission_id = await _watched(site)
    other = site.visitor()
    await other.log_in("ada")
    by = [visitor, other, visitor] if kind != "session" else [visitor] * 3
    answers = [await _open(each, submission_id) for each in by]
    assert {answer.status for answer in answers} == {200}

    assert (await _open(visitor, submission_id)).status == 429
    assert (await _open(other, submission_id)).status == (200 if kind == "session" else 429)

    answers[0].close()
    assert (await _open(visitor, submission_id)).status == 200
    assert (await _open(visitor, submission_id)).status == 429


async def test_reloading(site: Site) -> None:
    """A page that is reloaded again and again is live each time, though none of its streams had anything to say."""
    visitor, submission_id = await _watched(site)
    for _ in range(2 * hub.MOST_OF_ONE["session"]):
        answer = await _open(visitor, submission_id)
        assert answer.status == 200
        await _next(answer)
        answer.close()


async def test_limit_of_the_process(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """All together have so many open, and whoever comes too late is told to come again later."""
    monkeypatch.setattr(hub, "PER_PROCESS", 2)
    visitor, submission_id = await _watched(site)
    for _ in range(2):
        assert (await _open(visitor, submission_id)).status == 200

    refused = await _open(visitor, submission_id)

    assert (refused.status, refused.headers["Retry-After"]) == (503, "60")


async def test_heartbeat(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stream with nothing to tell says so now and then, so that proxies keep it and the dead are noticed."""
    monkeypatch.setattr(streams, "HEARTBEAT_S", 0.1)
    visitor, submission_id = await _watched(site)
    answer = await _open(visitor, submission_id)
    async with asyncio.timeout(10):
        while await _next(answer) != ": nothing new\n\n":
            pass


async def test_slow_reader(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that reads nothing makes the site keep little, is cut off, and gets all of the rest when it comes back."""
    monkeypatch.setattr(streams, "WRITE_TIMEOUT_S", 0.5)
    visitor, submission_id = await _watched(site)
    count, long = 300, "x" * 60_000
    async with site.pool.acquire() as connection:
        for ordinal in range(1, count + 1):
            await site.show_run(connection, submission_id, ordinal, replace(a_run(), team_message=long))
    reader, writer = await asyncio.open_connection(site.server.host, site.server.port, limit=2**16)
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2**16)
    cookie = "; ".join(f"{name}={value}" for name, value in visitor.cookies.items())
    request = f"GET /submissions/{submission_id}/events HTTP/1.1\r\nHost: judge\r\nCookie: {cookie}\r\n\r\n"
    writer.write(request.encode())
    await reader.readuntil(b"retry: 2000\n\n")

    kept = await _most_kept(site)

    received = bytearray()
    with contextlib.suppress(ConnectionError):
        while piece := await reader.read(2**16):
            received += piece
    writer.close()
    known = re.findall(rb"id: (\d+)\n(?:.*\n){2}\r?\n", bytes(received))
    assert len(known) < count, "it was never cut off"
    assert kept < 1_000_000
    await site.judge(submission_id, Verdict.AC)
    last = known[-1].decode() if known else "0"
    rest = await read_events(await _open(visitor, submission_id, **{"Last-Event-ID": last}))
    # The first event is that it is queued, the last is the verdict.
    assert len(known) + len(rest) == count + 2
    assert rest[-1][1] == "verdict"


async def _most_kept(site: Site) -> int:
    """The most bytes that wait for a reader of a stream, until it is cut off."""
    most = 0
    async with asyncio.timeout(20):
        while site.server.app[HUB].count:
            handlers = site.server.handler.connections
            transports = [handler.transport for handler in handlers if handler.transport is not None]
            most = max(most, sum(transport.get_write_buffer_size() for transport in transports))
            await asyncio.sleep(0.01)
    return most


async def test_shutdown_ends_streams(site: Site) -> None:
    """Stopping the site does not wait for somebody to close a page."""
    visitor, submission_id = await _watched(site)
    answer = await _open(visitor, submission_id)
    await _next(answer)
    await _next(answer)

    site.server.app[HUB].close()

    async with asyncio.timeout(5):
        assert await read_events(answer) == []


async def _cut_listener(connection: Connection) -> None:
    """Cut the connection that listens, once there is one."""
    async with asyncio.timeout(10):
        while not await connection.fetchval(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE datname = current_database() AND query ILIKE 'LISTEN%'"
        ):
            pass
