"""The scoreboard's page: whose submissions count, and what the public sees of them."""

from __future__ import annotations

import asyncio
import csv
import io
import re
from datetime import UTC, datetime, timedelta

from aiohttp import ClientResponse

from judge.store.accounts import Role
from judge.store.staff import ContestRole
from judge.verdicts import Verdict
from tests.website import Seeded, Site


async def _solved(
    site: Site, seeded: Seeded, user_id: int, *, minutes_ago: float, expected: list[str] | None = None
) -> None:
    at = datetime.now(UTC) - timedelta(minutes=minutes_ago)
    submission_id = await site.submission(seeded, user_id, submitted_at=at, expected=expected)
    await site.judge(submission_id, Verdict.AC)


async def test_who_counts(site: Site) -> None:
    """Contestants' submissions within the contest's time count; judges' and the jury's do not."""
    seeded = await site.contest(starts_in=timedelta(hours=-2))
    await _solved(site, seeded, await site.account("ada"), minutes_ago=60)
    await _solved(site, seeded, await site.account("early"), minutes_ago=121)
    await _solved(site, seeded, await site.account("jury"), minutes_ago=60, expected=["AC"])
    await _solved(site, seeded, await site.account("setter", Role.SETTER), minutes_ago=60)

    words = (await site.visitor().get("/contests/spring/standings")).words

    assert "Ada" in words
    assert not [name for name in ("Early", "Jury", "Setter") if name in words]


async def test_frozen_for_the_public(site: Site) -> None:
    """After the freeze the public sees that something was tried, judges see what became of it."""
    seeded = await site.contest(starts_in=timedelta(hours=-2), freezes_in=timedelta(hours=-1))
    await _solved(site, seeded, await site.account("ada"), minutes_ago=10)
    judge = await site.staff(seeded, "observer", ContestRole.OBSERVER)

    public = await site.visitor().get("/contests/spring/standings")
    jury = await judge.get("/contests/spring/standings")

    assert "frozen since" in public.words and "pending," in public.words and "solved first," not in public.words
    assert "frozen since" not in jury.words and "solved first," in jury.words


async def test_empty(site: Site) -> None:
    """A scoreboard that nobody is on says so."""
    await site.contest()

    assert "Nobody has submitted anything yet" in (await site.visitor().get("/contests/spring/standings")).words


async def test_it_tells_of_changes(site: Site) -> None:
    """An open page is told when the scoreboard that it shows has changed, and not of what the freeze keeps back."""
    seeded = await site.contest(starts_in=timedelta(hours=-2), freezes_in=timedelta(minutes=-30))
    ada, late = await site.account("ada"), await site.account("late")
    first = await site.submission(seeded, ada, submitted_at=datetime.now(UTC) - timedelta(minutes=60))
    frozen = await site.submission(seeded, late, submitted_at=datetime.now(UTC) - timedelta(minutes=10))
    visitor = site.visitor()
    before = (await visitor.get("/contests/spring/standings.json")).json
    stream = await visitor.open(f"/contests/spring/standings/events?after={before['version']}")

    await site.judge(frozen, Verdict.AC)
    kept_back = (await visitor.get("/contests/spring/standings.json")).json
    await site.judge(first, Verdict.AC)

    told = await _next_id(stream)
    after = (await visitor.get("/contests/spring/standings.json")).json
    assert kept_back == before and before["is_frozen"]
    assert before["version"] < told == after["version"]
    assert [(row["name"], row["solved"]) for row in after["rows"]] == [("Ada", 1), ("Late", 0)]


async def _next_id(stream: ClientResponse) -> int:
    async with asyncio.timeout(20):
        while not (line := await stream.content.readline()).startswith(b"id: "):
            assert line
    return int(line.removeprefix(b"id: "))


async def test_a_contest_older_than_the_table(site: Site) -> None:
    """What was submitted before there was a table of scores is counted when somebody looks."""
    seeded = await site.contest(starts_in=timedelta(hours=-2))
    await _solved(site, seeded, await site.account("ada"), minutes_ago=60)
    async with site.pool.acquire() as connection:
        await connection.execute("DELETE FROM scores")
        await connection.execute("UPDATE contests SET is_counted = false")

    assert "solved first," in (await site.visitor().get("/contests/spring/standings")).words


async def test_parts_of_it(site: Site) -> None:
    """A long scoreboard is of pages, with one's own line on each; names and groups choose among the lines."""
    seeded = await site.contest(starts_in=timedelta(hours=-3))
    visitor = await site.logged_in("ada")
    async with site.pool.acquire() as connection:
        ada = await connection.fetchval("SELECT id FROM users WHERE login = 'ada'")
        await connection.execute(
            "INSERT INTO users (login, name, group_name)"
            " SELECT 'team' || n, 'Team ' || n, CASE n % 2 WHEN 0 THEN 'Évens' END FROM generate_series(1, 250) n"
        )
        await connection.execute(
            "WITH made AS (INSERT INTO submissions (contest_id, problem_id, user_id, language, submitted_at)"
            "  SELECT $1, $2, id, 'c', now() - interval '1 hour' FROM users WHERE login LIKE 'team%' RETURNING id)"
            " INSERT INTO judgings (submission_id, problem_version_id, state, verdict)"
            " SELECT id, $3, 'done', 'AC' FROM made",
            *(seeded.contest_id, seeded.problem_id, seeded.version_id),
        )
    await site.submission(seeded, ada)

    first, last = (
        await visitor.get("/contests/spring/standings"),
        await visitor.get("/contests/spring/standings?page=2"),
    )
    whole = await visitor.get("/contests/spring/standings?page=all")
    chosen = await visitor.get("/contests/spring/standings?group=%C3%89vens&q=team%2012")
    odd = [await visitor.get(f"/contests/spring/standings?page={page}") for page in ("0", "999", "x", "%00")]

    assert [page.text.count('class="own"') for page in (first, last, whole)] == [1, 2, 2]
    assert [page.text.count('<th scope="row">') for page in (first, last, whole)] == [201, 52, 252]
    assert re.findall(r"<bdi>(Team \d+)</bdi>", chosen.text) == [
        "Team 12",
        "Team 120",
        "Team 122",
        "Team 124",
        "Team 126",
        "Team 128",
    ]
    assert [page.status for page in odd] == [200] * 4


async def test_files(site: Site) -> None:
    """The files have what the page has, and no name that a spreadsheet would calculate."""
    seeded = await site.contest(starts_in=timedelta(hours=-2))
    await _solved(site, seeded, await site.account("eve", name='=cmd|" /C calc"!A0'), minutes_ago=60)
    await _solved(site, seeded, await site.account("mallory", name="Us; =1+1;-) a-b;\uff1d2"), minutes_ago=50)
    await site.contest("future", starts_in=timedelta(hours=1), problems=(("A", "later", "Later"),))

    table = list(csv.DictReader(io.StringIO((await site.visitor().get("/contests/spring/standings.csv")).text)))

    assert [(row["rank"], row["name"], row["solved"], row["A tries"]) for row in table] == [
        ("1", '\'=cmd|" /C calc"!A0', "1", "0"),
        ("2", "Us; '=1+1;'-) a-b;'\uff1d2", "1", "0"),
    ]
    assert 3600 <= int(table[0]["A seconds"]) < 3660 and table[0]["penalty_s"] == "3600"
    assert [(await site.visitor().get(f"/contests/future/standings.{kind}")).status for kind in ("csv", "json")] == [
        404
    ] * 2
