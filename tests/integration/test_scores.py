"""The table behind scoreboards: whatever is done in whatever order, it is what counting all submissions gives."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import Phase
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

from judge.errors import UsageError
from judge.models import Compilation, Judged
from judge.queueing import queue, rejudging
from judge.scoring import Scoring
from judge.store import contests, scores
from judge.store.judgings import Claim
from judge.store.pool import Connection, Pool
from judge.store.rejudgings import Plan
from judge.store.selections import Selection
from judge.verdicts import Verdict
from tests import tries as oracle
from tests.machines import Machine, explore
from tests.queues import LEASE_S, Contest
from tests.rejudged import court, judged
from tests.tries import START, Try

TEAMS = ("a", "b")
LABELS = ("A", "B")
MINUTES = st.integers(-5, 305)
VERDICTS = st.sampled_from([Verdict.AC, Verdict.WA, Verdict.TLE, Verdict.CE, Verdict.JE])
SCORES = st.one_of(st.none(), st.sampled_from([0.0, 30.0, 70.5, 100.0]))
PARTS = st.one_of(
    st.none(), st.dictionaries(st.sampled_from(["secret/1", "secret/2"]), st.sampled_from([0.0, 20.0, 50.5]))
)


class Boards(Machine):
    """Two teams, two problems, and everything that may change what they have on a scoreboard."""

    def __init__(self) -> None:
        self.tries: dict[int, Try] = {}
        self.contest = oracle.Contest()
        self.freeze_at: datetime | None = None
        self.is_silent = False
        self.rejudgings: list[int] = []
        #: What was read last: of rows that have not changed since, that is taken.
        self.seen: dict[bool, scores.Scores] = {}
        super().__init__()

    async def begin(self) -> None:
        await self.connection.execute(
            "TRUNCATE judgings, submissions, scores, rejudgings, contest_gaps, events, audit_log"
            " RESTART IDENTITY CASCADE"
        )
        self.contest_id = (await self.ids("name", "contests"))["test"]
        await self.connection.execute(
            "UPDATE contests SET starts_at = $1, ends_at = NULL, freeze_at = NULL, unfrozen_at = NULL,"
            " scoring = 'icpc', feedback = 'full'",
            START,
        )
        await self.connection.execute("UPDATE contest_problems SET points = 100")
        rows = await self.connection.fetch("SELECT label, problem_id FROM contest_problems")
        self.problems = {row["label"]: row["problem_id"] for row in rows}
        self.host_id = await self.connection.fetchval("SELECT id FROM judgehosts")

    # What comes, and what becomes of it.

    @rule(team=st.sampled_from(TEAMS), label=st.sampled_from(LABELS), minute=MINUTES)
    def submit(self, team: str, label: str, minute: int) -> None:
        contest = Contest(
            connection=self.connection,
            contest_id=self.contest_id,
            problem_id=self.problems[label],
            judgehost_id=self.host_id,
        )
        made = self.run(contest.submit(self.teams[team]))
        sent_at = START + timedelta(minutes=minute)
        self.execute("UPDATE submissions SET submitted_at = $2 WHERE id = $1", made, sent_at)
        self.tries[made] = Try(
            id=made, user_id=self.teams[team], problem_id=self.problems[label], sent_at=sent_at, verdict=None
        )

    @rule(verdict=VERDICTS, score=SCORES, parts=PARTS)
    def judge(self, verdict: Verdict, score: float | None, parts: dict[str, float] | None) -> None:
        claim = self.run(queue.claim(self.connection, judgehost_id=self.host_id, lease_s=LEASE_S))
        if claim is None:
            return
        value = Judged(verdict=verdict, compilation=Compilation(is_ok=True), score=score, parts=parts or {})
        self.run(queue.complete(self.connection, claim, value))
        if claim.rejudging_id is None:
            made = self.tries[claim.submission_id]
            self.tries[made.id] = replace(made, verdict=verdict, score=score, parts=parts)

    @precondition(lambda self: any(each.verdict for each in self.tries.values()))
    @rule(verdict=VERDICTS, score=SCORES, data=st.data())
    def override(self, verdict: Verdict, score: float | None, data: st.DataObject) -> None:
        made = data.draw(st.sampled_from([each for each in self.tries.values() if each.verdict]))
        self.run(rejudging.override(self.connection, made.id, verdict, reason="so", by=None, score=score))
        self.tries[made.id] = replace(made, verdict=verdict, score=score, parts=None)

    @precondition(lambda self: any(each.verdict for each in self.tries.values()))
    @rule(verdicts=st.lists(VERDICTS, min_size=1, max_size=4), team=st.sampled_from(TEAMS))
    def rejudge_and_apply(self, verdicts: list[Verdict], team: str) -> None:
        chosen = [each for each in self.tries.values() if each.user_id == self.teams[team] and each.verdict]
        if not chosen or any(each.verdict is None for each in self.tries.values()):
            return
        plan = Plan(reason="why not", selection=Selection(login=team))
        made = self.run(rejudging.create(self.connection, plan, by=None))
        while (claim := self.run(queue.claim(self.connection, judgehost_id=self.host_id, lease_s=LEASE_S))) is not None:
            verdict = verdicts[claim.submission_id % len(verdicts)]
            self.run(queue.complete(self.connection, claim, judged(verdict, score=12.5)))
        try:
            self.run(rejudging.apply(self.connection, made, by=None))
        except UsageError:
            return
        self.rejudgings.append(made)
        self.look_at_verdicts()

    @precondition(lambda self: self.rejudgings)
    @rule()
    def undo(self) -> None:
        try:
            self.run(rejudging.undo(self.connection, self.rejudgings.pop(), by=None))
        except UsageError:
            return
        self.look_at_verdicts()

    def look_at_verdicts(self) -> None:
        """What the current judgings say; which these are is what tests of rejudging are about."""
        rows = self.run(
            self.connection.fetch("SELECT submission_id, verdict, score, parts FROM judgings WHERE is_current")
        )
        for row in rows:
            verdict = Verdict(row["verdict"]) if row["verdict"] else None
            made = self.tries[row["submission_id"]]
            self.tries[made.id] = replace(made, verdict=verdict, score=row["score"], parts=row["parts"])

    # What changes of the contest.

    @rule(scoring=st.sampled_from(Scoring))
    def score_by(self, scoring: Scoring) -> None:
        self.execute("UPDATE contests SET scoring = $1", scoring.value)
        self.contest = replace(self.contest, scoring=scoring)

    @rule(start=st.integers(-10, 60), length=st.one_of(st.none(), st.integers(1, 300)))
    def move(self, start: int, length: int | None) -> None:
        starts_at = START + timedelta(minutes=start)
        ends_at = None if length is None else starts_at + timedelta(minutes=length)
        self.execute("UPDATE contests SET starts_at = $1, ends_at = $2", starts_at, ends_at)
        self.contest = replace(self.contest, starts_at=starts_at, ends_at=ends_at)
        self.keep_back()

    @rule(minute=st.one_of(st.none(), MINUTES), is_unfrozen=st.booleans())
    def freeze(self, minute: int | None, *, is_unfrozen: bool) -> None:
        freeze_at = None if minute is None else START + timedelta(minutes=minute)
        self.execute(
            "UPDATE contests SET freeze_at = $1, unfrozen_at = CASE WHEN $2 THEN now() END", freeze_at, is_unfrozen
        )
        self.freeze_at = None if is_unfrozen else freeze_at
        self.keep_back()

    @rule(is_silent=st.booleans())
    def show(self, *, is_silent: bool) -> None:
        self.execute("UPDATE contests SET feedback = CASE WHEN $1 THEN 'none' ELSE 'samples' END", is_silent)
        self.is_silent = is_silent
        self.keep_back()

    def keep_back(self) -> None:
        self.contest = replace(self.contest, hides_from=self.contest.starts_at if self.is_silent else self.freeze_at)

    @rule(begin=MINUTES, length=st.integers(1, 60))
    def cut_out(self, begin: int, length: int) -> None:
        gap = START + timedelta(minutes=begin), START + timedelta(minutes=begin + length)
        if any(gap[0] < other[1] and other[0] < gap[1] for other in self.contest.gaps):
            return
        self.execute("INSERT INTO contest_gaps VALUES ($1, $2, $3)", self.contest_id, *gap)
        self.contest = replace(self.contest, gaps=(*self.contest.gaps, gap))

    @precondition(lambda self: self.contest.gaps)
    @rule()
    def put_back(self) -> None:
        *others, last = self.contest.gaps
        self.execute("DELETE FROM contest_gaps WHERE starts_at = $1", last[0])
        self.contest = replace(self.contest, gaps=tuple(others))

    @rule(label=st.sampled_from(LABELS), points=st.sampled_from([50.0, 100.0, 250.0]))
    def give_points(self, label: str, points: float) -> None:
        self.execute("UPDATE contest_problems SET points = $2 WHERE problem_id = $1", self.problems[label], points)
        self.contest = replace(self.contest, points={**self.contest.points, self.problems[label]: points})

    # What always holds.

    @invariant()
    def table_agrees_with_the_rules_read_plainly(self) -> None:
        jury = replace(self.contest, hides_from=None)
        for is_public, contest in ((False, jury), (True, self.contest)):
            before = self.seen.get(is_public)
            found = self.run(scores.read(self.connection, self.contest_id, is_public=is_public, before=before))
            self.seen[is_public] = found
            assert found.cells == oracle.count(contest, list(self.tries.values()))

    @invariant()
    def counting_all_again_changes_nothing(self) -> None:
        before = self.run(_table(self.connection))
        self.run(scores.recount(self.connection, self.contest_id))
        assert self.run(_table(self.connection)) == before


async def _table(connection: Connection) -> list[tuple[object, ...]]:
    rows = await connection.fetch("SELECT * FROM scores ORDER BY contest_id, is_public, user_id, problem_id")
    return [tuple(row) for row in rows]


async def _prepare(connection: Connection) -> None:
    made = await Contest.make(connection)
    another = await connection.fetchval("INSERT INTO problems (name) VALUES ('another') RETURNING id")
    await connection.execute(
        "INSERT INTO problem_versions (problem_id, digest, title, limits, checker, live_at)"
        " SELECT $1, digest, title, limits, checker, live_at FROM problem_versions",
        another,
    )
    await contests.add_problem(connection, contest_id=made.contest_id, problem_id=another)
    for team in TEAMS:
        await made.team(team)


@pytest.mark.timeout(900)
def test_the_table_is_right(dsn: str) -> None:
    """Maintained rows are those that plain counting gives, for the jury and for the public, whatever happens."""
    # Making a failing story short takes minutes of database work; it is told as it was found.
    explore(Boards, dsn, prepare=_prepare, phases=(Phase.generate,))


async def test_verdicts_at_once(pool: Pool) -> None:
    """Verdicts of one account's tries at one problem that are written at the same time all count."""
    async with pool.acquire() as connection:
        hall = await court(connection)
        for _ in range(6):
            await hall.submit()
        claims = [await hall.claim() for _ in range(6)]

    async def complete(claim: Claim) -> None:
        async with pool.acquire() as connection:
            await queue.complete(connection, claim, judged(Verdict.WA))

    await asyncio.gather(*map(complete, claims))

    async with pool.acquire() as connection:
        found = await scores.read(connection, hall.contest_id, is_public=False)
        assert [cell[:5] for own in found.cells.values() for cell in own.values()] == [(6, 0.0, False, 6, 0)]
        assert await scores.recount_named(connection, "test") == 0


async def test_waiting_for_each_other(pool: Pool) -> None:
    """Whoever counts a pair while somebody else has not committed counts what that one did as well."""
    async with pool.acquire() as first, pool.acquire() as second:
        hall = await court(first)
        await hall.submit()
        await hall.submit()
        claims = [await hall.claim(), await hall.claim()]
        async with first.transaction():
            await queue.complete(first, claims[0], judged(Verdict.WA))
            waiting = asyncio.create_task(queue.complete(second, claims[1], judged(Verdict.AC)))
            async with pool.acquire() as watcher:
                while not await watcher.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"):
                    assert not waiting.done(), "nobody waited"
        await waiting

        assert await scores.recount_named(first, "test") == 0
        found = await scores.read(first, hall.contest_id, is_public=False)
        assert [cell.tries for own in found.cells.values() for cell in own.values()] == [1]
