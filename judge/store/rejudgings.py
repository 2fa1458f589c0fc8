"""Rejudgings: sets of judgings beside the current ones, to look at and then apply or cancel.

    create  -> open
    apply   open | applied -> applied     all of it or a part; another part may follow
    undo    applied -> open               all that was applied of it
    cancel  open -> cancelled             what was judged stays to look at

The transactions, and who may wait for what, are ``judge/queueing/rejudging.py``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import asyncpg

from judge.errors import NotFound
from judge.store.pool import Connection
from judge.store.selections import SELECTION, Selection, Target
from judge.store.swaps import Swap
from judge.verdicts import Verdict

#: More judgings of each submission tell nothing new.
MOST_REPEATS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What somebody wants to have judged again."""

    reason: str
    selection: Selection
    target: Target = field(default_factory=Target)
    #: Judgings of each submission; more than one is for looking at, and cannot be applied.
    repeats: int = 1
    #: Run every test, also those that nothing has changed of.
    is_fresh: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejudging:
    """One row of ``rejudgings``, and how far it is."""

    id: int
    plan: Plan
    #: open, applied or cancelled.
    state: str
    created_at: datetime
    #: Names; None: the command line.
    created_by: str | None
    #: When it was applied last, or cancelled.
    ended_at: datetime | None
    ended_by: str | None
    submissions: int
    #: Judgings, by what became of them.
    queued: int
    judging: int
    done: int
    dropped: int
    #: Submissions whose verdict is this rejudging's.
    applied: int

    @property
    def unfinished(self) -> int:
        return self.queued + self.judging

    @property
    def total(self) -> int:
        """Judgings there will be in the end."""
        return self.unfinished + self.done


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Which of a rejudging's submissions to apply. What is not given leaves nothing out."""

    submission_ids: tuple[int, ...] = ()
    contest: str | None = None
    problem: str | None = None
    language: str | None = None
    login: str | None = None
    #: What the submission has now, and what it has in the rejudging.
    old: Verdict | None = None
    new: Verdict | None = None
    #: Only those whose verdict or score it changes.
    is_changed: bool = False
    #: Also what ended as a judge error.
    takes_errors: bool = False
    #: Also over verdicts that a person set.
    takes_overrides: bool = False


_REJUDGING = """
    SELECT r.id, r.reason, r.chosen, r.problem_version_id, r.keeps_versions, r.repeats, r.is_fresh, r.state::text,
           r.created_at, made.name AS created_by, r.ended_at, ended.name AS ended_by,
           j.submissions, j.queued, j.judging, j.done, j.dropped, j.applied
    FROM rejudgings r LEFT JOIN users made ON made.id = r.created_by LEFT JOIN users ended ON ended.id = r.ended_by
    CROSS JOIN LATERAL (
      SELECT count(*) FILTER (WHERE repetition = 1)::int AS submissions,
             count(*) FILTER (WHERE state = 'queued')::int AS queued,
             count(*) FILTER (WHERE state = 'judging')::int AS judging,
             count(*) FILTER (WHERE state = 'done')::int AS done,
             count(*) FILTER (WHERE state NOT IN ('queued', 'judging', 'done'))::int AS dropped,
             count(*) FILTER (WHERE is_current)::int AS applied
      FROM judgings WHERE rejudging_id = r.id
    ) j
"""

_SIDES = """
    JOIN submissions s ON s.id = n.submission_id
    JOIN contests c ON c.id = s.contest_id JOIN problems p ON p.id = s.problem_id JOIN users u ON u.id = s.user_id
    WHERE n.rejudging_id = $1 AND n.repetition = 1
      AND ($2::bigint[] IS NULL OR s.id = ANY ($2)) AND ($3::text IS NULL OR c.name = $3)
      AND ($4::text IS NULL OR p.name = $4) AND ($5::text IS NULL OR s.language = $5)
      AND ($6::text IS NULL OR lower(u.login) = lower($6))
      AND ($7::text IS NULL OR o.verdict = $7) AND ($8::text IS NULL OR n.verdict = $8)
      AND (NOT $9::boolean OR n.verdict <> o.verdict OR n.score IS DISTINCT FROM o.score)
"""
#: Judgings of a rejudging (n) beside the current ones (o) of the same submissions, and what parts are told apart by.
BESIDE = f"FROM judgings n JOIN judgings o ON o.submission_id = n.submission_id AND o.is_current {_SIDES}"
#: The same beside what they are to be compared with: once applied, the one whose place they took.
COMPARED = f"""
    FROM judgings n JOIN judgings counting ON counting.submission_id = n.submission_id AND counting.is_current
    LEFT JOIN judging_swaps swap ON swap.new_judging_id = n.id AND swap.undone_at IS NULL
    JOIN judgings o ON o.id = coalesce(swap.old_judging_id, counting.id) {_SIDES}
"""
#: Of which those that have not been applied, or were taken back.
_UNAPPLIED = " AND NOT EXISTS (SELECT FROM judging_swaps w WHERE w.new_judging_id = n.id AND w.undone_at IS NULL)"


def beside_args(rejudging_id: int, part: Part) -> list[Any]:
    """The parameters of ``BESIDE``."""
    return [
        rejudging_id,
        list(part.submission_ids) or None,
        *(part.contest, part.problem, part.language, part.login, part.old, part.new, part.is_changed),
    ]


async def add(connection: Connection, plan: Plan, *, by: int | None) -> int:
    """A new rejudging without judgings; its id."""
    rejudging_id: int = await connection.fetchval(
        "INSERT INTO rejudgings (reason, chosen, problem_version_id, keeps_versions, repeats, is_fresh, created_by)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id",
        plan.reason,
        SELECTION.dump_python(plan.selection, mode="json", exclude_defaults=True),
        plan.target.version_id,
        plan.target.keeps_versions,
        plan.repeats,
        plan.is_fresh,
        by,
    )
    return rejudging_id


async def by_id(connection: Connection, rejudging_id: int) -> Rejudging:
    """One rejudging.

    Raises:
        NotFound: there is none of that id.
    """
    row = await connection.fetchrow(f"{_REJUDGING} WHERE r.id = $1", rejudging_id)
    if row is None:
        raise NotFound("There is no rejudging %(rejudging_id)s.", rejudging_id=rejudging_id)
    return _rejudging(row)


async def page(connection: Connection, *, before_id: int | None = None, limit: int = 50) -> list[Rejudging]:
    """Rejudgings, the newest first, older than ``before_id``."""
    rows = await connection.fetch(
        f"{_REJUDGING} WHERE $1::bigint IS NULL OR r.id < $1 ORDER BY r.id DESC LIMIT $2", before_id, limit
    )
    return [_rejudging(row) for row in rows]


async def lock(connection: Connection, rejudging_id: int) -> Rejudging:
    """A rejudging that nobody else changes before this transaction ends.

    Raises:
        NotFound: there is none of that id.
    """
    await connection.execute("SELECT FROM rejudgings WHERE id = $1 FOR UPDATE", rejudging_id)
    return await by_id(connection, rejudging_id)


async def set_state(connection: Connection, rejudging_id: int, state: str, *, by: int | None) -> None:
    """Note what became of it; open again has no end."""
    await connection.execute(
        "UPDATE rejudgings SET state = $2::text::rejudging_state, ended_by = $3,"
        " ended_at = CASE WHEN $2 <> 'open' THEN clock_timestamp() END WHERE id = $1",
        rejudging_id,
        state,
        None if state == "open" else by,
    )


async def applicable(connection: Connection, rejudging_id: int, part: Part) -> list[Swap]:
    """What applying that part would make current: of submissions that have a verdict, and another one beside it."""
    rows = await connection.fetch(
        f"SELECT n.submission_id, o.id AS old_judging_id, n.id AS new_judging_id {BESIDE}"
        " AND n.state = 'done' AND o.state = 'done'"
        f" AND ($10 OR n.verdict <> 'JE') AND ($11 OR o.override_reason IS NULL) {_UNAPPLIED} ORDER BY n.submission_id",
        *beside_args(rejudging_id, part),
        part.takes_errors,
        part.takes_overrides,
    )
    return [Swap(**row) for row in rows]


async def left_alone(connection: Connection, rejudging_id: int, part: Part) -> dict[str, int]:
    """How many of that part applying leaves as they are, by why: unfinished, errors, overridden."""
    row = await connection.fetchrow(
        "SELECT count(*) FILTER (WHERE n.state <> 'done' OR o.state <> 'done')::int AS unfinished,"
        " count(*) FILTER (WHERE n.verdict = 'JE' AND NOT $10)::int AS errors,"
        f" count(*) FILTER (WHERE o.override_reason IS NOT NULL AND NOT $11)::int AS overridden {BESIDE} {_UNAPPLIED}",
        *beside_args(rejudging_id, part),
        part.takes_errors,
        part.takes_overrides,
    )
    assert row is not None
    return dict(row)


def _rejudging(row: asyncpg.Record) -> Rejudging:
    values = dict(row)
    plan = Plan(
        reason=values.pop("reason"),
        selection=SELECTION.validate_python(values.pop("chosen")),
        target=Target(version_id=values.pop("problem_version_id"), keeps_versions=values.pop("keeps_versions")),
        repeats=values.pop("repeats"),
        is_fresh=values.pop("is_fresh"),
    )
    return Rejudging(**values, plan=plan)
