"""Rejudgings on a real Postgres: beside what counts until applied, and back again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from judge.errors import JudgeError, NotFound, UsageError
from judge.queueing import queue, rejudging
from judge.store import rejudgings
from judge.store.pool import Pool
from judge.store.rejudgings import Part, Plan
from judge.store.selections import Selection
from judge.verdicts import Verdict
from tests.rejudged import Court, court, judged

AC, WA, TLE, CE, JE = Verdict.AC, Verdict.WA, Verdict.TLE, Verdict.CE, Verdict.JE


@pytest_asyncio.fixture
async def on(pool: Pool) -> AsyncIterator[Court]:
    """An empty contest."""
    async with pool.acquire() as connection:
        yield await court(connection)


async def test_nothing_is_seen_before_it_is_applied(on: Court) -> None:
    """A rejudging changes no verdict and tells live pages nothing, whatever it finds out."""
    (one,) = await on.submitted(WA)
    before = await on.connection.fetchval("SELECT count(*) FROM events")

    made = await on.rejudged()
    claim = await on.claim()
    running = ("judging", {"state": "running", "attempt": 1, "tests_total": 1})
    await queue.record(on.connection, claim, announced=[running], runs=[], is_fresh=True)
    await queue.give_back(on.connection, judgehost_id=on.judgehost_id)
    await on.judge(AC)

    assert await on.verdict(one) is WA
    assert await on.connection.fetchval("SELECT count(*) FROM events") == before
    assert (await rejudgings.by_id(on.connection, made)).done == 1


async def test_applying_and_undoing(on: Court) -> None:
    """Applying makes all its verdicts count and tells pages; undoing brings back exactly what was before."""
    made = await on.submitted(WA, AC, TLE)
    rejudging_id = await on.rejudged(AC, AC, WA)
    before = await on.connection.fetch("SELECT id FROM judgings WHERE is_current ORDER BY id")

    applied = await rejudging.apply(on.connection, rejudging_id, by=None)
    assert applied.submissions == 3
    assert await on.verdicts(made) == [AC, AC, WA]
    assert await on.told(made[0]) == ["WA", "AC"]

    assert await rejudging.undo(on.connection, rejudging_id, by=None) == 3
    assert await on.verdicts(made) == [WA, AC, TLE]
    assert await on.connection.fetch("SELECT id FROM judgings WHERE is_current ORDER BY id") == before
    assert await on.told(made[0]) == ["WA", "AC", "WA"]

    # Open again: it may be applied again.
    await rejudging.apply(on.connection, rejudging_id, by=None)
    assert await on.verdicts(made) == [AC, AC, WA]


async def test_contestants_go_first(on: Court) -> None:
    """A submission made during a rejudging is judged before what is left of it."""
    await on.submitted(AC, AC)
    await on.rejudged()
    new = await on.submit("bob")

    assert (await on.claim()).submission_id == new


async def test_everybodys_first_goes_first(on: Court) -> None:
    """In a rejudging too a team's many submissions do not delay another's only one; repetitions come in rounds."""
    many = await on.submitted(AC, AC, login="many")
    (single,) = await on.submitted(AC, login="single")
    await on.rejudged(repeats=2)

    order = [(await on.claim()).submission_id for _ in range(6)]

    assert order[:2] == [many[0], single]
    assert sorted(order[4:]) == many


async def test_applying_a_part(on: Court) -> None:
    """A part is applied by itself, the rest later; undoing takes back both."""
    made = await on.submitted(WA, WA, TLE)
    rejudging_id = await on.rejudged(AC, WA, AC)

    first = await rejudging.apply(on.connection, rejudging_id, by=None, part=Part(old=TLE))
    assert (first.submissions, await on.verdicts(made)) == (1, [WA, WA, AC])
    changed = await rejudging.apply(on.connection, rejudging_id, by=None, part=Part(is_changed=True))
    assert (changed.submissions, await on.verdicts(made)) == (1, [AC, WA, AC])
    rest = await rejudging.apply(on.connection, rejudging_id, by=None)
    assert rest.submissions == 1

    assert await rejudging.undo(on.connection, rejudging_id, by=None) == 3
    assert await on.verdicts(made) == [WA, WA, TLE]


async def test_not_all_judged(on: Court) -> None:
    """What is not judged yet stops applying, unless what is judged so far is asked for."""
    made = await on.submitted(WA, WA)
    rejudging_id = await on.rejudged(AC)
    with pytest.raises(UsageError, match="1 of 2 judgings have no verdict yet"):
        await rejudging.apply(on.connection, rejudging_id, by=None)

    applied = await rejudging.apply(on.connection, rejudging_id, by=None, is_partial=True)
    assert (applied.submissions, applied.unfinished, await on.verdicts(made)) == (1, 1, [AC, WA])
    await on.judge(AC)
    assert await on.verdicts(made) == [AC, WA]
    await rejudging.apply(on.connection, rejudging_id, by=None)
    assert await on.verdicts(made) == [AC, AC]


async def test_being_judged_for_the_first_time(on: Court) -> None:
    """A submission without a verdict may be chosen; its own first judging is never overtaken."""
    waiting = await on.submit()
    first = await on.claim()
    rejudging_id = await on.rejudged(AC)
    with pytest.raises(UsageError, match=r"nothing to apply.*1 not judged yet"):
        await rejudging.apply(on.connection, rejudging_id, by=None)

    await queue.complete(on.connection, first, judged(WA))
    assert await on.verdict(waiting) is WA
    await rejudging.apply(on.connection, rejudging_id, by=None)
    assert await on.verdict(waiting) is AC


async def test_judge_errors_are_not_applied(on: Court) -> None:
    """What our side failed in the rejudging takes no verdict away, unless that is asked for."""
    made = await on.submitted(WA, AC)
    rejudging_id = await on.rejudged(JE, AC)

    applied = await rejudging.apply(on.connection, rejudging_id, by=None)
    assert (applied.submissions, applied.errors, await on.verdicts(made)) == (1, 1, [WA, AC])
    await rejudging.apply(on.connection, rejudging_id, by=None, part=Part(takes_errors=True))
    assert await on.verdicts(made) == [JE, AC]


async def test_undoing_goes_backwards(on: Court) -> None:
    """With a later rejudging or override on top, undoing is refused with its name, and possible after it is undone."""
    made = await on.submitted(WA, WA)
    first = await on.rejudged(AC, AC)
    await rejudging.apply(on.connection, first, by=None)
    second = await on.rejudged(TLE, submission_ids=(made[1],))
    await rejudging.apply(on.connection, second, by=None)
    await rejudging.override(on.connection, made[0], CE, reason="by hand", by=None)

    with pytest.raises(UsageError, match=rf"undo first the verdict.*{made[0]}.*rejudging {second} \(applied to 1"):
        await rejudging.undo(on.connection, first, by=None)
    assert await on.verdicts(made) == [CE, TLE]
    # What lies beneath is not put on top by applying the rest of the first one either.
    with pytest.raises(UsageError, match="nothing to apply"):
        await rejudging.apply(on.connection, first, by=None)

    await rejudging.undo_override(on.connection, made[0], by=None)
    await rejudging.undo(on.connection, second, by=None)
    await rejudging.undo(on.connection, first, by=None)
    assert await on.verdicts(made) == [WA, WA]


async def test_cancelling(on: Court) -> None:
    """A cancelled rejudging gives the queue back, keeps what it found, and is neither applied nor cancelled again."""
    made = await on.submitted(WA, WA, WA)
    rejudging_id = await on.rejudged(AC)
    under_way = await on.claim()

    assert await rejudging.cancel(on.connection, rejudging_id, by=None) == 1
    assert await queue.claim(on.connection, judgehost_id=on.judgehost_id, lease_s=30) is None
    await queue.complete(on.connection, under_way, judged(AC))
    state = await rejudgings.by_id(on.connection, rejudging_id)
    assert (state.state, state.done, state.dropped, state.unfinished) == ("cancelled", 2, 1, 0)
    assert await on.verdicts(made) == [WA, WA, WA]
    for verb in (rejudging.cancel, rejudging.apply, rejudging.undo):
        with pytest.raises(UsageError, match="is cancelled"):
            await verb(on.connection, rejudging_id, by=None)


async def test_an_applied_one_is_not_cancelled(on: Court) -> None:
    """An applied rejudging is undone before it can be cancelled; one that is not applied cannot be undone."""
    await on.submitted(WA)
    rejudging_id = await on.rejudged(AC)
    with pytest.raises(UsageError, match="is open: there is nothing to undo"):
        await rejudging.undo(on.connection, rejudging_id, by=None)
    await rejudging.apply(on.connection, rejudging_id, by=None)
    with pytest.raises(UsageError, match="undo it first"):
        await rejudging.cancel(on.connection, rejudging_id, by=None)


async def test_two_admins_at_once(on: Court, pool: Pool) -> None:
    """Of two who apply the same one takes effect; two who apply different rejudgings leave one current judging each."""
    made = await on.submitted(*[WA] * 8)
    one, other = await on.rejudged(*[AC] * 8), await on.rejudged(*[TLE] * 8)

    async def apply(rejudging_id: int) -> bool:
        async with pool.acquire() as connection:
            try:
                await rejudging.apply(connection, rejudging_id, by=None)
            except UsageError:
                return False
            return True

    assert sorted(await asyncio.gather(apply(one), apply(one))) == [False, True]
    assert set(await on.verdicts(made)) == {AC}
    assert list(await asyncio.gather(apply(other), apply(one))) == [True, False]
    assert set(await on.verdicts(made)) == {TLE}
    assert await on.connection.fetchval("SELECT count(*) FROM judgings WHERE is_current") == 8


async def test_dying_in_the_middle(on: Court, pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that dies before its commit has applied nothing, and the next one can."""
    made = await on.submitted(WA)
    rejudging_id = await on.rejudged(AC)

    async def die(*_: object, **__: object) -> None:
        pid = await on.connection.fetchval("SELECT pg_backend_pid()")
        async with pool.acquire() as other:
            await other.execute("SELECT pg_terminate_backend($1)", pid)
        await on.connection.execute("SELECT 1")

    with monkeypatch.context() as patch:
        patch.setattr(rejudgings, "set_state", die)
        with pytest.raises(Exception, match=r"terminat|closed"):
            await rejudging.apply(on.connection, rejudging_id, by=None)

    async with pool.acquire() as connection:
        assert (await rejudgings.by_id(connection, rejudging_id)).state == "open"
        assert await connection.fetchval("SELECT count(*) FROM judging_swaps") == 0
        await rejudging.apply(connection, rejudging_id, by=None)
        assert await connection.fetchval("SELECT verdict FROM judgings WHERE is_current") == "AC"
    assert made


async def test_overriding(on: Court) -> None:
    """A verdict set by hand counts, says why, is kept by later rejudgings unless they are told otherwise, and goes."""
    (one,) = await on.submitted(WA)
    await rejudging.override(on.connection, one, AC, reason="  the checker\nwas wrong ", by=None)
    assert await on.verdict(one) is AC
    assert await on.connection.fetchval("SELECT override_reason FROM judgings WHERE is_current") == (
        "the checker was wrong"
    )

    rejudging_id = await on.rejudged(TLE)
    with pytest.raises(UsageError, match="1 verdicts set by a person left alone"):
        await rejudging.apply(on.connection, rejudging_id, by=None)
    await rejudging.apply(on.connection, rejudging_id, by=None, part=Part(takes_overrides=True))
    assert await on.verdict(one) is TLE
    with pytest.raises(UsageError, match="set by nobody"):
        await rejudging.undo_override(on.connection, one, by=None)
    await rejudging.undo(on.connection, rejudging_id, by=None)
    await rejudging.undo_override(on.connection, one, by=None)
    assert await on.verdict(one) is WA
    assert await on.told(one) == ["WA", "AC", "TLE", "AC", "WA"]


async def test_what_cannot_be_overridden(on: Court) -> None:
    """A verdict that is not there yet cannot be set, nor one without a reason, nor that of no submission."""
    waiting = await on.submit()
    for submission_id, reason, error in ((waiting, "x", UsageError), (waiting, " ", UsageError), (9999, "x", NotFound)):
        with pytest.raises(error):
            await rejudging.override(on.connection, submission_id, AC, reason=reason, by=None)


async def test_repeating(on: Court) -> None:
    """Judging several times makes that many judgings of each, all afresh, which are never applied."""
    await on.submitted(WA, AC)
    rejudging_id = await on.rejudged(AC, AC, WA, AC, TLE, AC, repeats=3)

    made = await rejudgings.by_id(on.connection, rejudging_id)
    assert (made.submissions, made.done, made.plan.is_fresh) == (2, 6, True)
    with pytest.raises(UsageError, match="never applied"):
        await rejudging.apply(on.connection, rejudging_id, by=None)


async def test_who_did_what(on: Court) -> None:
    """Every verb leaves a line in the audit log, with whoever did it."""
    admin = await on.team("root")
    (one,) = await on.submitted(WA)
    plan = Plan(reason="limits were wrong", selection=Selection(submission_ids=(one,)))
    rejudging_id = await rejudging.create(on.connection, plan, by=admin)
    await on.judge(AC)
    await rejudging.apply(on.connection, rejudging_id, by=admin, part=Part(old=WA))
    await rejudging.undo(on.connection, rejudging_id, by=admin)
    await rejudging.cancel(on.connection, rejudging_id, by=admin)
    await rejudging.override(on.connection, one, AC, reason="so it is", by=admin)
    await rejudging.undo_override(on.connection, one, by=admin)

    log = await on.connection.fetch("SELECT user_id, action, data FROM audit_log ORDER BY id")
    assert [row["action"] for row in log] == [
        *("create rejudging", "apply rejudging", "undo rejudging", "cancel rejudging"),
        *("override verdict", "undo override"),
    ]
    assert {row["user_id"] for row in log} == {admin}
    assert log[0]["data"] == {
        "rejudging_id": rejudging_id,
        "submissions": 1,
        "reason": "limits were wrong",
        "chosen": {"submission_ids": [one]},
    }
    assert log[1]["data"]["part"] == {"old": "WA"}


@pytest.mark.parametrize("plan", [{"reason": ""}, {"reason": "x" * 501}, {"repeats": 0}, {"repeats": 101}])
async def test_what_cannot_be_planned(on: Court, plan: dict[str, object]) -> None:
    """A plan without a reason, or with too many repetitions, makes no rejudging."""
    await on.submitted(WA)
    with pytest.raises(JudgeError):
        await rejudging.create(
            on.connection,
            Plan(**{"reason": "x", "selection": Selection(), **plan}),  # type: ignore[arg-type]
            by=None,
        )

    assert await rejudgings.page(on.connection) == []
