"""Tryouts: run as submissions are, given up for them, fenced like them, and counted nowhere."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from judge.errors import LeaseLost, NotFound, UsageError
from judge.hosts.daemon import Daemon
from judge.incidents import Incident, IncidentKind
from judge.queueing import queue
from judge.queueing.tryouts import SHOWN_BYTES, Tryouts
from judge.recipes.languages import pasted
from judge.store import contest_changes, judgehosts, problems, tryouts
from judge.store.pauses import Scope
from judge.store.pool import Connection, Pool
from judge.store.tryouts import MOST_KEPT, MOST_LOSSES, Claim, Tried, Tryout
from judge.verdicts import Verdict
from tests.integration.test_executor import Stage, stage
from tests.queues import Contest

pytestmark = pytest.mark.timeout(60)


async def _ask(connection: Connection, source: str, given: bytes = b"") -> int:
    """A tryout of the only account, at the only problem."""
    ids = await connection.fetchrow(
        "SELECT cp.contest_id, cp.problem_id, u.id AS user_id FROM contest_problems cp CROSS JOIN users u LIMIT 1"
    )
    assert ids is not None
    return await tryouts.ask(
        connection,
        contest_id=ids["contest_id"],
        problem_version_id=await problems.live_version(connection, ids["problem_id"]),
        user_id=ids["user_id"],
        source=pasted("python3", source.encode()),
        given=given,
    )


def _tryouts(pool: Pool, on: Stage) -> Tryouts:
    return Tryouts(pool=pool, executor=on.executor, judgehost_id=on.host_id, lease_s=30)


async def _ran(pool: Pool, on: Stage, source: str, given: bytes = b"") -> Tryout:
    tryout_id = await _ask(on.connection, source, given)
    await _tryouts(pool, on).fill_slots(on.connection)
    await on.until(f"SELECT state = 'done' FROM tryouts WHERE id = {tryout_id}")
    return await tryouts.by_id(on.connection, tryout_id)


async def test_what_comes_of_it(pool: Pool, short_tmp: Path) -> None:
    """Output, errors, and what stopped it; whatever it does, nothing of it is a submission, and no page is told."""
    async with stage(pool, short_tmp / "runs") as on:
        before = [await on.connection.fetchval(f"SELECT count(*) FROM {table}") for table in ("submissions", "events")]

        echo = await _ran(
            pool, on, "import sys\nprint(sys.stdin.read() * 2)\nprint('words', file=sys.stderr)", b"x\xff"
        )
        long = await _ran(pool, on, f"print('y' * {2 * SHOWN_BYTES})")
        wrong = await _ran(pool, on, "print('before')\nraise SystemExit(3)")
        slow = await _ran(pool, on, "while True: pass")

        assert (echo.tried.verdict, echo.tried.errors) == (None, b"words\n")
        assert echo.tried.output.decode(errors="replace").startswith("x")
        assert (len(long.tried.output), long.tried.output_bytes) == (SHOWN_BYTES, 2 * SHOWN_BYTES + 1)
        assert (wrong.tried.verdict, wrong.tried.reason, wrong.tried.output) == (
            Verdict.RTE,
            "exit code 3",
            b"before\n",
        )
        assert slow.tried.verdict is Verdict.TLE
        after = [await on.connection.fetchval(f"SELECT count(*) FROM {table}") for table in ("submissions", "events")]
        assert after == before
        assert await on.connection.fetchval("SELECT count(*) FROM judgings WHERE state <> 'queued'") == 0


async def test_a_submission_takes_the_slot(pool: Pool, short_tmp: Path) -> None:
    """What a contestant submits does not wait for a tryout, which is run after it and has lost nothing; others wait."""
    async with stage(pool, short_tmp / "taken") as on:
        tryout_id = await _ask(on.connection, "while True: pass")
        await _tryouts(pool, on).fill_slots(on.connection)
        await on.until("SELECT state = 'running' FROM tryouts")

        for priority in (queue.PRIORITY_JURY, queue.PRIORITY_REJUDGING):
            await on.connection.execute("UPDATE judgings SET priority = $1", priority)
            assert await on.executor.claim(on.connection, lease_s=30) is None
        await on.connection.execute("UPDATE judgings SET priority = $1", queue.PRIORITY_PRACTICE)
        await on.executor.free_slot()
        claim = await on.executor.claim(on.connection, lease_s=30)
        assert claim is not None
        on.executor.start(claim)
        await on.until("SELECT state = 'done' FROM judgings")

        row = await on.connection.fetchrow("SELECT state, losses, attempt FROM tryouts WHERE id = $1", tryout_id)
        assert row is not None
        assert tuple(row) == ("queued", 0, 1)
        await _tryouts(pool, on).fill_slots(on.connection)
        await on.until("SELECT state = 'done' FROM tryouts")
        assert (await tryouts.by_id(on.connection, tryout_id)).tried.verdict is Verdict.TLE


async def test_it_goes_before_what_nobody_waits_for(pool: Pool, short_tmp: Path) -> None:
    """However much the jury has sent, the next slot is a tryout's, and then the jury's again."""
    async with stage(pool, short_tmp / "jury") as on:
        ids = await on.connection.fetchrow("SELECT contest_id, problem_id, user_id FROM submissions")
        assert ids is not None
        for _ in range(5):
            await queue.enqueue(
                on.connection, **dict(ids), source=pasted("python3", b"print(1)\n"), expected=[Verdict.WA]
            )
        on.executor.run_tryouts = _tryouts(pool, on).fill_slots
        daemon = Daemon(pool=pool, executor=on.executor, lease_s=30)
        on.executor.on_free = daemon.wake
        claiming = asyncio.create_task(daemon.claim(ready=on.executor.free_slot))
        try:
            await on.until("SELECT EXISTS (SELECT FROM judgings WHERE priority = 30 AND state = 'judging')")
            await _ask(on.connection, "print(1)")
            await on.until("SELECT state = 'done' FROM tryouts")
            waiting = await on.connection.fetchval("SELECT count(*) FROM judgings WHERE state = 'queued'")
            await on.until("SELECT bool_and(state = 'done') FROM judgings")
        finally:
            claiming.cancel()

        assert waiting >= 3
        assert await on.connection.fetchval("SELECT count(*) FROM tryouts WHERE attempt = 1 AND losses = 0") == 1


async def test_a_broken_host_leaves_it_to_others(pool: Pool, short_tmp: Path) -> None:
    """What a host fails at is tried elsewhere, and not for ever."""
    async with stage(pool, short_tmp / "broken") as on:
        tryout_id = await _ask(on.connection, "print(1)")
        on.maker.is_broken = True
        for losses in range(1, MOST_LOSSES):
            await _tryouts(pool, on).fill_slots(on.connection)
            await on.until(f"SELECT state = 'queued' AND losses = {losses} FROM tryouts")

        await _tryouts(pool, on).fill_slots(on.connection)

        await on.until("SELECT state = 'done' FROM tryouts")
        assert (await tryouts.by_id(on.connection, tryout_id)).tried.verdict is Verdict.JE


async def _claim(contest: Contest) -> Claim | None:
    return await tryouts.claim(contest.connection, judgehost_id=contest.judgehost_id, lease_s=30)


async def _surely_claim(contest: Contest) -> Claim:
    claim = await _claim(contest)
    assert claim is not None
    return claim


async def _asked(contest: Contest, login: str) -> int:
    user_id = await contest.team(login)
    version_id = await problems.live_version(contest.connection, contest.problem_id)
    return await tryouts.ask(
        contest.connection,
        contest_id=contest.contest_id,
        problem_version_id=version_id,
        user_id=user_id,
        source=pasted("python3", b"print(1)"),
        given=b"",
    )


async def test_order_and_one_each(contest: Contest) -> None:
    """First asked, first run; an account waits for its own before it asks again."""
    first, second = await _asked(contest, "a"), await _asked(contest, "b")

    with pytest.raises(UsageError, match="has not ended"):
        await _ask(contest.connection, "print(2)")
    claims = [await _surely_claim(contest), await _surely_claim(contest)]

    assert [claim.id for claim in claims] == [first, second]
    assert await _claim(contest) is None


async def test_the_newest_are_kept(contest: Contest) -> None:
    """An account can fill nobody's database: the oldest go when there are many."""
    await _asked(contest, "a")
    for _ in range(MOST_KEPT):
        await contest.connection.execute("UPDATE tryouts SET state = 'done'")
        newest = await _ask(contest.connection, "print(2)")

    rows = await contest.connection.fetch("SELECT id FROM tryouts ORDER BY id DESC")
    assert [row["id"] for row in rows] == list(range(newest, newest - MOST_KEPT, -1))


async def test_a_lost_lease_is_a_fence(contest: Contest) -> None:
    """Whoever was too slow writes nothing, and what is written is written once."""
    tryout_id = await _asked(contest, "a")
    slow = await _surely_claim(contest)
    await _run_out(contest)
    assert await tryouts.reap(contest.connection) == 1
    quick = await _surely_claim(contest)

    assert not await tryouts.renew(contest.connection, slow, lease_s=30)
    await tryouts.release(contest.connection, slow)
    await tryouts.lose(contest.connection, slow)
    with pytest.raises(LeaseLost):
        await tryouts.finish(contest.connection, slow, Tried(output=b"slow"), judgehost_id=contest.judgehost_id)
    incident = Incident(kind=IncidentKind.REFUSED_CALL, detail="ptrace", count=2)
    await tryouts.finish(
        contest.connection, quick, Tried(output=b"\0q"), judgehost_id=contest.judgehost_id, incidents=[incident]
    )

    assert (await tryouts.by_id(contest.connection, tryout_id)).tried.output == b"\0q"
    event = await contest.connection.fetchrow("SELECT judging_id, detail, data FROM security_events")
    assert event is not None
    assert tuple(event) == (None, "ptrace", {"cell": f"tryout {tryout_id}"})


async def _run_out(contest: Contest) -> None:
    await contest.connection.execute(
        "UPDATE tryouts SET lease_until = now() - interval '1 second' WHERE state = 'running'"
    )


async def test_what_is_lost_goes_first_again_and_ends_at_the_third_loss(contest: Contest) -> None:
    """However its holders die, it keeps its place; nobody waits for one that is given up; no lease is cut short."""
    first, second = await _asked(contest, "a"), await _asked(contest, "b")
    await _surely_claim(contest)
    assert await tryouts.reap(contest.connection) == 0
    await _run_out(contest)
    assert await tryouts.reap(contest.connection) == 1

    again = await _surely_claim(contest)
    assert (again.id, again.attempt) == (first, 2)
    assert await tryouts.take_back(contest.connection, contest.judgehost_id + 1) == 0
    assert await tryouts.take_back(contest.connection, contest.judgehost_id) == 1
    await tryouts.lose(contest.connection, await _surely_claim(contest))

    given_up = await tryouts.by_id(contest.connection, first)
    assert (given_up.state, given_up.tried.verdict) == ("done", Verdict.JE)
    assert (await _surely_claim(contest)).id == second


async def test_who_may_run_it(contest: Contest) -> None:
    """Only a judgehost of the contest's pool that gives its level, and nobody while it is paused."""
    connection = contest.connection
    name = await connection.fetchval("SELECT name FROM contests WHERE id = $1", contest.contest_id)
    await _asked(contest, "a")
    await contest_changes.alter(connection, name, by=None, pool="finals")
    assert await _claim(contest) is None
    await contest_changes.alter(connection, name, by=None, pool="default")
    await contest_changes.alter(connection, name, by=None, isolation="vm")
    assert await _claim(contest) is None
    other = await judgehosts.register(connection, name="walls", slots=1, isolation="container", levels=["vm"])
    await queue.pause(connection, Scope(contest=name), reason="a break")
    assert await tryouts.claim(connection, judgehost_id=other, lease_s=30) is None

    await queue.resume(connection, Scope(contest=name))

    claim = await tryouts.claim(connection, judgehost_id=other, lease_s=30)
    assert claim is not None
    assert claim.isolation == "vm"


async def test_kept_for_a_day(contest: Contest) -> None:
    """Then it is gone."""
    tryout_id = await _asked(contest, "a")
    await tryouts.prune(contest.connection)
    assert (await tryouts.by_id(contest.connection, tryout_id)).state == "queued"
    await contest.connection.execute("UPDATE tryouts SET asked_at = now() - interval '25 hours'")

    await tryouts.prune(contest.connection)

    with pytest.raises(NotFound):
        await tryouts.by_id(contest.connection, tryout_id)
