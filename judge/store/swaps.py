"""Which judging of a submission is its current one: making another one that, and taking it back.

Everything here is within a transaction of the caller's that has called ``lock``: there is one at a time, whoever
applies, undoes or overrides, so that what is read of current judgings stays so until the end of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from judge.errors import UsageError
from judge.store import events
from judge.store.pool import LONG_TIMEOUT_S, Connection

_LOCK = 0x73776170


@dataclass(frozen=True, slots=True, kw_only=True)
class Swap:
    """A submission's current judging, and the one to take its place."""

    submission_id: int
    old_judging_id: int
    new_judging_id: int


async def lock(connection: Connection) -> None:
    """Be the only one who changes which judgings are current, until the transaction ends."""
    await connection.execute("SELECT pg_advisory_xact_lock($1)", _LOCK)


async def make(connection: Connection, swaps: Sequence[Swap], *, rejudging_id: int | None, by: int | None) -> None:
    """Make each swap, remember it, and tell everybody who shows the submissions.

    Args:
        connection: with a transaction that holds the lock.
        swaps: of different submissions, whose judgings are all done.
        rejudging_id: on whose behalf; None where a person set the verdict.
        by: the account that does it; None is the command line.
    """
    old, new = [swap.old_judging_id for swap in swaps], [swap.new_judging_id for swap in swaps]
    await _exchange(connection, old, new)
    await connection.execute(
        "INSERT INTO judging_swaps (submission_id, old_judging_id, new_judging_id, rejudging_id, swapped_by)"
        " SELECT submission_id, old_id, new_id, $4, $5"
        " FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) AS swap (submission_id, old_id, new_id)",
        [swap.submission_id for swap in swaps],
        old,
        new,
        rejudging_id,
        by,
        timeout=LONG_TIMEOUT_S,
    )


async def undo(connection: Connection, *, rejudging_id: int, by: int | None) -> int:
    """Make current again what was so before a rejudging was applied; of how many submissions.

    Raises:
        UsageError: the verdicts of some were changed since, by what has to be undone first.
    """
    rows = await connection.fetch(
        "SELECT swap.id, swap.submission_id, old_judging_id, new_judging_id, is_current"
        " FROM judging_swaps swap JOIN judgings ON judgings.id = new_judging_id"
        " WHERE swap.rejudging_id = $1 AND undone_at IS NULL",
        rejudging_id,
    )
    buried = [row["new_judging_id"] for row in rows if not row["is_current"]]
    if buried:
        raise UsageError(await _why_not(connection, buried))
    await _exchange(connection, [row["new_judging_id"] for row in rows], [row["old_judging_id"] for row in rows])
    await _note_undone(connection, [row["id"] for row in rows], by)
    return len(rows)


async def undo_override(connection: Connection, *, submission_id: int, by: int | None) -> bool:
    """Make current again what was so before a person set the verdict; False where nobody did, or not last."""
    row = await connection.fetchrow(
        "SELECT swap.id, old_judging_id, new_judging_id FROM judging_swaps swap"
        " JOIN judgings ON judgings.id = new_judging_id"
        " WHERE swap.submission_id = $1 AND is_current AND swap.rejudging_id IS NULL AND undone_at IS NULL",
        submission_id,
    )
    if row is None:
        return False
    await _exchange(connection, [row["new_judging_id"]], [row["old_judging_id"]])
    await _note_undone(connection, [row["id"]], by)
    return True


async def _exchange(connection: Connection, old: Sequence[int], new: Sequence[int]) -> None:
    # Two statements, for no submission may have two current judgings in between.
    await connection.execute("UPDATE judgings SET is_current = false WHERE id = ANY ($1)", old, timeout=LONG_TIMEOUT_S)
    await connection.execute("UPDATE judgings SET is_current = true WHERE id = ANY ($1)", new, timeout=LONG_TIMEOUT_S)
    await events.append_verdicts(connection, new)


async def _note_undone(connection: Connection, swap_ids: Sequence[int], by: int | None) -> None:
    await connection.execute(
        "UPDATE judging_swaps SET undone_at = now(), undone_by = $2 WHERE id = ANY ($1)", swap_ids, by
    )


async def _why_not(connection: Connection, buried: Sequence[int]) -> str:
    """What was applied on top of those judgings."""
    rows = await connection.fetch(
        "SELECT rejudging_id, min(submission_id) AS example, count(*) FROM judging_swaps"
        " WHERE old_judging_id = ANY ($1) AND undone_at IS NULL GROUP BY rejudging_id ORDER BY rejudging_id DESC",
        buried,
    )
    later = [
        f"rejudging {row['rejudging_id']} (applied to {row['count']} of them)"
        if row["rejudging_id"] is not None
        else f"the verdict that a person set (of {row['count']}, such as submission {row['example']})"
        for row in rows
    ]
    return f"verdicts were changed again since; undo first {' and '.join(later)}"
