"""Rejudgings as JSON documents: what the command line and the API both tell of them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from judge.store import previews, rejudgings
from judge.store.pool import Connection
from judge.store.previews import Change, Steadiness, Verdictlike
from judge.store.rejudgings import Part, Rejudging
from judge.store.selections import SELECTION
from web.boards.effects import Effect, effects

#: Changed submissions of one document; the matrix counts all of them.
MOST_CHANGES = 1000


async def described(connection: Connection, rejudging_id: int) -> dict[str, Any]:
    """All that there is to know of a rejudging: how far it is, and what it would change.

    Raises:
        NotFound: there is none of that id.
    """
    rejudging = await rejudgings.by_id(connection, rejudging_id)
    cells = await previews.matrix(connection, rejudging_id)
    changes = await previews.changes(connection, rejudging_id, Part(is_changed=True), limit=MOST_CHANGES)
    repeated = rejudging.plan.repeats > 1
    steadiness = await previews.steadiness(connection, rejudging_id) if repeated else []
    return {
        **described_rejudging(rejudging),
        "matrix": [{"old": old, "new": new, "submissions": number} for (old, new), number in cells.items()],
        "changes": [_change(each) for each in changes],
        "steadiness": [_steadiness(each) for each in steadiness],
        "standings": [_effect(each) for each in await effects(connection, rejudging_id, datetime.now(UTC))],
    }


def described_rejudging(rejudging: Rejudging) -> dict[str, Any]:
    """What it was asked for, and how far it is."""
    plan = rejudging.plan
    return {
        "id": rejudging.id,
        "state": rejudging.state,
        "reason": plan.reason,
        "chosen": SELECTION.dump_python(plan.selection, mode="json", exclude_defaults=True),
        "version": "same" if plan.target.keeps_versions else plan.target.version_id or "live",
        "repeats": plan.repeats,
        "is_fresh": plan.is_fresh,
        "created_at": rejudging.created_at.isoformat(),
        "created_by": rejudging.created_by,
        "ended_at": None if rejudging.ended_at is None else rejudging.ended_at.isoformat(),
        "ended_by": rejudging.ended_by,
        "submissions": rejudging.submissions,
        "total": rejudging.total,
        "done": rejudging.done,
        "unfinished": rejudging.unfinished,
        "applied": rejudging.applied,
    }


def _change(change: Change) -> dict[str, Any]:
    return {
        "submission_id": change.submission_id,
        "contest": change.contest,
        "problem": change.problem,
        "team": change.login,
        "language": change.language,
        "is_applied": change.is_applied,
        "is_overridden": change.is_overridden,
        "old": _side(change.old),
        "new": _side(change.new),
    }


def _side(side: Verdictlike) -> dict[str, Any]:
    return {
        "judging_id": side.judging_id,
        "verdict": side.verdict,
        "score": side.score,
        "slowest_cpu_us": side.slowest_cpu_us,
        "peak_memory_bytes": side.peak_memory_bytes,
    }


def _steadiness(each: Steadiness) -> dict[str, Any]:
    return {
        "submission_id": each.submission_id,
        "label": each.label,
        "team": each.user_name,
        "language": each.language,
        "verdicts": {verdict.value: number for verdict, number in each.verdicts.items()},
        "fastest_cpu_us": each.fastest_cpu_us,
        "slowest_cpu_us": each.slowest_cpu_us,
        "is_steady": each.is_steady,
    }


def _effect(effect: Effect) -> dict[str, Any]:
    return {
        "contest": effect.contest.name,
        "submissions": effect.submissions,
        "is_frozen": effect.is_frozen,
        "teams": [
            {
                "team": line.name,
                "is_public": line.is_public,
                **{
                    name: {"old": getattr(line.old, name), "new": getattr(line.new, name)}
                    for name in ("rank", "solved", "score", "penalty_minutes")
                },
            }
            for line in effect.lines
        ],
        "first_to_solve": [{"problem": each.label, "old": each.old, "new": each.new} for each in effect.firsts],
    }
