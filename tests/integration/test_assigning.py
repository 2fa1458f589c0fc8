"""Claims made for judgehosts that wait for messages: as many as slots are free, whatever becomes of the messages."""

from __future__ import annotations

import asyncio

import pytest_asyncio

from judge.queueing import assigning, queue
from judge.recipes.languages import pasted
from judge.store import dispatching, judgehosts, problems, tryouts
from judge.store.pauses import Scope
from judge.store.pool import Pool
from judge.verdicts import Verdict
from tests.queues import LEASE_S, Contest


@pytest_asyncio.fixture
async def waiting(contest: Contest) -> Contest:
    """Six submissions, and a judgehost that two messages can reach."""
    user_id = await contest.team("a")
    for _ in range(6):
        await contest.submit(user_id)
    await _opens(contest, 2)
    return contest


async def _opens(contest: Contest, slots: int) -> None:
    await assigning.tell_slots(contest.connection, judgehost_id=contest.judgehost_id, open_slots=slots, is_news=True)


async def _assign(contest: Contest) -> assigning.Assignment | None:
    return await assigning.assign(contest.connection, lease_s=LEASE_S)


async def _begin(contest: Contest, assignment: assigning.Assignment, **changed: int) -> bool:
    names = {
        "judging_id": assignment.claim.judging_id,
        "attempt": assignment.claim.attempt,
        "judgehost_id": contest.judgehost_id,
    }
    return await assigning.begin(contest.connection, lease_s=LEASE_S, **{**names, **changed}) is not None


async def test_many_dispatchers_give_no_more_than_there_are_slots(waiting: Contest, pool: Pool) -> None:
    """However many daemons claim at the same time, a judgehost gets one judging for each slot, and then the next."""

    async def dispatch() -> assigning.Assignment | None:
        async with pool.acquire() as connection:
            return await assigning.assign(connection, lease_s=LEASE_S)

    for _ in range(5):
        await asyncio.gather(*(dispatch() for _ in range(8)))
    held = await waiting.connection.fetchval("SELECT count(*) FROM judgings WHERE state = 'judging'")
    assert held == 2

    await queue.give_back(waiting.connection, judgehost_id=waiting.judgehost_id)
    assert await _assign(waiting) is not None


async def test_only_judgehosts_that_hear_and_may_judge_get_work(waiting: Contest) -> None:
    """None for a host that claims by itself, is unfit, drains, or was not heard of."""
    connection = waiting.connection
    for spoil, mend in (
        ("open_slots = 0", "open_slots = 2"),
        ("unfit = 'broken'", "unfit = NULL"),
        ("disabled = 'by an admin'", "disabled = NULL"),
        ("is_draining = true", "is_draining = false"),
        ("last_seen_at = now() - interval '1 minute'", "last_seen_at = now()"),
    ):
        await connection.execute(f"UPDATE judgehosts SET {spoil}")
        assert await _assign(waiting) is None, spoil
        await connection.execute(f"UPDATE judgehosts SET {mend}")
    assert await _assign(waiting) is not None


async def test_a_tryout_leaves_its_slot_for_submissions_only(contest: Contest) -> None:
    """What nobody waits for gets the slots beside it; what a contestant submits gets each of them."""
    user_id = await contest.team("a")
    await tryouts.ask(
        contest.connection,
        contest_id=contest.contest_id,
        problem_version_id=await problems.live_version(contest.connection, contest.problem_id),
        user_id=user_id,
        source=pasted("python3", b"print(1)"),
        given=b"",
    )
    assert await tryouts.claim(contest.connection, judgehost_id=contest.judgehost_id, lease_s=LEASE_S)
    for _ in range(2):
        await contest.submit(user_id, expected=(Verdict.AC,))
    await _opens(contest, 2)

    assert await _assign(contest) is not None
    assert await _assign(contest) is None
    theirs = await contest.submit(user_id)
    assignment = await _assign(contest)

    assert assignment is not None
    assert assignment.claim.submission_id == theirs


async def test_what_waits_for_a_judgehost(contest: Contest) -> None:
    """The most urgent of what it may judge; what only others may, or nobody for now, does not count."""

    async def most_urgent() -> int | None:
        return await dispatching.most_urgent(contest.connection, contest.judgehost_id)

    user_id = await contest.team("a")
    assert await most_urgent() is None
    await contest.submit(user_id, expected=(Verdict.AC,))
    assert await most_urgent() == queue.PRIORITY_JURY
    await contest.submit(user_id)
    assert await most_urgent() == queue.PRIORITY_PRACTICE
    await queue.pause(contest.connection, Scope(), reason="a break")
    assert await most_urgent() is None
    await queue.resume(contest.connection, Scope())
    await contest.connection.execute("UPDATE judgehosts SET pools = '{finals}'")
    assert await most_urgent() is None


async def test_a_message_is_believed_only_where_the_database_agrees(waiting: Contest) -> None:
    """Another attempt, another judging, another host and one that is over begin nothing; the right one does."""
    assignment = await _assign(waiting)
    assert assignment is not None
    other = await judgehosts.register(waiting.connection, name="other", slots=1, isolation="local")
    assert not await _begin(waiting, assignment, attempt=2)
    assert not await _begin(waiting, assignment, judging_id=assignment.claim.judging_id + 1)
    assert not await _begin(waiting, assignment, judging_id=2**62)
    assert not await _begin(waiting, assignment, judgehost_id=other)

    assert await _begin(waiting, assignment)
    await assigning.decline(waiting.connection, assignment.claim)
    assert not await _begin(waiting, assignment)


async def test_a_lost_message_is_no_loss_of_the_judging(waiting: Contest) -> None:
    """It is queued again however often that happens; while others hear, the host that did not is left alone."""
    for _ in range(4):
        assignment = await _assign(waiting)
        assert assignment is not None
        await waiting.run_out(assignment.claim)
        assert await queue.reap(waiting.connection) == 1
        assert await waiting.state(assignment.claim) == ("queued", None)
    other = await judgehosts.register(waiting.connection, name="other", slots=1, isolation="local")
    await assigning.tell_slots(waiting.connection, judgehost_id=other, open_slots=1, is_news=True)
    for name in ("other", None):
        assignment = await _assign(waiting)
        assert (assignment and assignment.judgehost) == name
    assert await waiting.connection.fetchval("SELECT max(losses) FROM judgings") == 0


async def test_what_was_begun_and_is_lost_counts(waiting: Contest) -> None:
    """A judgehost that dies after it has begun costs the judging one of its three losses."""
    assignment = await _assign(waiting)
    assert assignment is not None
    assert await _begin(waiting, assignment)
    await waiting.run_out(assignment.claim)
    assert await queue.reap(waiting.connection) == 1
    losses = "SELECT losses FROM judgings WHERE id = $1"
    assert await waiting.connection.fetchval(losses, assignment.claim.judging_id) == 1


async def test_a_dispatcher_that_hangs_in_the_middle_is_cut_off(waiting: Contest, pool: Pool) -> None:
    """A daemon that stops between two statements of a claim keeps neither judgehost nor judging from the others."""
    async with pool.acquire() as hanging:
        transaction = hanging.transaction()
        await transaction.start()
        assert await dispatching.reserve(hanging, waiting.judgehost_id, seen_within_s=LEASE_S)
        assert await queue.claim(hanging, judgehost_id=waiting.judgehost_id, lease_s=LEASE_S) is not None
        assert await _assign(waiting) is None
        async with asyncio.timeout(10):
            while await _assign(waiting) is None:
                await asyncio.sleep(0.05)
