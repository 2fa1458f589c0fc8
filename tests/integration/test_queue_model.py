"""The lease protocol against a model of it: whatever is done in whatever order, Postgres and the model agree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable
from dataclasses import dataclass, field

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

from judge.errors import LeaseLost
from judge.models import Compilation, Judged, Run
from judge.queueing import queue
from judge.store import contest_changes, judgehosts, judgings
from judge.store.judgings import MOST_LOSSES, Claim
from judge.store.pauses import Scope
from judge.store.pool import Connection
from judge.verdicts import Verdict
from tests.machines import Machine, explore
from tests.queues import LEASE_S, Contest

RUN = Run(testcase="sample/1", verdict=Verdict.AC, cpu_us=1, wall_us=2, memory_bytes=3)
TEAMS = ("a", "b", "c")
#: Lane, and priority of what is submitted there.
CONTESTS = {"practice": ("default/", 10), "running": ("default/", 0), "walled": ("default/container", 10)}
HOSTS = {"plain": ("default/", "default/local"), "walled": ("default/", "default/local", "default/container")}
SCOPES = (Scope(), Scope(language="c"), Scope(contest="running"), Scope(contest="walled", language="c"))


@dataclass(kw_only=True)
class Waiter:
    """What the model knows of a judging."""

    id: int
    team: str
    contest: str
    language: str
    turn: int
    held: bool
    state: str = "queued"
    attempt: int = 0
    losses: int = 0
    holder: str = ""
    has_lapsed: bool = False
    verdict: str | None = None
    #: The attempts of the runs there are.
    runs: tuple[int, ...] = ()
    #: How often each other team was served, with new ones of this lane and priority, while this waited as a first.
    passed_by: Counter[str] | None = field(default=None)

    @property
    def lane(self) -> str:
        return CONTESTS[self.contest][0]

    @property
    def priority(self) -> int:
        return CONTESTS[self.contest][1]

    def is_ready(self) -> bool:
        return self.state == "queued" and not self.held

    def is_beside(self, lane: str, priority: int) -> bool:
        return (self.lane, self.priority) == (lane, priority)


class Leases(Machine):
    """Everything that may be done to the queue, by holders of leases and by those who lost them."""

    def __init__(self) -> None:
        self.model: dict[int, Waiter] = {}
        self.claims: list[Claim] = []
        self.pauses: set[Scope] = set()
        super().__init__()

    async def begin(self) -> None:
        await self.connection.execute("TRUNCATE judgings, submissions, pauses, events CASCADE")
        self.hosts = await self.ids("name", "judgehosts")
        problem_id = await self.connection.fetchval("SELECT id FROM problems")
        self.contests = {
            name: Contest(connection=self.connection, contest_id=contest_id, problem_id=problem_id, judgehost_id=0)
            for name, contest_id in (await self.ids("name", "contests")).items()
        }

    # What comes and who takes it.

    @rule(
        team=st.sampled_from(TEAMS), contest=st.sampled_from(list(CONTESTS)), language=st.sampled_from(["c", "python3"])
    )
    def submit(self, team: str, contest: str, language: str) -> None:
        submission_id = self.run(self.contests[contest].submit(self.teams[team], language=language))
        row_id = self.run(self.connection.fetchval("SELECT id FROM judgings WHERE submission_id = $1", submission_id))
        made = Waiter(id=row_id, team=team, contest=contest, language=language, turn=0, held=False)
        made.held = self.is_paused(made)
        made.turn = self.next_turn(made)
        if not made.held and not any(
            other.team == team and other.state in ("queued", "judging") for other in self.model.values()
        ):
            made.passed_by = Counter()
        self.model[row_id] = made

    @rule(host=st.sampled_from(list(HOSTS)), at_most=st.integers(1, 3))
    def claim(self, host: str, at_most: int) -> None:
        taken = self.run(
            queue.claim_some(self.connection, judgehost_id=self.hosts[host], lease_s=LEASE_S, at_most=at_most)
        )
        expected = []
        for _ in range(at_most):
            ready = [waiter for waiter in self.model.values() if waiter.is_ready() and waiter.lane in HOSTS[host]]
            if not ready:
                break
            first = min(ready, key=self.place)
            self.note_passing(first)
            first.state, first.holder, first.has_lapsed = "judging", host, False
            first.attempt += 1
            expected.append(first.id)
        assert [claim.judging_id for claim in taken] == expected
        self.claims += taken

    def note_passing(self, taken: Waiter) -> None:
        """No team is served twice while another's first waits beside it."""
        if taken.attempt:
            return
        for waiter in self.model.values():
            if waiter.is_ready() and waiter.passed_by is not None and waiter.is_beside(taken.lane, taken.priority):
                waiter.passed_by[taken.team] += 1
                assert waiter is taken or waiter.passed_by[taken.team] <= 1, (waiter, taken)

    # What holders do, and those who believe that they are.

    @precondition(lambda self: self.claims)
    @rule(data=st.data())
    def renew(self, data: st.DataObject) -> None:
        claim = data.draw(st.sampled_from(self.claims))
        kept = self.run(judgings.renew(self.connection, claims=[claim], lease_s=LEASE_S))
        assert kept == ({claim.judging_id} if self.holds(claim) else set())
        if kept:
            self.model[claim.judging_id].has_lapsed = False

    @precondition(lambda self: self.claims)
    @rule(data=st.data())
    def record(self, data: st.DataObject) -> None:
        claim = data.draw(st.sampled_from(self.claims))
        write = queue.record(self.connection, claim, announced=[], runs=[(1, RUN)], is_fresh=True)
        if self.writes(claim, write):
            self.model[claim.judging_id].runs = (claim.attempt,)

    @precondition(lambda self: self.claims)
    @rule(data=st.data(), verdict=st.sampled_from([Verdict.AC, Verdict.WA]))
    def complete(self, data: st.DataObject, verdict: Verdict) -> None:
        claim = data.draw(st.sampled_from(self.claims))
        judged = Judged(verdict=verdict, compilation=Compilation(is_ok=True), runs=(RUN,))
        if self.writes(claim, queue.complete(self.connection, claim, judged)):
            self.finish(self.model[claim.judging_id], verdict, (claim.attempt,))

    @precondition(lambda self: self.claims)
    @rule(data=st.data())
    def hand_over(self, data: st.DataObject) -> None:
        claim = data.draw(st.sampled_from(self.claims))
        if self.writes(claim, queue.hand_over(self.connection, claim, reason="cells fail")):
            self.lose(self.model[claim.judging_id])

    def writes(self, claim: Claim, write: Awaitable[None]) -> bool:
        """Do it; whether the claim was still held, which decides alone."""
        if self.holds(claim):
            self.run(write)
            return True
        with pytest.raises(LeaseLost):
            self.run(write)
        return False

    # What ends leases.

    @rule(host=st.sampled_from(list(HOSTS)))
    def give_back(self, host: str) -> None:
        held = self.held_by(host)
        assert self.run(queue.give_back(self.connection, judgehost_id=self.hosts[host])) == len(held)
        for waiter in held:
            self.release(waiter)

    @rule(host=st.sampled_from(list(HOSTS)))
    def take_back(self, host: str) -> None:
        held = self.held_by(host)
        assert self.run(queue.take_back(self.connection, judgehost_id=self.hosts[host])) == len(held)
        for waiter in held:
            self.lose(waiter)

    @precondition(lambda self: any(waiter.state == "judging" for waiter in self.model.values()))
    @rule(data=st.data())
    def run_out(self, data: st.DataObject) -> None:
        judging = [waiter for waiter in self.model.values() if waiter.state == "judging"]
        waiter = data.draw(st.sampled_from(judging))
        self.run(
            self.connection.execute(
                "UPDATE judgings SET lease_until = now() - interval '1 second' WHERE id = $1", waiter.id
            )
        )
        waiter.has_lapsed = True

    @rule()
    def reap(self) -> None:
        lapsed = [waiter for waiter in self.model.values() if waiter.state == "judging" and waiter.has_lapsed]
        assert self.run(queue.reap(self.connection)) == len(lapsed)
        for waiter in lapsed:
            self.lose(waiter)

    # Pauses.

    @rule(scope=st.sampled_from(SCOPES))
    def pause_or_resume(self, scope: Scope) -> None:
        if scope in self.pauses:
            self.run(queue.resume(self.connection, scope))
            self.pauses.remove(scope)
        else:
            self.run(queue.pause(self.connection, scope, reason="why not"))
            self.pauses.add(scope)
        waiting = [waiter for waiter in self.model.values() if waiter.state == "queued"]
        freed = sorted(
            (waiter for waiter in waiting if waiter.held and not self.is_paused(waiter)), key=lambda w: (w.turn, w.id)
        )
        for waiter in waiting:
            if not waiter.held and self.is_paused(waiter):
                waiter.held, waiter.passed_by = True, None
        for waiter in freed:
            waiter.turn = self.next_turn(waiter)
            waiter.held = False

    # The rules in other words.

    def holds(self, claim: Claim) -> bool:
        waiter = self.model[claim.judging_id]
        return waiter.state == "judging" and waiter.attempt == claim.attempt

    def held_by(self, host: str) -> list[Waiter]:
        return [waiter for waiter in self.model.values() if waiter.state == "judging" and waiter.holder == host]

    def is_paused(self, waiter: Waiter) -> bool:
        return any(
            scope.contest in (None, waiter.contest) and scope.language in (None, waiter.language)
            for scope in self.pauses
        )

    def served(self, lane: str, priority: int) -> int:
        turns = [w.turn for w in self.model.values() if w.is_beside(lane, priority) and w.state != "queued"]
        return max(turns, default=0)

    def next_turn(self, waiter: Waiter) -> int:
        own = [
            other.turn + 1
            for other in self.model.values()
            if other.team == waiter.team
            and other.is_beside(waiter.lane, waiter.priority)
            and (other.is_ready() or other.state == "judging")
        ]
        return max([self.served(waiter.lane, waiter.priority), *own])

    def place(self, waiter: Waiter) -> tuple[int, int, int]:
        return waiter.priority, waiter.turn - self.served(waiter.lane, waiter.priority), waiter.id

    def release(self, waiter: Waiter) -> None:
        waiter.state, waiter.held, waiter.passed_by = "queued", self.is_paused(waiter), None

    def lose(self, waiter: Waiter) -> None:
        waiter.losses += 1
        if waiter.losses < MOST_LOSSES:
            self.release(waiter)
        else:
            self.finish(waiter, Verdict.JE, ())

    def finish(self, waiter: Waiter, verdict: Verdict, runs: tuple[int, ...]) -> None:
        waiter.state, waiter.verdict, waiter.runs = "done", verdict.value, runs

    # What always holds.

    @invariant()
    def postgres_agrees(self) -> None:
        """So what is done stays done, no attempt but the last one left runs, and each submission has one judging."""
        rows = self.run(
            self.connection.fetch(
                "SELECT j.id, state::text, attempt, losses, verdict, is_held, turn, lane,"
                " (SELECT coalesce(array_agg(r.attempt), '{}') FROM runs r WHERE judging_id = j.id) AS runs"
                " FROM judgings j JOIN submissions s ON s.id = j.submission_id AND j.is_current ORDER BY j.id"
            )
        )
        told = [tuple(tuple(value) if isinstance(value, list) else value for value in row) for row in rows]
        assert told == [
            (w.id, w.state, w.attempt, w.losses, w.verdict, w.held, w.turn, w.lane, w.runs) for w in self.model.values()
        ]


async def _prepare(connection: Connection) -> None:
    first = await Contest.make(connection)
    await connection.execute("UPDATE contests SET name = 'practice'")
    await connection.execute("DELETE FROM judgehosts")
    await first.another("running")
    await first.another("walled")
    await connection.execute("UPDATE contests SET ends_at = now() + interval '1 day' WHERE name = 'running'")
    await contest_changes.alter(connection, "walled", by=None, isolation="container")
    for host, lanes in HOSTS.items():
        levels = [lane.partition("/")[2] for lane in lanes if not lane.endswith("/")]
        await judgehosts.register(connection, name=host, slots=3, isolation="local", levels=levels)
    for team in TEAMS:
        await first.team(team)


# Finding a short story of a failure takes longer than finding none.
@pytest.mark.timeout(900)
def test_leases(dsn: str) -> None:
    """Claims come in order and to one holder, the lost write nothing, what is done stays so, whatever happens."""
    explore(Leases, dsn, prepare=_prepare)
