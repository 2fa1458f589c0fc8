"""What contestants are told of the queue: their place by the order of claims, and about how long."""

from __future__ import annotations

import asyncio
import json

import pytest
from aiohttp import ClientResponse

from judge.models import Compilation, Judged
from judge.queueing import queue
from judge.store import contest_changes, judgehosts, places
from judge.store.pauses import Scope
from judge.store.places import Place
from judge.verdicts import Verdict
from tests.queues import LEASE_S, Contest
from tests.website import Site
from web import wording

ACCEPTED = Judged(verdict=Verdict.AC, compilation=Compilation(is_ok=True))
LEVELS = ("local", "container")


async def _place(contest: Contest, submission_id: int) -> Place | None:
    return await places.of_submission(contest.connection, submission_id, lost_after_s=LEASE_S)


async def _take(contest: Contest, seconds: float) -> None:
    """Let the judgings that are done have taken so long."""
    await contest.connection.execute(
        "UPDATE judgings SET finished_at = claimed_at + make_interval(secs => $1) WHERE state = 'done'", seconds
    )


async def test_places_are_those_of_the_next_claims(contest: Contest) -> None:
    """However priorities and turns mix: who is told to be third is claimed third."""
    flooding = await contest.team("flooding")
    submitted = [await contest.submit(flooding) for _ in range(4)]
    await contest.order(2)
    for login in ("a", "b"):
        team = await contest.team(login)
        submitted.append(await contest.submit(team, expected=(Verdict.AC,)))
        submitted += [await contest.submit(team) for _ in range(3)]
    told = {submission_id: await _place(contest, submission_id) for submission_id in submitted[2:]}
    order = await contest.order(len(told))

    assert await _place(contest, submitted[0]) is None
    assert {key: place and place.ahead for key, place in told.items()} == {key: order.index(key) for key in told}


async def test_what_else_its_judgehosts_claim_is_before_it(contest: Contest) -> None:
    """What waits for other walls counts where the same judgehost gives them, and only there."""
    walled = await contest.another("walled")
    await contest_changes.alter(contest.connection, "walled", by=None, isolation="container")
    for login in "ab":
        await walled.submit(await contest.team(login))
    lone = await contest.submit(await contest.team("c"))
    place = await _place(contest, lone)
    await judgehosts.register(contest.connection, name="host", slots=1, isolation="local", levels=LEVELS)
    shared = await _place(contest, lone)

    assert place is not None and shared is not None
    assert (place.ahead, shared.ahead) == (0, 2)


async def test_the_wait_is_what_is_before_it_over_all_slots(contest: Contest) -> None:
    """Recent judgings of the problem say how long one takes; one that took an hour does not matter."""
    for login in ("x", "y", "z"):
        await contest.submit(await contest.team(login))
        await queue.complete(contest.connection, await contest.surely_claim(), ACCEPTED)
    await _take(contest, 10)
    await contest.connection.execute(
        "UPDATE judgings SET finished_at = claimed_at + interval '1 hour' WHERE id = (SELECT max(id) FROM judgings)"
    )
    submitted = [await contest.submit(await contest.team(login)) for login in "abcde"]
    assert await _place(contest, submitted[0]) == Place(ahead=0, wait_s=0.0, is_held=False)
    await contest.surely_claim()

    assert await _place(contest, submitted[4]) == Place(ahead=3, wait_s=35.0, is_held=False)
    await judgehosts.register(contest.connection, name="second", slots=4, isolation="local")
    assert await _place(contest, submitted[4]) == Place(ahead=3, wait_s=0.0, is_held=False)


async def test_nobody_is_told_what_nobody_knows(contest: Contest) -> None:
    """Without judgehosts, or before anything was judged, there is a place and no time."""
    submitted = [await contest.submit(await contest.team(login)) for login in "ab"]
    assert await _place(contest, submitted[1]) == Place(ahead=1, wait_s=None, is_held=False)
    for change in ("last_seen_at = now() - interval '1 day'", "last_seen_at = now(), disabled = 'a new disk'"):
        await contest.connection.execute(f"UPDATE judgehosts SET {change}")
        place = await _place(contest, submitted[0])
        assert place == Place(ahead=0, wait_s=None, is_held=False)


async def test_counting_ends(contest: Contest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a long queue no more is counted than anybody wants to know."""
    monkeypatch.setattr(places, "MOST_COUNTED", 3)
    monkeypatch.setattr(wording, "MOST_COUNTED", 3)
    submitted = [await contest.submit(await contest.team(login)) for login in "abcdefg"]

    place = await _place(contest, submitted[-1])

    assert place is not None and place.ahead == 3 and "More than 3" in wording.in_queue(place)


@pytest.mark.parametrize(
    ("place", "words"),
    [
        (Place(ahead=0, wait_s=0.0, is_held=False), "Next in the queue, a few seconds."),
        (Place(ahead=2, wait_s=17.0, is_held=False), "Place 3 in the queue, about 20 s."),
        (Place(ahead=10, wait_s=100.0, is_held=False), "Place 11 in the queue, about 2 min."),
        (Place(ahead=21, wait_s=5000.0, is_held=False), "Place 22 in the queue, more than an hour."),
        (Place(ahead=1000, wait_s=None, is_held=False), "More than 1000 are before it."),
        (Place(ahead=0, wait_s=None, is_held=True), "Judging is paused by the jury; this is not lost."),
    ],
)
def test_words(place: Place, words: str) -> None:
    """Short words, times rounded up."""
    assert wording.in_queue(place) == words


async def _told(answer: ClientResponse) -> str:
    """The next place that a stream tells."""
    async with asyncio.timeout(20):
        while not (message := (await answer.content.readuntil(b"\n\n")).decode()).startswith("event: place"):
            pass
    words: str = json.loads(message.partition("data: ")[2])["words"]
    return words


async def test_the_page_tells_the_place_live(site: Site) -> None:
    """A contestant who waits sees their place move, and that it is paused; nothing of it once it is judged."""
    seeded = await site.contest()
    first = await site.submission(seeded, await site.account("early"))
    visitor = await site.logged_in("ada")
    async with site.pool.acquire() as connection:
        ada = await connection.fetchval("SELECT id FROM users WHERE login = 'ada'")
        await judgehosts.register(connection, name="host", slots=1, isolation="local")
    mine = await site.submission(seeded, ada)

    assert "Place 2 in the queue" in (await visitor.get(f"/submissions/{mine}")).words
    assert (await visitor.get(f"/api/submissions/{mine}")).json["queue"]["ahead"] == 1
    answer = await visitor.open(f"/submissions/{mine}/events")
    assert await _told(answer) == "Place 2 in the queue."
    await site.judge(first, Verdict.AC, [])
    assert (await _told(answer)).startswith("Next in the queue")
    async with site.pool.acquire() as connection:
        await queue.pause(connection, Scope(contest="spring"), reason="secret reason")
    assert await _told(answer) == "Judging is paused by the jury; this is not lost."
    page = await visitor.get(f"/submissions/{mine}")
    assert "paused by the jury" in page.words and "secret" not in page.words
    await site.judge(mine, Verdict.AC, [])
    assert (await visitor.get(f"/api/submissions/{mine}")).json["queue"] is None
