"""No page asks the database more often the more it shows."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest
import pytest_asyncio

from judge.config import Settings
from judge.incidents import Incident, IncidentKind
from judge.queueing import rejudging
from judge.store import audit, clarifications, judgehosts, security
from judge.store.accounts import Role
from judge.store.pool import Connection, Pool
from judge.store.rejudgings import Plan
from judge.store.security import Seen
from judge.store.selections import Selection
from judge.verdicts import Verdict
from tests.furnished import furnish, guess, walk
from tests.website import Seeded, Site, Visitor, a_run, serving

pytestmark = pytest.mark.timeout(240)

MORE = 12


@pytest.fixture
def asked() -> list[str]:
    """What the site has asked the database since it was emptied."""
    return []


@pytest_asyncio.fixture
async def site(dsn: str, pool: Pool, asked: list[str]) -> AsyncIterator[Site]:
    """The site on connections that tell what they are asked; the test's own do not."""
    async with serving(Settings(), dsn, pool, heard=lambda query: asked.append(query.query)) as made:
        asked.clear()
        yield made


async def _counts(visitor: Visitor, asked: list[str], addresses: list[str]) -> dict[str, list[str]]:
    """What each page that there is asks, once it has been asked for before."""
    counts = {}
    async for address, page in walk(visitor, [address for address in addresses for _ in range(2)]):
        if page.status == 200:
            counts[address] = list(asked)
        asked.clear()
    return counts


@pytest.mark.parametrize(("login", "pages"), [("root", 30), ("setter", 15)])
async def test_no_page_asks_more_for_more_rows(site: Site, asked: list[str], login: str, pages: int) -> None:
    """With a dozen more of everything, no page that lists any of it says anything more often to the database."""
    town = await furnish(site, lambda place: place)
    spring = Seeded(contest_id=1, problem_id=1, version_id=int(town.values["version"][0]))
    addresses = [address for address in town.addresses() if not address.endswith("/events")]
    visitor = site.visitor()
    await visitor.log_in(login)
    few = await _counts(visitor, asked, addresses)
    assert len([address for address, queries in few.items() if queries]) > pages, "nothing was heard"

    await _more(site, spring, town.admin_id, town.own)
    many = await _counts(visitor, asked, addresses)

    repeated = [
        (address, statement, count)
        for address, queries in many.items()
        for statement, count in Counter(queries).items()
        if address in few
        # What there was nothing of before may be asked for once.
        if count > max(1, few[address].count(statement))
    ]
    assert not repeated


async def _more(site: Site, spring: Seeded, admin: int, own: int) -> None:
    """More of everything that is listed."""
    for number in range(MORE):
        team = await site.account(f"team{number}")
        await site.account(f"setter{number}", Role.SETTER)
        made = await site.submission(spring, team, submitted_at=datetime.now(UTC) - timedelta(minutes=45))
        await site.judge(made, Verdict.AC if number % 2 else Verdict.WA, [a_run(f"secret/{n}") for n in range(number)])
        await site.submission(spring, team)
        await site.contest(f"contest{number}", problems=((f"P{number}", f"problem{number}", "Problem"),))
        async with site.pool.acquire() as connection:
            await connection.execute(
                "INSERT INTO contest_problems SELECT $1, id, $3 FROM problems WHERE name = $2",
                *(spring.contest_id, f"problem{number}", f"X{number}"),
            )
            await _administered(connection, spring, team, admin, number)
    async with site.pool.acquire() as connection:
        await connection.execute(
            "INSERT INTO problem_versions (problem_id, digest, title, limits, checker, created_at)"
            " SELECT problem_id, sha256(n::text::bytea), title, limits, checker, now() FROM problem_versions,"
            " generate_series(1, $2) n WHERE id = $1",
            *(spring.version_id, MORE),
        )
        await rejudging.override(connection, own, Verdict.RTE, reason="again", score=None, by=admin)


async def _administered(connection: Connection, spring: Seeded, team: int, admin: int, number: int) -> None:
    question = await clarifications.ask(
        connection, contest_id=spring.contest_id, problem_id=spring.problem_id, user_id=team, text="what?"
    )
    await clarifications.answer(
        connection,
        contest_id=spring.contest_id,
        question_id=question,
        text="that",
        is_public=bool(number % 2),
        by=admin,
    )
    host = await judgehosts.register(connection, name=f"host{number}", slots=2, isolation="container")
    seen = Seen(incident=Incident(IncidentKind.STRAY_PROCESS, f"process {number}"), cell="judge-1")
    await security.record_of_host(connection, judgehost_id=host, seen=[seen])
    await rejudging.create(connection, Plan(reason=f"reason {number}", selection=Selection()), by=admin)
    await audit.record(connection, by=admin, action=get_args(audit.Action)[number], data={"number": number})
    await guess(connection, f"team{number}")
