"""Where in the queue a submission stands, and for about how long; told to whoever made it.

Everything is read from the front of indexes and bounded, so that asking costs the same however long the queue is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import mean

import asyncpg

from judge.store.pool import Connection

#: Whoever has more before them is not told how many.
MOST_COUNTED = 1000
#: So many judgings of a problem say how long the next one will take.
_RECENT = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What somebody may know of the queue."""

    #: How many are claimed first, as it looks now; at most ``MOST_COUNTED`` are counted.
    ahead: int
    #: None where nothing is known that it could be told from.
    wait_s: float | None
    #: Paused: it waits for the jury, not for others.
    is_held: bool


async def of_submission(connection: Connection, submission_id: int, *, lost_after_s: float) -> Place | None:
    """The place of the submission's current judging; None where it does not wait.

    Args:
        connection: to the database.
        submission_id: of the submission.
        lost_after_s: a judgehost not heard of for so long judges nothing.
    """
    mine = await connection.fetchrow(
        "SELECT id, lane, priority, turn, is_held, problem_version_id AS version FROM judgings"
        " WHERE submission_id = $1 AND is_current AND state = 'queued'",
        submission_id,
    )
    if mine is None:
        return None
    if mine["is_held"]:
        return Place(ahead=0, wait_s=None, is_held=True)
    hosts = await connection.fetch(_HOSTS, mine["lane"], lost_after_s)
    lanes = {mine["lane"], *(lane for host in hosts for lane in host["lanes"])}
    rows = await connection.fetch(
        _AHEAD, sorted(lanes), mine["lane"], mine["priority"], mine["turn"], mine["id"], MOST_COUNTED
    )
    ahead = Counter({row["version"]: row["count"] for row in rows})
    wait_s = await _wait_s(connection, mine, ahead, hosts)
    return Place(ahead=ahead.total(), wait_s=wait_s, is_held=False)


#: Those that may claim it, with the lanes that they claim from.
_HOSTS = """
    SELECT id, slots, lanes FROM judgehosts, LATERAL (
      SELECT array_agg(pool || '/' || level) AS lanes FROM unnest(pools) pool, unnest(levels || ARRAY['']) level
    ) its WHERE $1 = ANY (lanes) AND unfit IS NULL AND disabled IS NULL AND NOT is_draining
      AND last_seen_at >= now() - make_interval(secs => $2)
"""

#: By the order of claims: the turn is measured from the one that each lane serves.
_AHEAD = """
    WITH served AS (
      SELECT lane, coalesce((SELECT max(turn) FROM judgings j
        WHERE j.lane = lanes.lane AND j.priority = $3 AND state <> 'queued'), 0) AS turn
      FROM unnest($1::text[]) AS lanes (lane)
    ),
    first AS (
      SELECT ready.version FROM served CROSS JOIN LATERAL (
        SELECT problem_version_id AS version FROM judgings j
        WHERE j.lane = served.lane AND state = 'queued' AND NOT is_held AND (j.priority, j.turn, j.id)
          < ($3::smallint, served.turn + $4::bigint - (SELECT turn FROM served WHERE lane = $2), $5::bigint)
        ORDER BY j.priority, j.turn, j.id LIMIT $6
      ) ready LIMIT $6
    )
    SELECT version, count(*)::int FROM first GROUP BY version
"""

_DURATION = """
    SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM finished_at - claimed_at)) FROM (
      SELECT finished_at, claimed_at FROM judgings
      WHERE problem_version_id = $1 AND state = 'done' AND claimed_at IS NOT NULL AND rejudging_id IS NULL
      ORDER BY finished_at DESC LIMIT $2
    ) recent
"""


async def _wait_s(
    connection: Connection, mine: asyncpg.Record, ahead: Mapping[int, int], hosts: list[asyncpg.Record]
) -> float | None:
    """What is before it takes its problems' usual times, what is being judged half of them, over all slots."""
    slots: int = sum(host["slots"] for host in hosts)
    if not slots:
        return None
    rows = await connection.fetch(
        "SELECT problem_version_id AS version, count(*)::int FROM judgings"
        " WHERE state = 'judging' AND judgehost_id = ANY ($1) GROUP BY problem_version_id",
        [host["id"] for host in hosts],
    )
    in_progress = {row["version"]: row["count"] for row in rows}
    if sum(in_progress.values()) + sum(ahead.values()) < slots:
        return 0.0
    usual = await _durations(connection, {mine["version"], *ahead, *in_progress})
    if not usual:
        return None
    other = mean(usual.values())
    waiting_s = sum(count * usual.get(version, other) for version, count in ahead.items())
    judging_s: float = sum(count * usual.get(version, other) / 2 for version, count in in_progress.items())
    return (waiting_s + judging_s) / slots


async def _durations(connection: Connection, versions: set[int]) -> dict[int, float]:
    """How long judgings of these took lately, the middle of each; in seconds."""
    found = {version: await connection.fetchval(_DURATION, version, _RECENT) for version in versions}
    return {version: float(duration) for version, duration in found.items() if duration is not None}
