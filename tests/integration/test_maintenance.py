"""Maintenance: everything can be read, nothing can be changed, nothing is lost, and nothing is claimed."""

from __future__ import annotations

import json

import pytest

from judge.errors import NotFound
from judge.queueing import queue
from judge.store import judgehosts, maintenance
from judge.store.accounts import Role
from tests.integration.test_cli import judge
from tests.website import Site
from web import maintenance as on_the_site

REASON = "new disks until 12:00."


async def _begin(site: Site) -> None:
    async with site.pool.acquire() as connection:
        await maintenance.begin(connection, reason=REASON, by=None)


async def _end(site: Site) -> None:
    async with site.pool.acquire() as connection:
        await maintenance.end(connection, by=None)


async def test_the_site_is_for_reading_only(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages tell why; a submission is refused with its form still filled in, and can be sent again afterwards."""
    monkeypatch.setattr(on_the_site, "_KNOWN_S", 0.0)
    await site.contest()
    visitor = await site.logged_in("ada")
    await _begin(site)

    page = await visitor.get("/contests/spring/problems/A")
    assert page.status == 200 and REASON in page.words
    draft = {"language": "python3", "source": "print('long & hard')\n"}
    answer = await visitor.post("/contests/spring/problems/A", draft)
    assert answer.status == 503
    assert "what you wrote is still here" in answer.words and "print('long & hard')" in answer.words
    asked = await visitor.post("/contests/spring/clarifications", {"text": "What is a sum?"})
    assert asked.status == 503 and "What is a sum?" in asked.words
    refused = await visitor.post("/account", {"password": "x"})
    assert (refused.status, refused.headers["Retry-After"]) == (503, "60")
    assert "new disks until 12:00. Nothing was changed" in refused.words
    assert await site.pool.fetchval("SELECT count(*) FROM submissions") == 0

    await _end(site)
    assert REASON not in (await visitor.get("/contests/spring/problems/A")).words
    assert (await visitor.post("/contests/spring/problems/A", draft)).status == 303


async def test_logging_in_and_out_goes_on(site: Site) -> None:
    """Reading needs an account, and leaving a shared machine cannot wait; programs are refused in their own way."""
    await site.account("root", Role.ADMIN)
    await _begin(site)
    visitor = site.visitor()

    assert (await visitor.log_in("root")).status == 303
    answer = await visitor.post("/api/problems/sum/versions/1/live", form_on="/account")
    assert (answer.status, answer.json["code"]) == (503, 503)
    assert (await visitor.post("/logout", form_on="/account")).status == 303
    assert (await visitor.get("/healthz")).status == 200


async def test_nothing_is_claimed(site: Site) -> None:
    """What waits is not claimed as long as it lasts, and is at once when it is over; the audit log tells of both."""
    seeded = await site.contest()
    await site.submission(seeded, await site.account("ada"))
    async with site.pool.acquire() as connection:
        host_id = await judgehosts.register(connection, name="host", slots=1, isolation="container")
        await _begin(site)
        assert await queue.claim(connection, judgehost_id=host_id, lease_s=30) is None
        assert await maintenance.under_way(connection) == 0
        await _end(site)
        assert await queue.claim(connection, judgehost_id=host_id, lease_s=30) is not None
        assert await maintenance.under_way(connection) == 1
        with pytest.raises(NotFound):
            await maintenance.end(connection, by=None)
        log = await connection.fetch("SELECT action FROM audit_log ORDER BY id")
    assert [row["action"] for row in log] == ["begin maintenance", "end maintenance"]


async def test_the_commands(dsn: str) -> None:
    """Maintenance is begun, shown and ended on the command line."""
    assert json.loads(judge("maintenance", "show", "--json", JUDGE_DATABASE_URL=dsn).stdout)["on"] is False
    assert "no judgings are under way" in judge("maintenance", "on", "--reason", "x", JUDGE_DATABASE_URL=dsn).stdout
    assert json.loads(judge("maintenance", "show", "--json", JUDGE_DATABASE_URL=dsn).stdout)["reason"] == "x"
    assert judge("maintenance", "off", JUDGE_DATABASE_URL=dsn).returncode == 0
    assert judge("maintenance", "off", JUDGE_DATABASE_URL=dsn).returncode == 2
