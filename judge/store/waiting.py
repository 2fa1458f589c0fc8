"""What waits, as those see it who watch over a judge: how much, for how long, and who takes it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from judge.store import pauses
from judge.store.pauses import Pause
from judge.store.pool import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """What waits with one priority."""

    priority: int
    #: How many may be claimed, and how many wait for the end of a pause.
    ready: int
    held: int
    #: Of those that may be claimed; 0 where there are none.
    longest_wait_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """A judgehost, and what it has of the queue."""

    name: str
    slots: int
    judging: int
    pools: tuple[str, ...]
    levels: tuple[str, ...]
    takes_work: bool
    last_seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """The queue at one moment."""

    waiting: tuple[Waiting, ...]
    pauses: tuple[Pause, ...]
    judgehosts: tuple[Host, ...]
    #: Lanes in which something waits that no judgehost takes: "pool/level".
    forsaken: tuple[str, ...]


async def overview(connection: Connection, *, lost_after_s: float) -> Queue:
    """Everything, in one snapshot.

    Args:
        connection: to the database, without a transaction.
        lost_after_s: a judgehost not heard of for so long takes no work.
    """
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        waiting = await connection.fetch(
            "SELECT priority, count(*) FILTER (WHERE NOT is_held)::int AS ready,"
            " count(*) FILTER (WHERE is_held)::int AS held, coalesce(extract(epoch FROM now() -"
            " min(queued_at) FILTER (WHERE NOT is_held)), 0)::float8 AS longest_wait_s"
            " FROM judgings WHERE state = 'queued' GROUP BY priority ORDER BY priority"
        )
        hosts = await connection.fetch(
            "SELECT name, slots, pools, levels, last_seen_at, (SELECT count(*)::int FROM judgings"
            " WHERE state = 'judging' AND judgehost_id = h.id) AS judging,"
            " unfit IS NULL AND disabled IS NULL AND NOT is_draining"
            " AND last_seen_at >= now() - make_interval(secs => $1) AS takes_work"
            " FROM judgehosts h ORDER BY name",
            lost_after_s,
        )
        lanes = await connection.fetch(
            "SELECT DISTINCT lane FROM judgings WHERE state = 'queued' AND NOT is_held ORDER BY lane"
        )
        paused = await pauses.every(connection)
    judgehosts = tuple(
        Host(**{**dict(row), "pools": tuple(row["pools"]), "levels": tuple(row["levels"])}) for row in hosts
    )
    taken = {f"{pool}/{level}" for host in judgehosts if host.takes_work for pool in host.pools for level in _any(host)}
    return Queue(
        waiting=tuple(Waiting(**row) for row in waiting),
        pauses=tuple(paused),
        judgehosts=judgehosts,
        forsaken=tuple(row["lane"] for row in lanes if row["lane"] not in taken),
    )


def _any(host: Host) -> tuple[str, ...]:
    """A host's levels, with that of contests that name none."""
    return ("", *host.levels)
