"""The order of the queue on a real Postgres: priorities, turns and lanes."""

from __future__ import annotations

import asyncio

from judge.models import Compilation, Judged
from judge.queueing import queue
from judge.store import contest_changes, judgehosts, judgings
from judge.store.pool import Pool
from judge.verdicts import Verdict
from tests.queues import LEASE_S, Contest

ACCEPTED = Judged(verdict=Verdict.AC, compilation=Compilation(is_ok=True))
LEVELS = ("local", "container")


async def test_a_first_goes_before_what_a_team_adds_to_one_being_judged(contest: Contest) -> None:
    """Whoever has something at a judgehost waits behind a team that has nothing there, however late that comes."""
    flooding = await contest.team("flooding")
    await contest.submit(flooding)
    await contest.surely_claim()
    second = await contest.submit(flooding)
    lone = await contest.submit(await contest.team("other"))

    assert await contest.order(2) == [lone, second]


async def test_a_flood_that_was_served_for_long_still_delays_nobody(contest: Contest) -> None:
    """A team's first goes before all that is left of a flood, whatever of it was judged before."""
    flooding = await contest.team("flooding")
    flood = [await contest.submit(flooding) for _ in range(6)]
    await queue.complete(contest.connection, await contest.surely_claim(), ACCEPTED)
    await contest.surely_claim()
    lone = await contest.submit(await contest.team("other"))

    assert await contest.order(2) == [lone, flood[2]]


async def test_a_flood_ends_however_many_come_after_it(contest: Contest) -> None:
    """Newcomers share the queue with a flood: of those with more than one waiting nobody starves."""
    flooding, busy = await contest.team("flooding"), await contest.team("busy")
    flood = [await contest.submit(flooding) for _ in range(4)]
    order = []
    for _ in range(8):
        await contest.submit(busy)
        order += await contest.order(1)

    assert [submission for submission in order if submission in flood] == flood


async def test_turns_are_taken_across_contests(contest: Contest) -> None:
    """A flood in one contest does not delay a first submission to another."""
    flooding = await contest.team("flooding")
    first, second = [await contest.submit(flooding) for _ in range(2)]
    elsewhere = await contest.another("elsewhere")
    lone = await elsewhere.submit(await contest.team("other"))

    assert await contest.order(3) == [first, lone, second]


async def test_turns_are_taken_across_levels(contest: Contest) -> None:
    """Contests with walls of their own are compared by how far away a turn is, not by how many there were before."""
    await judgehosts.register(contest.connection, name="host", slots=1, isolation="local", levels=LEVELS)
    flooding = await contest.team("flooding")
    for _ in range(5):
        await contest.submit(flooding)
    await contest.order(3)
    walled = await contest.another("walled")
    await contest_changes.alter(contest.connection, "walled", by=None, isolation="container")
    late = await contest.submit(await contest.team("late"))
    firsts = [await walled.submit(await contest.team(login)) for login in ("a", "b")]

    assert await contest.order(3) == [late, *firsts]


async def test_many_at_once_take_turns_one_after_the_other(contest: Contest, pool: Pool) -> None:
    """A team gains nothing by submitting on many connections at the same moment."""
    flooding = await contest.team("flooding")

    async def submit() -> None:
        async with pool.acquire() as connection:
            await Contest(
                connection=connection,
                contest_id=contest.contest_id,
                problem_id=contest.problem_id,
                judgehost_id=contest.judgehost_id,
            ).submit(flooding)

    await asyncio.gather(*(submit() for _ in range(8)))
    lone = await contest.submit(await contest.team("other"))

    assert (await contest.order(2))[1] == lone


async def test_contests_practice_rejudgings_and_the_jury_in_this_order(contest: Contest) -> None:
    """A contest that runs goes before practice, that before rejudgings, those before the jury's own."""
    running = await contest.another("running")
    await contest.connection.execute("UPDATE contests SET ends_at = now() + interval '1 hour' WHERE name = 'running'")
    team = await contest.team("a")
    jurys = await contest.submit(team, expected=(Verdict.AC,))
    judged = await contest.submit(team)
    await queue.complete(contest.connection, await contest.surely_claim(), ACCEPTED)
    await contest.connection.execute(
        "INSERT INTO judgings (submission_id, problem_version_id, priority, is_current)"
        " SELECT submission_id, problem_version_id, $2, false FROM judgings WHERE submission_id = $1",
        judged,
        queue.PRIORITY_REJUDGING,
    )
    practice = await contest.submit(team)
    urgent = await running.submit(team)

    assert await contest.order(4) == [urgent, practice, judged, jurys]


async def test_what_comes_back_keeps_its_turn(contest: Contest) -> None:
    """A judging that its judgehost lost is the next again."""
    teams = [await contest.team(login) for login in ("a", "b")]
    first, second = [await contest.submit(team) for team in teams]
    await contest.run_out(await contest.surely_claim())
    await queue.reap(contest.connection)

    assert await contest.order(2) == [first, second]


async def test_many_are_claimed_in_the_same_order_as_one_by_one(contest: Contest) -> None:
    """Claiming for several slots at once passes nobody over, over lanes and priorities."""
    await judgehosts.register(contest.connection, name="host", slots=1, isolation="local", levels=LEVELS)
    walled = await contest.another("walled")
    await contest_changes.alter(contest.connection, "walled", by=None, isolation="container")
    for login in ("a", "b", "c"):
        team = await contest.team(login)
        for where in (walled, contest, walled, contest):
            await where.submit(team)
        await contest.submit(team, expected=(Verdict.AC,))
    one_by_one = await contest.order(15)
    await queue.give_back(contest.connection, judgehost_id=contest.judgehost_id)
    await contest.connection.execute("UPDATE judgings SET judgehost_id = NULL")
    claims = await queue.claim_some(contest.connection, judgehost_id=contest.judgehost_id, lease_s=LEASE_S, at_most=20)

    assert [claim.submission_id for claim in claims] == one_by_one


async def test_a_row_that_somebody_takes_hides_no_other(contest: Contest, pool: Pool) -> None:
    """Whoever claims while another claim is under way gets the next one, of whichever lane and priority."""
    await judgehosts.register(contest.connection, name="host", slots=1, isolation="local", levels=LEVELS)
    walled = await contest.another("walled")
    await contest_changes.alter(contest.connection, "walled", by=None, isolation="container")
    first = await contest.submit(await contest.team("a"))
    second = await walled.submit(await contest.team("b"))
    async with pool.acquire() as other, other.transaction():
        taken = await judgings.claim(other, judgehost_id=contest.judgehost_id, lease_s=LEASE_S)

        assert [claim.submission_id for claim in taken] == [first]
        assert await contest.order(1) == [second]
        assert await contest.claim() is None


async def test_what_waits_follows_its_contest_into_other_walls(contest: Contest) -> None:
    """A contest that gets another level is claimed there, also what waits already; in the order that it had."""
    team = await contest.team("a")
    waiting = [await contest.submit(team) for _ in range(3)]
    await contest_changes.alter(contest.connection, "test", by=None, isolation="container")
    assert await contest.claim() is None

    walled = await judgehosts.register(contest.connection, name="walled", slots=1, isolation="container")
    claims = await queue.claim_some(contest.connection, judgehost_id=walled, lease_s=LEASE_S, at_most=5)
    assert [claim.submission_id for claim in claims] == waiting
    assert {claim.isolation for claim in claims} == {"container"}
