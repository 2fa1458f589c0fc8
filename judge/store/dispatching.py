"""Judgehosts that wait for messages, and judgings that were sent to them.

How many slots of a judgehost are free is what Postgres says: those that it can use now, less the judgings that it
holds. A judging counts from the moment that it is claimed, whether the message has arrived or not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from judge.store.judgings import BEFORE_TRYOUTS, PRIORITIES, Claim, rows_of
from judge.store.pool import Connection

#: Namespace of the advisory locks that dispatchers take, with the judgehost's id.
_LOCKS = 0x6A756467
#: A dispatcher that hangs between two statements must not keep others from the judgehost for longer.
_PATIENCE = "3s"
#: How long a judgehost that did not hear a message is sent no other, if others hear.
_DEAF_S = 10.0

_IS_THERE = (
    "open_slots > 0 AND unfit IS NULL AND disabled IS NULL AND NOT is_draining"
    " AND last_seen_at > now() - make_interval(secs => $1)"
)
_IS_DEAF = "coalesce(deaf_until > now(), false)"
_JUDGED_THERE = "WHERE judgehost_id = judgehosts.id AND state = 'judging'"
_TRIED_THERE = "WHERE judgehost_id = judgehosts.id AND state = 'running'"
_HAS_ROOM = (
    f"{_IS_THERE} AND (NOT {_IS_DEAF} OR NOT EXISTS (SELECT FROM judgehosts WHERE {_IS_THERE} AND NOT {_IS_DEAF}))"
    f" AND open_slots > (SELECT count(*) FROM judgings {_JUDGED_THERE})"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A judgehost with a free slot."""

    judgehost_id: int
    name: str


async def with_room(connection: Connection, *, seen_within_s: float) -> list[Target]:
    """Judgehosts that can take a judging, the one with the largest part of its slots free first."""
    rows = await connection.fetch(
        f"SELECT id AS judgehost_id, name FROM judgehosts WHERE {_HAS_ROOM}"
        f" ORDER BY (SELECT count(*) FROM judgings {_JUDGED_THERE})::float8 / open_slots, random()",
        seen_within_s,
    )
    return [Target(**row) for row in rows]


async def reserve(connection: Connection, judgehost_id: int, *, seen_within_s: float) -> Sequence[int]:
    """Be the only one to give the judgehost work until the transaction ends; of which priorities it has room for any.

    A tryout leaves its slot for what goes before it, and for nothing else.
    """
    is_ours = await connection.fetchval(
        "SELECT pg_try_advisory_xact_lock($1, $2) FROM set_config('idle_in_transaction_session_timeout', $3, true)",
        _LOCKS,
        judgehost_id,
        _PATIENCE,
    )
    if not is_ours:
        return ()
    # A statement of its own: it sees what was claimed under the lock before ours.
    is_for_all = await connection.fetchval(
        f"SELECT open_slots > (SELECT count(*) FROM judgings {_JUDGED_THERE})"
        f" + (SELECT count(*) FROM tryouts {_TRIED_THERE}) FROM judgehosts WHERE id = $2 AND {_HAS_ROOM}",
        seen_within_s,
        judgehost_id,
    )
    return () if is_for_all is None else PRIORITIES if is_for_all else BEFORE_TRYOUTS


async def mark_sent(connection: Connection, claim: Claim) -> None:
    """Note that the claim is on its way to its judgehost, which does not know of it yet."""
    await connection.execute("UPDATE judgings SET sent_at = now() WHERE id = $1", claim.judging_id)


async def begin(
    connection: Connection, *, judging_id: int, attempt: int, judgehost_id: int, lease_s: float
) -> Claim | None:
    """The claim that the judgehost was given, from now on kept by it; None if Postgres knows of no such thing."""
    row = await connection.fetchrow(
        "UPDATE judgings SET sent_at = NULL, lease_until = now() + make_interval(secs => $4) FROM submissions"
        " WHERE judgings.id = $1 AND attempt = $2 AND judgehost_id = $3 AND state = 'judging'"
        " AND submissions.id = submission_id"
        " RETURNING judgings.id AS judging_id, attempt, submission_id, contest_id, problem_version_id, priority,"
        " isolation, rejudging_id",
        judging_id,
        attempt,
        judgehost_id,
        lease_s,
    )
    return None if row is None else Claim(**row)


async def unheard(connection: Connection, claims: Sequence[Claim]) -> set[int]:
    """The ids of those judgings whose message their judgehost never answered: none of them was begun."""
    rows = await connection.fetch(
        "SELECT id FROM judgings WHERE id = ANY ($1) AND sent_at IS NOT NULL", [claim.judging_id for claim in claims]
    )
    return {row["id"] for row in rows}


async def shun(connection: Connection, judging_ids: Sequence[int]) -> None:
    """Send nothing for a while to the judgehosts that did not hear of these judgings."""
    await connection.execute(
        "UPDATE judgehosts SET deaf_until = now() + make_interval(secs => $2)"
        " WHERE id IN (SELECT judgehost_id FROM judgings WHERE id = ANY ($1))",
        judging_ids,
        _DEAF_S,
    )


async def holds_nothing(connection: Connection, judgehost_id: int) -> bool:
    """Whether the judgehost has neither a judging nor a message on its way to it."""
    return not await connection.fetchval(
        "SELECT EXISTS (SELECT FROM judgings WHERE judgehost_id = $1 AND state = 'judging')", judgehost_id
    )


async def is_anything_queued(connection: Connection) -> bool:
    """Whether anybody waits for a slot."""
    return bool(
        await connection.fetchval("SELECT EXISTS (SELECT FROM judgings WHERE state = 'queued' AND NOT is_held)")
    )


async def most_urgent(connection: Connection, judgehost_id: int) -> int | None:
    """The first priority of what waits for a slot of this judgehost; None if nothing does."""
    priority: int | None = await connection.fetchval(
        f"""
        SELECT min(priority) FROM judgehosts h, unnest(h.pools) pool, unnest(h.levels || ARRAY['']) level,
          (VALUES {rows_of(PRIORITIES)}) AS priorities (priority)
        WHERE h.id = $1 AND EXISTS (SELECT FROM judgings ready WHERE ready.lane = pool || '/' || level
          AND ready.priority = priorities.priority AND state = 'queued' AND NOT is_held)
        """,
        judgehost_id,
    )
    return priority


async def drain(connection: Connection, judgehost_id: int) -> None:
    """Let the judgehost finish what it holds, and be given nothing more."""
    await connection.execute("UPDATE judgehosts SET is_draining = true WHERE id = $1", judgehost_id)
