"""Rounds of canaries, and how fast each judgehost was when it was first asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from judge.store.pool import Connection

#: Rounds after which a baseline stays as it is.
LEARNING_ROUNDS = 5
#: Rounds kept for each judgehost: a week of one every ten minutes.
_KEPT = 1000


class Outcome(StrEnum):
    """What a round says of its judgehost."""

    GOOD = "good"
    UNDECIDED = "undecided"
    DOUBTFUL = "doubtful"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One row of ``canaries``."""

    began_at: datetime
    ended_at: datetime
    outcome: Outcome
    detail: str
    #: By language: ``work_us`` and ``baseline_us``.
    figures: Mapping[str, Any]
    #: Of what the judgehost judged since its last good round, where this one failed.
    rejudging_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """How long some work takes a judgehost."""

    work_us: int
    rounds: int

    @property
    def is_learnt(self) -> bool:
        return self.rounds >= LEARNING_ROUNDS


async def ago(connection: Connection, seconds: float) -> datetime:
    """What the database's clock said so long ago."""
    at: datetime = await connection.fetchval("SELECT now() - make_interval(secs => $1)", seconds)
    return at


async def is_recorded(connection: Connection, *, judgehost_id: int, began_at: datetime) -> bool:
    """Whether the round that began then is written down: a commit whose answer was lost may have happened."""
    return bool(
        await connection.fetchval(
            "SELECT EXISTS (SELECT FROM canaries WHERE judgehost_id = $1 AND began_at = $2)", judgehost_id, began_at
        )
    )


async def record(
    connection: Connection,
    *,
    judgehost_id: int,
    began_at: datetime,
    outcome: Outcome,
    detail: str,
    figures: Mapping[str, object],
    rejudging_id: int | None = None,
) -> None:
    """Write down a round that has just ended, and forget very old ones."""
    await connection.execute(
        "INSERT INTO canaries (judgehost_id, began_at, outcome, detail, figures, rejudging_id)"
        " VALUES ($1, $2, $3, $4, $5, $6)",
        judgehost_id,
        began_at,
        outcome.value,
        detail[:2000],
        dict(figures),
        rejudging_id,
    )
    await connection.execute(
        "DELETE FROM canaries WHERE judgehost_id = $1 AND id <"
        " (SELECT id FROM canaries WHERE judgehost_id = $1 ORDER BY id DESC OFFSET $2 LIMIT 1)"
        # What was judged since the last good one is counted from it, however long ago it was.
        " AND id <> (SELECT max(id) FROM canaries WHERE judgehost_id = $1 AND outcome = 'good')",
        judgehost_id,
        _KEPT,
    )


async def rounds(connection: Connection, judgehost_id: int, *, limit: int) -> list[Round]:
    """The newest rounds, the newest first."""
    return (await rounds_of(connection, [judgehost_id], limit=limit)).get(judgehost_id, [])


async def rounds_of(connection: Connection, judgehost_ids: Sequence[int], *, limit: int) -> dict[int, list[Round]]:
    """The newest rounds of each judgehost that has had any, the newest first."""
    rows = await connection.fetch(
        "SELECT judgehost_id, its.* FROM unnest($1::bigint[]) AS hosts (judgehost_id) CROSS JOIN LATERAL ("
        "  SELECT began_at, ended_at, outcome::text, detail, figures, rejudging_id FROM canaries c"
        "  WHERE c.judgehost_id = hosts.judgehost_id ORDER BY id DESC LIMIT $2) its",
        judgehost_ids,
        limit,
    )
    found: dict[int, list[Round]] = {}
    for row in rows:
        values = {name: value for name, value in row.items() if name != "judgehost_id"}
        made = Round(**{**values, "outcome": Outcome(row["outcome"])})
        found.setdefault(row["judgehost_id"], []).append(made)
    return found


async def last_good(connection: Connection, judgehost_id: int) -> datetime | None:
    """When the last good round began; None: there was none."""
    at: datetime | None = await connection.fetchval(
        "SELECT max(began_at) FROM canaries WHERE judgehost_id = $1 AND outcome = 'good'", judgehost_id
    )
    return at


async def baselines(connection: Connection, judgehost_id: int) -> dict[str, Baseline]:
    """What the judgehost's times are compared with, by yardstick."""
    rows = await connection.fetch(
        "SELECT yardstick, work_us, rounds FROM canary_baselines WHERE judgehost_id = $1", judgehost_id
    )
    return {row["yardstick"]: Baseline(work_us=row["work_us"], rounds=row["rounds"]) for row in rows}


async def learn(connection: Connection, *, judgehost_id: int, yardstick: str, work_us: int) -> None:
    """Let one more good round count for the baseline, unless it is known well enough."""
    await connection.execute(
        "INSERT INTO canary_baselines AS known (judgehost_id, yardstick, work_us) VALUES ($1, $2, $3)"
        " ON CONFLICT (judgehost_id, yardstick) DO UPDATE"
        " SET work_us = least(known.work_us, $3), rounds = known.rounds + 1 WHERE known.rounds < $4",
        judgehost_id,
        yardstick,
        work_us,
        LEARNING_ROUNDS,
    )


async def forget_baselines(connection: Connection, judgehost_id: int) -> None:
    """Learn anew how fast the judgehost is: an admin has looked at it."""
    await connection.execute("DELETE FROM canary_baselines WHERE judgehost_id = $1", judgehost_id)
