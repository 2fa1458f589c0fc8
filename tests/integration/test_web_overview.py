"""The page where admins begin: what needs attention, and what no longer does."""

from __future__ import annotations

import pytest

from judge.store.accounts import Role
from judge.verdicts import Verdict
from tests.website import Seeded, Site

A_HOST = (
    "INSERT INTO judgehosts (name, slots, isolation, levels, {}) VALUES ('h<1>', 2, 'container', '{{container}}', {})"
)
NOTHING = "Nothing, for the moment"


async def _words(site: Site) -> str:
    admin = site.visitor()
    await admin.log_in("root")
    return " ".join((await admin.get("/admin")).words.split())


@pytest.fixture
async def seeded(site: Site) -> Seeded:
    """A contest, an admin, and nothing that anybody should look at."""
    await site.account("root", Role.ADMIN)
    return await site.contest()


async def test_nothing(site: Site, seeded: Seeded) -> None:
    """A judge in good order says so, and names the contest that runs."""
    words = await _words(site)
    assert (NOTHING in words, "Spring Contest" in words) == (True, True)


async def test_questions(site: Site, seeded: Seeded) -> None:
    """Questions count until they are answered."""
    team = await site.logged_in("team")
    for text in ("Why?", "What?"):
        await team.post("/contests/spring/clarifications", {"problem": "", "text": text})
    assert "2 questions to answer in Spring Contest" in await _words(site)
    async with site.pool.acquire() as connection:
        await connection.execute(
            "INSERT INTO clarifications (contest_id, reply_to_id, text)"
            " SELECT contest_id, id, 'No.' FROM clarifications"
        )
    assert NOTHING in await _words(site)


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("unfit, is_locked", "'a stray process', true", "h<1> is locked a stray process"),
        ("unfit", "'no cells'", "h<1> is unfit no cells"),
        ("last_seen_at", "now() - interval '1 hour'", "h<1> is lost"),
        ("last_seen_at", "now() - interval '3 days'", None),
        ("unfit, disabled", "'no cells', 'new disks'", None),
        ("is_draining", "true", None),
    ],
)
async def test_judgehosts(site: Site, seeded: Seeded, column: str, value: str, said: str | None) -> None:
    """Those that take no work are named, unless somebody wanted it so, or they are long gone."""
    async with site.pool.acquire() as connection:
        await connection.execute(A_HOST.format(column, value))
    words = await _words(site)
    assert (said or NOTHING) in words
    assert ("Judgehost h<1>" in words) is (said is not None)


async def test_judgings(site: Site, seeded: Seeded) -> None:
    """What nobody can judge, what nobody ends, and what ended as our own fault."""
    waiting, held, failed = [await site.submission(seeded, await site.account(name)) for name in ("a", "b", "c")]
    assert "No judgehost takes what waits for pool default" in await _words(site)
    await site.judge(failed, Verdict.JE)
    await site.judge(waiting, Verdict.AC)
    async with site.pool.acquire() as connection:
        await connection.execute(
            "UPDATE judgings SET state = 'judging', attempt = 1, claimed_at = now(),"
            " lease_until = now() - interval '1 minute' WHERE submission_id = $1",
            held,
        )
        words = await _words(site)
        assert (f"#{held}" in words, "1 submission of the last day" in words) == (True, True)
        await connection.execute(
            "UPDATE judgings SET claimed_at = now() - interval '1 hour', lease_until = now() + interval '1 hour'"
            " WHERE submission_id = $1",
            held,
        )
        assert f"#{held}" in await _words(site)
        await connection.execute("UPDATE judgings SET claimed_at = now() WHERE submission_id = $1", held)
        assert f"#{held}" not in await _words(site)
        await connection.execute("UPDATE judgings SET finished_at = now() - interval '2 days' WHERE verdict = 'JE'")
    assert NOTHING in await _words(site)


async def test_the_way_to_everything(site: Site, seeded: Seeded) -> None:
    """Every page for admins leads to all others and says which it is; nobody else sees the way."""
    admin, setter = site.visitor(), await site.logged_in("setter", Role.SETTER)
    await admin.log_in("root")
    for name in ("contests", "users", "queue", "judgehosts", "rejudgings", "security", "audit", "settings"):
        page = await admin.get(f"/admin/{name}")
        assert page.status == 200
        assert f'href="/admin/{name}" aria-current="page"' in page.text
    assert 'href="/admin/users" aria-current="true"' in (await admin.get("/admin/users/import")).text
    assert 'href="/admin"' not in (await setter.get("/")).text
