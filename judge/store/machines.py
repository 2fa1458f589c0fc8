"""All that admins are shown of judgehosts: what each is, says, has and does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from judge.errors import NotFound
from judge.store import canaries, judgehosts, toolchains
from judge.store.canaries import Round
from judge.store.judgehosts import Judgehost
from judge.store.pool import Connection

#: Rounds of canaries shown of each judgehost.
ROUNDS = 12
#: Judgings shown, of all of them together.
MOST_WORK = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """A judging that a judgehost has claimed."""

    judging_id: int
    submission_id: int
    problem: str
    claimed_at: datetime
    lease_until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """A judgehost, and all that is known of it."""

    host: Judgehost
    rounds: tuple[Round, ...]
    work: tuple[Work, ...]
    #: How many verdicts it has found within the last hour.
    judged_last_hour: int
    #: Languages that it compiles or runs with other images than another judgehost that lives.
    differing: tuple[str, ...]

    def state(self, now: datetime, lost_after_s: float) -> str:
        """What it is to admins, in one word."""
        if self.host.is_locked:
            return "locked"
        if self.host.disabled is not None:
            return "draining" if self.work else "disabled"
        if self.host.is_draining:
            return "draining"
        if (now - self.host.last_seen_at).total_seconds() > lost_after_s:
            return "lost"
        return "unfit" if self.host.unfit is not None else "fit"


async def every(connection: Connection, *, lost_after_s: float) -> list[Machine]:
    """All judgehosts there ever were, by name."""
    hosts = await judgehosts.every(connection)
    differing = await toolchains.differing(connection, lost_after_s=lost_after_s)
    judged = dict(
        await connection.fetch(
            "SELECT judgehost_id, count(*) FROM judgings WHERE state = 'done'"
            " AND finished_at > now() - interval '1 hour' AND judgehost_id IS NOT NULL GROUP BY judgehost_id"
        )
    )
    rounds = await canaries.rounds_of(connection, [host.id for host in hosts], limit=ROUNDS)
    work = await _work(connection)
    return [
        Machine(
            host=host,
            rounds=tuple(rounds.get(host.id, ())),
            work=tuple(work.get(host.id, ())),
            judged_last_hour=judged.get(host.id, 0),
            differing=differing.get(host.id, ()),
        )
        for host in hosts
    ]


async def named(connection: Connection, name: str, *, lost_after_s: float) -> Machine:
    """The judgehost of that name.

    Raises:
        NotFound: there is none.
    """
    known = await every(connection, lost_after_s=lost_after_s)
    found = next((machine for machine in known if machine.host.name == name), None)
    if found is None:
        raise NotFound("there is no judgehost %(name)r; `judge host list` shows all", name=name)
    return found


async def _work(connection: Connection) -> dict[int, list[Work]]:
    """What each judgehost that judges anything does, the oldest first."""
    rows = await connection.fetch(
        "SELECT judgehost_id, j.id AS judging_id, submission_id, p.name AS problem, claimed_at, lease_until"
        " FROM judgings j JOIN submissions s ON s.id = submission_id JOIN problems p ON p.id = s.problem_id"
        " WHERE state = 'judging' AND judgehost_id IS NOT NULL ORDER BY claimed_at LIMIT $1",
        MOST_WORK,
    )
    found: dict[int, list[Work]] = {}
    for row in rows:
        values = {name: value for name, value in row.items() if name != "judgehost_id"}
        found.setdefault(row["judgehost_id"], []).append(Work(**values))
    return found
