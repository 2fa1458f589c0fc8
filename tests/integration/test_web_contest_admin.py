"""Organising contests on pages: making one, its times, its problems, and what is done while it runs."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime, timedelta

import pytest

from judge.scoring import Scoring
from judge.store import contest_changes, contests
from judge.store.accounts import Role
from judge.verdicts import Verdict
from tests.website import Site

SETTINGS = "/admin/contests/spring"
PLAN = {
    "title": "Autumn Contest",
    "starts": "2030-05-01T09:00",
    "ends": "2030-05-01T14:00",
    "freezes": "2030-05-01T13:00",
    "penalty": "10",
    "isolation": "gvisor",
    "pool": "finals",
    "feedback": "samples",
    "scoring": "atcoder",
    "language-cpp17": "1",
    "language-python3": "1",
}


async def test_making_one(site: Site) -> None:
    """What was filled in is what the contest is like; the audit log says who made it."""
    admin = await site.logged_in("root", Role.ADMIN)
    answer = await admin.post("/admin/contests", {"name": "autumn", **PLAN})
    assert (answer.status, answer.headers["Location"]) == (303, "/admin/contests/autumn")

    async with site.pool.acquire() as connection:
        row = await connection.fetchrow("SELECT * FROM contests WHERE name = 'autumn'")
        assert row is not None
        assert row["starts_at"] == datetime(2030, 5, 1, 9, tzinfo=UTC)
        assert row["freeze_at"] == datetime(2030, 5, 1, 13, tzinfo=UTC)
        assert (row["title"], row["penalty_minutes"], row["isolation"]) == ("Autumn Contest", 10, "gvisor")
        assert (row["pool"], row["languages"], row["feedback"]) == ("finals", ["cpp17", "python3"], "samples")
        assert row["scoring"] == "atcoder"
        assert await connection.fetchval("SELECT action FROM audit_log") == "create contest"
    page = await admin.get("/admin/contests/autumn")
    assert 'value="2030-05-01T14:00"' in page.text
    assert "no problems yet" in page.words


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("name", "Not A Name", "Contest name"),
        ("name", "spring", "already"),
        ("title", "", "The title is missing"),
        ("starts", "soon", "The start is no time"),
        ("ends", "2030-05-01T08:00", "end before it starts"),
        ("ends", "9999-12-31T23:59-14:00", "The end is no time"),
        ("freezes", "2030-05-02T00:00", "freeze outside"),
        ("penalty", "-1", "The penalty is a number"),
        ("isolation", "local", "no such isolation level"),
        ("pool", "The Finals", "use at most 64 of a-z"),
        ("feedback", "everything", "no such rule"),
        ("scoring", "chess", "no such way of scoring"),
        ("language-cobol74", "1", "no such language"),
    ],
)
async def test_what_is_refused(site: Site, field: str, value: str, said: str) -> None:
    """The form comes back with what was filled in and what is wrong with it."""
    await site.contest()
    admin = await site.logged_in("root", Role.ADMIN)
    answer = await admin.post("/admin/contests", {"name": "autumn", **PLAN, field: value})
    assert (answer.status, said in answer.words) == (400, True), answer.words
    assert field == "title" or "Autumn Contest" in answer.text
    async with site.pool.acquire() as connection:
        assert await connection.fetchval("SELECT count(*) FROM contests") == 1


async def test_languages(site: Site) -> None:
    """A contest that takes some languages offers those, and takes no other; without a word it takes all."""
    await site.contest()
    admin, team = await site.logged_in("root", Role.ADMIN), await site.logged_in("team")
    page = await admin.get(SETTINGS)
    saved = {name: value for name, value in PLAN.items() if not name.startswith("language-")}
    saved |= {"starts": "2020-05-01T09:00", "action": "save"}
    assert "all that the judge offers" in page.words
    assert (await admin.post(SETTINGS, {**saved, "language-python3": "1"})).status == 303
    assert 'name="language-python3" value="1" checked' in (await admin.get(SETTINGS)).text
    assert "Languages Python 3" in re.sub(r"\s+", " ", (await team.get("/contests/spring")).words)

    problem = "/contests/spring/problems/A"
    assert 'value="c"' not in (await team.get(problem)).text
    refused = await team.post(problem, {"language": "c", "source": "int main() {}"})
    assert (refused.status, "does not take C" in refused.words) == (400, True)
    assert (await team.post(problem, {"language": "python3", "source": "print(1)"})).status == 303

    assert (await admin.post(SETTINGS, saved)).status == 303
    assert (await team.post(problem, {"language": "c", "source": "int main() {}"})).status == 303


async def test_languages_of_problem_and_contest(site: Site) -> None:
    """What the problem does not take, the contest cannot allow; where nothing is left, nothing can be submitted."""
    await site.contest()
    team = await site.logged_in("team")
    async with site.pool.acquire() as connection:
        for of_problem, of_contest, taken in [
            ('["c", "java"]', ["java", "python3"], ("java",)),
            ('["c"]', ["java"], ()),
            ("null", ["java"], ("java",)),
            ('["c"]', None, ("c",)),
        ]:
            await connection.execute("UPDATE contests SET languages = $1", of_contest)
            await connection.execute(
                "UPDATE problem_versions SET document = jsonb_set(document, '{languages}', $1::text::jsonb)", of_problem
            )
            contest = await contests.by_name(connection, "spring")
            assert (await contests.problem(connection, contest.id, "A")).languages == taken
        await connection.execute("UPDATE contests SET languages = '{java}'")
    answer = await team.post("/contests/spring/problems/A", {"language": "c", "source": "x"})
    assert (answer.status, "no language" in answer.words) == (400, True)


async def test_another_pool(site: Site) -> None:
    """What waits goes along to the other pool."""
    seeded = await site.contest()
    admin = await site.logged_in("root", Role.ADMIN)
    await site.submission(seeded, await site.account("team"))
    assert (await admin.post(SETTINGS, {**PLAN, "action": "save"})).status == 303
    async with site.pool.acquire() as connection:
        assert await connection.fetchval("SELECT lane FROM judgings") == "finals/gvisor"
    assert 'value="finals"' in (await admin.get(SETTINGS)).text


async def test_while_it_runs(site: Site) -> None:
    """Start, freeze, extend, end and unfreeze, each by its button."""
    await site.contest(starts_in=timedelta(hours=1), lasts=timedelta(hours=2))
    admin = await site.logged_in("root", Role.ADMIN)
    async with site.pool.acquire() as connection:
        ends_at = await connection.fetchval("SELECT ends_at FROM contests")
        for action, holds in [
            ("start", "starts_at <= now()"),
            ("freeze", "freeze_at <= now()"),
            ("extend", "ends_at = $1::timestamptz + interval '30 minutes'"),
            ("end", "ends_at <= now() AND freeze_at <= ends_at"),
            ("unfreeze", "unfrozen_at <= now() AND freeze_at <= ends_at"),
        ]:
            answer = await admin.post(SETTINGS, {"action": action, "minutes": "30"})
            assert answer.status == 303, answer.words
            query = f"SELECT {holds} AND $1::timestamptz IS NOT NULL FROM contests"
            assert await connection.fetchval(query, ends_at), action
        assert await connection.fetchval("SELECT count(*) FROM audit_log WHERE action = 'change contest'") == 5


async def test_two_extend_at_once(site: Site) -> None:
    """Neither of them is forgotten."""
    await site.contest()
    visitors = [await site.logged_in(login, Role.ADMIN) for login in ("one", "two")]
    async with site.pool.acquire() as connection:
        ends_at = await connection.fetchval("SELECT ends_at FROM contests")
        answers = await asyncio.gather(
            *(visitor.post(SETTINGS, {"action": "extend", "minutes": "30"}) for visitor in visitors for _ in range(5))
        )
        assert {answer.status for answer in answers} == {303}
        assert await connection.fetchval("SELECT ends_at FROM contests") == ends_at + timedelta(minutes=300)


async def test_problems(site: Site) -> None:
    """Problems come, are called otherwise, and go, unless somebody has submitted to them."""
    seeded = await site.contest()
    await site.contest("other", problems=[("A", "knots", "Knots")])
    admin = await site.logged_in("root", Role.ADMIN)
    assert (await admin.post(SETTINGS, {"action": "add", "problem": "knots"})).status == 303
    async with site.pool.acquire() as connection:
        knots = str(await connection.fetchval("SELECT id FROM problems WHERE name = 'knots'"))
    taken = await admin.post(SETTINGS, {"action": "relabel", "problem": knots, "label": "A"})
    assert (taken.status, "called A already" in taken.words) == (400, True)
    assert (await admin.post(SETTINGS, {"action": "relabel", "problem": knots, "label": "K"})).status == 303
    assert "Knots" in (await admin.get("/contests/spring/problems/K")).words
    assert (await admin.post(SETTINGS, {"action": "remove", "problem": knots})).status == 303
    assert (await admin.get("/contests/spring/problems/K")).status == 404

    await site.submission(seeded, await site.account("team"))
    kept = await admin.post(SETTINGS, {"action": "remove", "problem": str(seeded.problem_id)})
    assert (kept.status, "it stays" in kept.words) == (400, True)
    assert (await admin.post(SETTINGS, {"action": "add", "problem": "nothing"})).status == 404


async def test_only_admins(site: Site) -> None:
    """A setter changes nothing."""
    await site.contest()
    setter = await site.logged_in("setter", Role.SETTER)
    answer = await setter.post(SETTINGS, {"action": "end"}, form_on="/account")
    assert answer.status == 404
    async with site.pool.acquire() as connection:
        assert await connection.fetchval("SELECT ends_at > now() FROM contests")


async def test_saving_changes_no_second_of_what_was_left_alone(site: Site) -> None:
    """The form has minutes; a contest that began within one keeps its second, and one that is final stays final."""
    await site.contest(starts_in=timedelta(hours=-2), lasts=timedelta(hours=1), freezes_in=timedelta(minutes=-90))
    admin = await site.logged_in("root", Role.ADMIN)
    assert (await admin.post(SETTINGS, {"action": "unfreeze"})).status == 303
    async with site.pool.acquire() as connection:
        before = await connection.fetchrow("SELECT starts_at, ends_at, freeze_at, unfrozen_at FROM contests")
        page = (await admin.get(SETTINGS)).text
        shown = {
            name: re.findall(f'name="{name}" [^>]*value="([^"]*)"', page)[0] for name in ("starts", "ends", "freezes")
        }

        assert (await admin.post(SETTINGS, {**PLAN, **shown, "action": "save"})).status == 303
        assert await connection.fetchrow("SELECT starts_at, ends_at, freeze_at, unfrozen_at FROM contests") == before

        assert (await admin.post(SETTINGS, {**PLAN, **shown, "freezes": "", "action": "save"})).status == 303
        assert await connection.fetchval("SELECT freeze_at IS NULL AND unfrozen_at IS NULL FROM contests")


async def test_points_and_spans(site: Site) -> None:
    """What an accepted submission gives, and spans that do not count, count, and are in the audit log."""
    seeded = await site.contest(starts_in=timedelta(hours=-2))
    admin, ada = await site.logged_in("root", Role.ADMIN), await site.account("ada")
    at = datetime.now(UTC) - timedelta(minutes=30)
    await site.judge(await site.submission(seeded, ada, submitted_at=at), Verdict.AC)
    async with site.pool.acquire() as connection:
        await contest_changes.alter(connection, "spring", by=None, scoring=Scoring.ATCODER)
    problem = str(seeded.problem_id)
    assert (await admin.post(SETTINGS, {"action": "points", "problem": problem, "points": "250"})).status == 303
    assert [
        (await admin.post(SETTINGS, {"action": "points", "problem": problem, "points": odd})).status
        for odd in ("0", "-1", "1e3", "")
    ] == [400] * 4

    early = {"from": (at - timedelta(minutes=20)).isoformat(), "until": (at - timedelta(minutes=10)).isoformat()}
    assert (await admin.post(SETTINGS, {"action": "cut", **early})).status == 303
    found = (await admin.get("/contests/spring/standings.json")).json["rows"]
    assert [(row["score"], row["penalty_s"] // 60) for row in found] == [(250, 80)]

    refused = {
        "overlaps": {"from": (at - timedelta(minutes=11)).isoformat(), "until": at.isoformat()},
        "outside": {"from": "2020-01-01T00:00", "until": "2020-01-02T00:00"},
        "end before": {"from": at.isoformat(), "until": at.isoformat()},
        "no time": {"from": "x", "until": at.isoformat()},
    }
    for said, span in refused.items():
        answer = await admin.post(SETTINGS, {"action": "cut", **span})
        assert (answer.status, said in answer.words) == (400, True), said
    assert (await admin.post(SETTINGS, {"action": "put-back", "from": early["from"]})).status == 303
    assert (await admin.post(SETTINGS, {"action": "put-back", "from": early["from"]})).status == 404
    async with site.pool.acquire() as connection:
        told = await connection.fetch("SELECT action FROM audit_log ORDER BY id")
    done = ["change contest", "set points", "cut out of contest", "put back into contest"]
    assert [row["action"] for row in told] == done


async def test_saving_from_a_page_of_before(site: Site) -> None:
    """What somebody else changed since stays; whoever saves is shown it, and saves from there."""
    await site.contest()
    one, two = await site.logged_in("one", Role.ADMIN), await site.logged_in("two", Role.ADMIN)

    async def shown() -> dict[str, str]:
        return dict(
            re.findall(r'name="(title|starts|ends|seen)" [^>]*?value="([^"]*)"', (await one.get(SETTINGS)).text)
        )

    fields = {**PLAN, "freezes": "", **(await shown()), "title": "Renamed", "action": "save"}
    assert (await two.post(SETTINGS, {"action": "extend", "minutes": "30"})).status == 303
    async with site.pool.acquire() as connection:
        ends_at = await connection.fetchval("SELECT ends_at FROM contests")
        refused = await one.post(SETTINGS, fields)
        assert (refused.status, "Somebody has changed the settings" in refused.words) == (400, True)
        assert f'value="{ends_at:%Y-%m-%dT%H:%M}"' in refused.text
        assert await connection.fetchval("SELECT ends_at FROM contests") == ends_at

        assert (await one.post(SETTINGS, {**fields, **(await shown()), "title": "Renamed"})).status == 303
        assert await connection.fetchval("SELECT title = 'Renamed' AND ends_at = $1 FROM contests", ends_at)


async def test_what_was_done_is_not_done_again(site: Site) -> None:
    """A button that is pressed twice, or on a page of before, moves no start, freeze or end that is past."""
    await site.contest(starts_in=timedelta(hours=1))
    admin = await site.logged_in("root", Role.ADMIN)
    async with site.pool.acquire() as connection:
        for action in ("start", "freeze", "end"):
            assert (await admin.post(SETTINGS, {"action": action})).status == 303
            before = await connection.fetchrow("SELECT starts_at, freeze_at, ends_at FROM contests")
            again = await admin.post(SETTINGS, {"action": action})
            assert (again.status, "already" in again.words) == (400, True)
            assert await connection.fetchrow("SELECT starts_at, freeze_at, ends_at FROM contests") == before


async def test_unfreezing_before_the_freeze(site: Site) -> None:
    """It is refused, on a page of before say: the scoreboard would not freeze at all."""
    await site.contest(freezes_in=timedelta(minutes=30))
    admin = await site.logged_in("root", Role.ADMIN)
    answer = await admin.post(SETTINGS, {"action": "unfreeze"})
    assert (answer.status, "is not frozen" in answer.words) == (400, True)
    async with site.pool.acquire() as connection:
        assert await connection.fetchval("SELECT unfrozen_at IS NULL FROM contests")
