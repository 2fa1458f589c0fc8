"""Pauses and pools: what is claimed by nobody for now, and what only by some."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from judge.errors import NotFound, UsageError
from judge.queueing import queue
from judge.store import contest_changes, judgehosts, waiting
from judge.store.accounts import Role
from judge.store.pauses import Scope
from judge.store.pool import Pool
from tests.queues import LEASE_S, Contest
from tests.website import Site

ROOT = Path(__file__).parents[2]
EVERYTHING = Scope()


@pytest.mark.parametrize(
    "scope", [EVERYTHING, Scope(contest="test"), Scope(problem="hello-sum"), Scope(contest="test", language="python3")]
)
async def test_what_is_paused_is_not_claimed(contest: Contest, scope: Scope) -> None:
    """Whatever waits and whatever comes is held until resumed; nothing is lost, and what is judged already goes on."""
    team = await contest.team("a")
    first, second = [await contest.submit(team) for _ in range(2)]
    claim = await contest.surely_claim()

    assert await queue.pause(contest.connection, scope, reason="a wrong test") == 1
    third = await contest.submit(team)
    assert await contest.claim() is None
    await queue.hand_over(contest.connection, claim, reason="cells fail")
    assert await contest.claim() is None

    assert await queue.resume(contest.connection, scope) == 3
    assert sorted(await contest.order(3)) == [first, second, third]


@pytest.mark.parametrize(
    "scope", [Scope(contest="other"), Scope(language="c"), Scope(problem="hello-sum", language="c")]
)
async def test_nothing_else_is_paused(contest: Contest, scope: Scope) -> None:
    """A pause holds only what agrees with all that it names."""
    await contest.another("other")
    await queue.pause(contest.connection, scope, reason="elsewhere")
    await contest.submit(await contest.team("a"))

    assert await contest.claim() is not None


async def test_held_until_the_last_pause_ends(contest: Contest) -> None:
    """What two pauses hold waits for the end of both."""
    team = await contest.team("a")
    await contest.submit(team)
    for scope in (EVERYTHING, Scope(language="python3")):
        await queue.pause(contest.connection, scope, reason="both")

    assert await queue.resume(contest.connection, EVERYTHING) == 0
    assert await contest.claim() is None
    assert await queue.resume(contest.connection, Scope(language="python3")) == 1
    assert await contest.claim() is not None


async def test_a_held_flood_delays_nobody_when_it_is_resumed(contest: Contest) -> None:
    """Turns are taken anew on resuming; neither do held ones cost their team its turn elsewhere."""
    flooding, other = await contest.team("flooding"), await contest.team("other")
    await queue.pause(contest.connection, Scope(language="python3"), reason="a new compiler")
    flood = [await contest.submit(flooding) for _ in range(3)]
    elsewhere = await contest.submit(flooding, language="c")
    lone = await contest.submit(other, language="c")
    assert await contest.order(2) == [elsewhere, lone]
    await queue.give_back(contest.connection, judgehost_id=contest.judgehost_id)

    await queue.resume(contest.connection, Scope(language="python3"))
    assert await contest.order(5) == [elsewhere, lone, *flood]


async def test_nothing_slips_past_a_pause_that_is_being_made(contest: Contest, pool: Pool) -> None:
    """A submission that comes while somebody pauses is held: it waits until the pause is there."""
    team = await contest.team("a")
    async with pool.acquire() as other:
        change = other.transaction()
        await change.start()
        await queue.pause(other, EVERYTHING, reason="now")
        submitting = asyncio.create_task(contest.submit(team))
        done, _ = await asyncio.wait([submitting], timeout=0.3)
        assert not done
        await change.commit()
    await submitting

    assert await contest.claim() is None


async def test_pausing_twice_and_resuming_what_is_not_paused(contest: Contest) -> None:
    """Mistakes are told, and change nothing."""
    await queue.pause(contest.connection, EVERYTHING, reason="once")
    with pytest.raises(UsageError, match="paused already"):
        await queue.pause(contest.connection, EVERYTHING, reason="twice")
    with pytest.raises(UsageError, match="say why"):
        await queue.pause(contest.connection, Scope(language="c"), reason="")
    for scope in (Scope(language="c"), Scope(contest="nowhere"), Scope(problem="none")):
        with pytest.raises(NotFound):
            await queue.resume(contest.connection, scope)


async def test_a_contest_is_judged_in_its_pool_only(contest: Contest) -> None:
    """Judgehosts of a pool judge its contests and no others, unless they are in several pools."""
    finals = await contest.another("finals")
    await contest_changes.alter(contest.connection, "finals", by=None, pool="fast")
    assert await judgehosts.count_in(contest.connection, "fast") == 0
    team = await contest.team("a")
    plain, final = await contest.submit(team), await finals.submit(team)
    fast = await judgehosts.register(contest.connection, name="fast", slots=1, isolation="local", pools=["fast"])

    assert (await waiting.overview(contest.connection, lost_after_s=LEASE_S)).forsaken == ()
    assert await contest.order(1) == [plain]
    assert await contest.claim() is None
    claims = await queue.claim_some(contest.connection, judgehost_id=fast, lease_s=LEASE_S, at_most=2)
    assert [claim.submission_id for claim in claims] == [final]


async def test_what_waits_follows_its_contest_into_another_pool(contest: Contest) -> None:
    """Giving a contest a pool moves what waits; that nobody judges there is said."""
    await contest.submit(await contest.team("a"))
    await contest_changes.alter(contest.connection, "test", by=None, pool="nobodys")

    assert await contest.claim() is None
    assert (await waiting.overview(contest.connection, lost_after_s=LEASE_S)).forsaken == ("nobodys/",)
    with pytest.raises(UsageError, match="pool"):
        await contest_changes.alter(contest.connection, "test", by=None, pool="No Pool/")


def _judge(dsn: str, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "judge", *words],
        cwd=ROOT,
        env=os.environ | {"JUDGE_DATABASE_URL": dsn, "JUDGE_LEASE_S": "3600"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


async def test_the_command_line(contest: Contest, dsn: str) -> None:
    """Pausing, showing and resuming from a terminal, with what a script reads; the audit log has who did what."""
    team = await contest.team("a")
    for _ in range(3):
        await contest.submit(team)
    await contest.submit(team, language="c")

    paused = await asyncio.to_thread(_judge, dsn, "queue", "pause", "--language", "python3", "--reason", "new compiler")
    assert "3 waiting judgings are held" in paused.stdout, paused.stderr
    # Nobody keeps the host alive here, and commands may take long to start.
    await contest.connection.execute("UPDATE judgehosts SET last_seen_at = now() + interval '1 minute'")
    shown = await asyncio.to_thread(_judge, dsn, "queue", "show", "--json")
    found: dict[str, Any] = json.loads(shown.stdout)

    assert [(row["name"], row["ready"], row["held"]) for row in found["waiting"]] == [("practice", 1, 3)]
    assert [(p["language"], p["reason"], p["paused_by"], p["held"]) for p in found["pauses"]] == [
        ("python3", "new compiler", None, 3)
    ]
    assert [(host["name"], host["slots"], host["takes_work"]) for host in found["judgehosts"]] == [("host", 1, True)]
    words = await asyncio.to_thread(_judge, dsn, "queue", "show")
    assert "new compiler" in words.stdout and "practice" in words.stdout
    assert (await asyncio.to_thread(_judge, dsn, "queue", "resume", "--all")).returncode == 2
    assert (await asyncio.to_thread(_judge, dsn, "queue", "resume", "--language", "python3")).returncode == 0
    actions = await contest.connection.fetch("SELECT action, data ->> 'scope' FROM audit_log ORDER BY id")
    assert [tuple(row) for row in actions] == [
        ("pause queue", "language python3"),
        ("resume queue", "language python3"),
    ]


async def test_the_page(site: Site) -> None:
    """An admin pauses and resumes on a page that says who did so and why, and programs do over HTTP."""
    seeded = await site.contest()
    await site.submission(seeded, await site.account("ada"))
    admin = await site.logged_in("root", Role.ADMIN)
    fields = {"action": "pause", "contest": "spring", "problem": "", "language": "", "reason": "test 7 is wrong"}

    assert (await admin.post("/admin/queue", fields)).status == 303
    page = await admin.get("/admin/queue")
    assert "test 7 is wrong" in page.words and "contest spring" in page.words and "root" in page.words
    again = await admin.post("/admin/queue", fields)
    assert again.status == 400 and "paused already" in again.words
    told = (await admin.get("/api/queue")).json
    assert told["pauses"][0]["contest"] == "spring" and told["waiting"][0]["held"] == 1
    fields["action"] = "resume"
    freed = await admin.post("/api/queue", fields, form_on="/admin/queue")
    assert freed.json == {"judgings": 1}
    assert "Nothing is paused" in (await admin.get("/admin/queue")).words
