"""Which submissions a rejudging chooses, by everything that they can be told apart by."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio

from judge.errors import UsageError
from judge.queueing import plans, rejudging
from judge.store import selections
from judge.store.pool import Pool
from judge.store.rejudgings import Plan
from judge.store.selections import Selection, Target
from judge.verdicts import Verdict
from tests.rejudged import Court, court

AC, WA = Verdict.AC, Verdict.WA


@pytest_asyncio.fixture
async def on(pool: Pool) -> AsyncIterator[Court]:
    """An empty contest."""
    async with pool.acquire() as connection:
        yield await court(connection)


async def _chosen(on: Court, target: Target | None = None, **fields: Any) -> list[int]:
    query, args = await selections.chosen(on.connection, plans.selection(fields), target or Target())
    return sorted(row["submission_id"] for row in await on.connection.fetch(query, *args))


async def test_every_condition(on: Court) -> None:
    """Each condition leaves out what it should, alone and together with others."""
    ada = await on.submitted(WA, AC)
    bob = await on.submitted(WA, login="bob")
    pending = [await on.submit("bob", language="c")]
    await on.connection.execute("UPDATE submissions SET expected = '{AC}' WHERE id = $1", ada[1])
    old = datetime.now(UTC) - timedelta(days=1)
    await on.connection.execute("UPDATE submissions SET submitted_at = $2 WHERE id = $1", ada[0], old)
    await on.connection.execute("UPDATE judgings SET finished_at = $2 WHERE submission_id = $1", bob[0], old)
    hour_ago = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    everything = ada + bob + pending

    asked: tuple[tuple[dict[str, Any], list[int]], ...] = (
        ({}, everything),
        ({"contest": "test", "problem": "hello-sum"}, everything),
        ({"language": "c"}, pending),
        ({"team": "ADA"}, ada),
        ({"verdicts": "wa"}, [ada[0], bob[0]]),
        ({"verdicts": "WA, AC", "team": "ada"}, ada),
        ({"judgehost": "host"}, ada + bob),
        ({"submitted_from": hour_ago}, [ada[1], *bob, *pending]),
        ({"submitted_until": hour_ago}, [ada[0]]),
        ({"judged_from": hour_ago}, ada),
        ({"judged_until": hour_ago}, bob),
        ({"who": "jury"}, [ada[1]]),
        ({"who": "contestants"}, [ada[0], *bob, *pending]),
        ({"ids": f"{ada[0]}-{ada[1]}, {bob[0]}"}, ada + bob),
        ({"ids": f"{ada[0]} 999999"}, [ada[0]]),
        ({"judged_version": "1"}, everything),
        ({"judged_version": "999"}, []),
        ({"stale": "1"}, []),
    )
    for fields, expected in asked:
        assert await _chosen(on, **fields) == expected, fields


async def test_what_is_out_of_date(on: Court) -> None:
    """Stale is what another version's tests, limits or checker judged; one with another statement alone is not."""
    made = await on.submitted(WA, AC)
    assert (await on.connection.fetchval("SELECT count(*) FROM problem_versions")) == 1
    copy = (
        "INSERT INTO problem_versions (problem_id, digest, title, document, live_at) SELECT problem_id,"
        " sha256(digest), title || '!', document, clock_timestamp() FROM problem_versions WHERE id = $1 RETURNING id"
    )
    retitled = await on.connection.fetchval(copy, 1)
    await on.connection.execute(
        "INSERT INTO testcases SELECT $1, ordinal, name, input_sha256, answer_sha256, input_size, answer_size"
        " FROM testcases WHERE problem_version_id = 1",
        retitled,
    )
    assert await _chosen(on, stale="1") == []

    await on.connection.execute("DELETE FROM testcases WHERE problem_version_id = $1 AND ordinal > 1", retitled)
    assert await _chosen(on, stale="1") == made
    assert await _chosen(on, stale="1", problem="hello-sum") == made
    assert await _chosen(on, Target(version_id=1), stale="1") == []

    # Judged with the live version by default, with the same or with an older one on request.
    for target, version in ((Target(), retitled), (Target(keeps_versions=True), 1), (Target(version_id=1), 1)):
        plan = Plan(reason="x", selection=Selection(submission_ids=(made[0],)), target=target)
        await rejudging.create(on.connection, plan, by=None)
        assert (await on.claim()).problem_version_id == version


async def test_many(on: Court) -> None:
    """Ten thousand submissions become a rejudging within seconds: they are placed at once, not one by one."""
    (one,) = await on.submitted(WA)
    await on.connection.execute(
        "WITH made AS (INSERT INTO submissions (contest_id, problem_id, user_id, language)"
        "  SELECT contest_id, problem_id, user_id, language FROM submissions, generate_series(1, 9999) RETURNING id)"
        " INSERT INTO judgings (submission_id, problem_version_id, state, verdict) SELECT id, 1, 'done', 'WA' FROM made"
    )
    began = datetime.now(UTC)
    await rejudging.create(on.connection, Plan(reason="x", selection=Selection()), by=None)

    assert datetime.now(UTC) - began < timedelta(seconds=30)
    assert await on.connection.fetchval("SELECT count(*) FROM judgings WHERE state = 'queued'") == 10_000
    assert (await on.claim()).submission_id == one


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"contest": "nowhere"}, "no contest 'nowhere'"),
        ({"problem": "nothing"}, "no problem 'nothing'"),
        ({"team": "nobody"}, "no account with the login 'nobody'"),
        ({"judgehost": "none"}, "no judgehost 'none'"),
        ({"language": "latin"}, "no language 'latin'"),
        ({"verdicts": "OK"}, "'OK' is no verdict"),
        ({"judged_from": "soon"}, "'soon' is no time"),
        ({"judged_from": "0001-01-01T00:00+23:00"}, "is no time"),
        ({"who": "them"}, "'them'"),
        ({"ids": "1-99999999"}, "too many"),
        ({"ids": "x"}, "'x' is no number"),
        ({"ids": "9" * 30}, "is no number"),
        ({"version": "newest"}, "'newest' is no number"),
        ({"version": "77"}, "no problem version 77"),
        ({"version": "same", "stale": "1"}, "none is out of date"),
        ({"contest": "a\0b"}, "no name"),
        ({"verdicts": "TLE"}, "nothing to judge again"),
    ],
)
async def test_what_cannot_be_chosen(on: Court, fields: dict[str, str], said: str) -> None:
    """What is not there, or cannot be meant, is said before anything is queued."""
    await on.submitted(WA)

    with pytest.raises(UsageError) as refused:
        await rejudging.create(on.connection, plans.plan({"reason": "x", **fields}), by=None)

    assert said in str(refused.value)
    assert await on.connection.fetchval("SELECT count(*) FROM rejudgings") == 0


async def test_a_version_of_another_problem(on: Court) -> None:
    """A version judges submissions to its own problem only, and not before it is complete."""
    await on.submitted(WA)
    await on.connection.execute("UPDATE problem_versions SET is_complete = false, live_at = NULL")
    with pytest.raises(UsageError, match="is not complete"):
        await selections.count(on.connection, Selection(), Target(version_id=1))
    await on.connection.execute("INSERT INTO problems (name) VALUES ('other')")
    await on.connection.execute("UPDATE problem_versions SET is_complete = true")
    with pytest.raises(UsageError, match="one of hello-sum, not of other"):
        await selections.count(on.connection, Selection(problem="other"), Target(version_id=1))
