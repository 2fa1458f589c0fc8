"""What somebody who runs a judge should look at now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from judge.store import waiting
from judge.store.pool import Connection
from judge.store.waiting import Queue

#: A judgehost that was silent for longer is gone for good, and nobody's surprise.
_LOST_FOR_HOURS = 24
#: Judgings whose lease ended so long ago are swept by nobody; those begun so long ago do not end.
_LAPSED_S = 30
_ENDLESS_MINUTES = 15
_ERRORS_OF_HOURS = 24
_MOST_STALE = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Questions:
    """A contest's questions that nobody has answered."""

    contest: str
    title: str
    count: int
    oldest_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """A judgehost that takes no work though nobody has told it not to."""

    name: str
    #: "locked", "lost" or "unfit".
    state: str
    #: Why, as it says itself.
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attention:
    """All of it, at one moment."""

    queue: Queue
    questions: tuple[Questions, ...]
    judgehosts: tuple[Trouble, ...]
    #: Submissions being judged for too long, or by nobody any more: the first of them.
    stale: tuple[int, ...]
    #: Submissions of the last day whose verdict is JE.
    judge_errors: int
    #: Security events that nobody has acknowledged.
    alarms: int
    warnings: int
    #: Rejudgings that are neither applied nor cancelled.
    open_rejudgings: int

    @property
    def is_needed(self) -> bool:
        """Whether there is anything to look at."""
        counts = (self.judge_errors, self.alarms, self.warnings, self.open_rejudgings)
        return bool(self.questions or self.judgehosts or self.stale or self.queue.forsaken or any(counts))


async def needed(connection: Connection, *, lost_after_s: float) -> Attention:
    """What to look at.

    Args:
        connection: to the database, without a transaction.
        lost_after_s: a judgehost not heard of for so long is lost.
    """
    queue = await waiting.overview(connection, lost_after_s=lost_after_s)
    questions = await connection.fetch(
        """
        SELECT c.name AS contest, c.title, count(*)::int AS count, min(q.created_at) AS oldest_at
        FROM clarifications q JOIN contests c ON c.id = q.contest_id
        WHERE q.from_user_id IS NOT NULL AND q.reply_to_id IS NULL
          AND NOT EXISTS (SELECT FROM clarifications a WHERE a.reply_to_id = q.id)
        GROUP BY c.id ORDER BY min(q.created_at)
        """
    )
    stale = await connection.fetch(
        "SELECT submission_id FROM judgings"
        " WHERE state = 'judging' AND (lease_until < now() - make_interval(secs => $1)"
        " OR claimed_at < now() - make_interval(mins => $2)) ORDER BY claimed_at LIMIT $3",
        *(_LAPSED_S, _ENDLESS_MINUTES, _MOST_STALE),
    )
    counts = await connection.fetchrow(
        """
        SELECT
          (SELECT count(*) FROM judgings WHERE verdict = 'JE' AND is_current
            AND finished_at > now() - make_interval(hours => $1)) AS judge_errors,
          count(*) FILTER (WHERE severity = 'alarm') AS alarms,
          count(*) FILTER (WHERE severity = 'warning') AS warnings,
          (SELECT count(*) FROM rejudgings WHERE state = 'open') AS open_rejudgings
        FROM security_events WHERE acknowledged_at IS NULL
        """,
        _ERRORS_OF_HOURS,
    )
    assert counts is not None
    return Attention(
        queue=queue,
        questions=tuple(Questions(**row) for row in questions),
        judgehosts=tuple(await _troubles(connection, lost_after_s)),
        stale=tuple(row["submission_id"] for row in stale),
        **counts,
    )


async def _troubles(connection: Connection, lost_after_s: float) -> list[Trouble]:
    rows = await connection.fetch(
        """
        SELECT name, unfit AS reason, CASE WHEN is_locked THEN 'locked'
          WHEN last_seen_at < now() - make_interval(secs => $1) THEN 'lost' ELSE 'unfit' END AS state
        FROM judgehosts WHERE is_locked OR (disabled IS NULL AND NOT is_draining
          AND (unfit IS NOT NULL OR last_seen_at < now() - make_interval(secs => $1))
          AND last_seen_at > now() - make_interval(hours => $2)) ORDER BY name
        """,
        *(lost_after_s, _LOST_FOR_HOURS),
    )
    return [Trouble(**row) for row in rows]
