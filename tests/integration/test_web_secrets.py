"""What people may not know is on no page, whatever they ask for: every address is tried."""

from __future__ import annotations

import re

import pytest
import pytest_asyncio

from judge.queueing import queue, rejudging
from judge.store import judgehosts, problem_access
from judge.store.accounts import Role
from judge.store.problem_access import Access
from judge.verdicts import Verdict
from tests.furnished import Furnished, furnish, walk
from tests.rejudged import judged
from tests.website import Site, Visitor
from web.boards import standings
from web.events import streams

pytestmark = pytest.mark.timeout(240)

#: What everybody may read.
PUBLIC = {"problem's title", "contest's title", "statement", "another's name", "announcement"}
#: What no page shows even to those who may see it: it is within files that are kept packed.
PACKED = {"jury submission", "test's description"}
#: Asked with every address, in the hope that something of it is heeded.
HOPEFUL = "?format=json&after=0&before=999999&jury=1&all=1&login=bob&user=bob&team=bob&public=0&with=2"


class Planted:
    """Words that are nowhere else, and where they were put."""

    def __init__(self) -> None:
        self.places: dict[str, str] = {}

    def __call__(self, place: str) -> str:
        return self.places.setdefault(place, f"planted{len(self.places):03}x")

    def within(self, text: str) -> set[str]:
        return {place for place, word in self.places.items() if word in text}


@pytest_asyncio.fixture
async def planted() -> Planted:
    return Planted()


@pytest_asyncio.fixture
async def town(site: Site, planted: Planted, monkeypatch: pytest.MonkeyPatch) -> Furnished:
    monkeypatch.setattr(streams, "HEARTBEAT_S", 0.2)
    # A scoreboard that is kept for a moment would hide what changes within it.
    monkeypatch.setattr(standings, "LONGEST_S", 0.0)
    monkeypatch.setattr(standings, "SHARE", 1e9)
    furnished = await furnish(site, planted)
    # Eve prepares one of the problems, of which nothing is secret here, and has no business with the others.
    await site.account("eve", Role.SETTER)
    async with site.pool.acquire() as connection:
        await problem_access.name_setter(connection, "product", login="eve", access=Access.OWN, by=furnished.admin_id)
        await connection.execute("UPDATE problems SET setters_may = NULL")
    return furnished


async def _visitor(site: Site, login: str | None) -> Visitor:
    visitor = site.visitor()
    if login is not None:
        await visitor.log_in(login)
    return visitor


@pytest.mark.parametrize("login", [None, "ada", "eve"])
async def test_secrets_stay_secret(town: Furnished, planted: Planted, login: str | None) -> None:
    """No address gives a stranger, a contestant or another problem's setter sources, hidden tests or the like."""
    visitor = await _visitor(town.site, login)
    addresses = town.addresses()
    found = []
    async for address, page in walk(visitor, [*addresses, *(address + HOPEFUL for address in addresses)]):
        told = planted.within(page.text + str(page.headers)) - PUBLIC
        assert page.status < 500, address
        if told:
            found.append((address, sorted(told)))

    assert not found


async def test_secrets_are_there_to_be_found(town: Furnished, planted: Planted) -> None:
    """Those who may see them do, by the same walk: it would notice."""
    seen: set[str] = set()
    async for _, page in walk(await _visitor(town.site, "root"), town.addresses()):
        seen |= planted.within(page.text)

    assert planted.places.keys() - PACKED - seen <= {"hidden input", "hidden answer"}


@pytest.mark.parametrize("login", [None, "ada", "eve"])
async def test_frozen_verdicts_change_nothing(town: Furnished, login: str | None) -> None:
    """All that strangers, contestants and other problems' setters get is the same, whatever came of a frozen try."""
    visitor = await _visitor(town.site, login)
    # The first look at clarifications makes them no news.
    await _everything(visitor, town)
    before = await _everything(visitor, town)
    async with town.site.pool.acquire() as connection:
        await rejudging.override(
            connection, town.others["frozen"], Verdict.WA, reason="a test", score=None, by=town.admin_id
        )
        host = await judgehosts.register(connection, name="verifier", slots=1, isolation="container")
        claim = await queue.claim(connection, judgehost_id=host, lease_s=30)
        assert claim is not None and claim.submission_id == town.others["waiting"]
        await queue.complete(connection, claim, judged(Verdict.AC))

    after = await _everything(visitor, town)

    assert [address for address, text in before.items() if after[address] != text] == []


async def _everything(visitor: Visitor, town: Furnished) -> dict[str, str]:
    """Every answer, without what is new each time it is asked for."""
    texts = {}
    async for address, page in walk(visitor, [address for address in town.addresses() if address != "/metrics"]):
        texts[address] = re.sub(r'name="csrf" value="[^"]*"|\d\d:\d\d:\d\d(\.\d+)?', "", page.text)
    return texts
