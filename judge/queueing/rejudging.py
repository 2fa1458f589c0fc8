"""Judging again: beside the verdicts that count, until somebody applies what came of it.

Each verb is one transaction with its line in the audit log. Whatever dies in one of them has done nothing; two who do
the same at once do it one after the other, and the second finds it done.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

from judge.errors import UsageError
from judge.queueing import queue
from judge.store import audit, judgings, overrides, rejudgings, selections, swaps
from judge.store.pool import Connection
from judge.store.rejudgings import MOST_REPEATS, Part, Plan, Rejudging
from judge.store.selections import SELECTION
from judge.verdicts import Verdict

MOST_REASON_CHARS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """What applying did, and what of the same part it left alone."""

    submissions: int
    #: Not judged yet, in the rejudging or for the first time.
    unfinished: int
    #: Ended as a judge error in the rejudging.
    errors: int
    #: Have a verdict that a person set.
    overridden: int


async def create(connection: Connection, plan: Plan, *, by: int | None) -> int:
    """Queue judgings of what the plan chooses, with low priority; the rejudging's id.

    What was judged by one judgehost is judged afresh: what that host found out is what is in doubt.

    Args:
        connection: to the database.
        plan: what to judge again.
        by: the account that asks; None is the command line, or the judge itself.

    Raises:
        UsageError: the plan names what is not there, or chooses nothing.
    """
    plan = replace(plan, reason=checked_reason(plan.reason))
    if not 1 <= plan.repeats <= MOST_REPEATS:
        raise UsageError(
            "each submission can be judged 1 to %(most)s times, not %(repeats)s",
            most=MOST_REPEATS,
            repeats=plan.repeats,
        )
    if plan.repeats > 1 or plan.selection.judgehost is not None:
        plan = replace(plan, is_fresh=True)
    async with connection.transaction():
        query, args = await selections.chosen(connection, plan.selection, plan.target)
        rejudging_id = await rejudgings.add(connection, plan, by=by)
        submissions = await judgings.add_chosen(
            connection,
            query,
            args,
            rejudging_id=rejudging_id,
            repeats=plan.repeats,
            priority=queue.PRIORITY_REJUDGING,
        )
        if not submissions:
            raise UsageError("no submission is like that: there is nothing to judge again")
        data = {
            "rejudging_id": rejudging_id,
            "submissions": submissions,
            "reason": plan.reason,
            "chosen": SELECTION.dump_python(plan.selection, mode="json", exclude_defaults=True),
        }
        await audit.record(connection, by=by, action="create rejudging", data=data)
        await queue.wake(connection)
    return rejudging_id


async def apply(
    connection: Connection, rejudging_id: int, *, by: int | None, part: Part | None = None, is_partial: bool = False
) -> Applied:
    """Make verdicts of the rejudging count, all of them or a part.

    Never those of submissions that are still being judged for the first time. Judge errors, and verdicts that a person
    set, are left alone unless the part says otherwise.

    Args:
        connection: to the database.
        rejudging_id: which rejudging.
        by: the account that decides; None is the command line.
        part: which of its submissions; None: all.
        is_partial: apply what is judged so far, though some is not.

    Raises:
        NotFound: there is no such rejudging.
        UsageError: it is over, not all judged, or there is nothing to apply.
    """
    part = part or Part()
    async with connection.transaction():
        await swaps.lock(connection)
        rejudging = await rejudgings.lock(connection, rejudging_id)
        _check_may_apply(rejudging, is_partial=is_partial)
        chosen = await rejudgings.applicable(connection, rejudging_id, part)
        left = await rejudgings.left_alone(connection, rejudging_id, part)
        if not chosen:
            raise UsageError(
                "there is nothing to apply of rejudging %(rejudging_id)s%(because)s",
                rejudging_id=rejudging_id,
                because=_because(left),
            )
        await swaps.make(connection, chosen, rejudging_id=rejudging_id, by=by)
        await rejudgings.set_state(connection, rejudging_id, "applied", by=by)
        data = {"rejudging_id": rejudging_id, "submissions": len(chosen), "part": _said(part)}
        await audit.record(connection, by=by, action="apply rejudging", data=data)
    return Applied(submissions=len(chosen), **left)


async def undo(connection: Connection, rejudging_id: int, *, by: int | None) -> int:
    """Bring back the verdicts from before the rejudging was applied, which is then open again; of how many submissions.

    Raises:
        NotFound: there is no such rejudging.
        UsageError: it is not applied, or other changes were made on top of it, which have to be undone first.
    """
    async with connection.transaction():
        await swaps.lock(connection)
        rejudging = await rejudgings.lock(connection, rejudging_id)
        if rejudging.state != "applied":
            raise UsageError(
                "rejudging %(rejudging_id)s is %(state)s: there is nothing to undo",
                rejudging_id=rejudging_id,
                state=rejudging.state,
            )
        submissions = await swaps.undo(connection, rejudging_id=rejudging_id, by=by)
        await rejudgings.set_state(connection, rejudging_id, "open", by=by)
        data = {"rejudging_id": rejudging_id, "submissions": submissions}
        await audit.record(connection, by=by, action="undo rejudging", data=data)
    return submissions


async def cancel(connection: Connection, rejudging_id: int, *, by: int | None) -> int:
    """End a rejudging that is not to be applied; how many judgings are spared. Those under way end by themselves.

    Raises:
        NotFound: there is no such rejudging.
        UsageError: it is applied, or cancelled already.
    """
    async with connection.transaction():
        rejudging = await rejudgings.lock(connection, rejudging_id)
        if rejudging.state == "applied":
            raise UsageError("rejudging %(rejudging_id)s is applied; undo it first", rejudging_id=rejudging_id)
        if rejudging.state == "cancelled":
            raise UsageError("rejudging %(rejudging_id)s is cancelled already", rejudging_id=rejudging_id)
        dropped = await judgings.drop_queued(connection, rejudging_id)
        await rejudgings.set_state(connection, rejudging_id, "cancelled", by=by)
        await audit.record(connection, by=by, action="cancel rejudging", data={"rejudging_id": rejudging_id})
    return dropped


async def override(
    connection: Connection,
    submission_id: int,
    verdict: Verdict,
    *,
    reason: str,
    by: int | None,
    score: float | None = None,
) -> None:
    """Set a submission's verdict by hand, beside the judging that it had.

    Raises:
        NotFound: there is no such submission.
        UsageError: it is still being judged, or there is no reason given.
    """
    reason = checked_reason(reason)
    async with connection.transaction():
        await swaps.lock(connection)
        swap = await overrides.add(connection, submission_id, verdict, score=score, reason=reason, by=by)
        await swaps.make(connection, [swap], rejudging_id=None, by=by)
        data = {"submission_id": submission_id, "verdict": verdict.value, "score": score, "reason": reason}
        await audit.record(connection, by=by, action="override verdict", data=data)


async def undo_override(connection: Connection, submission_id: int, *, by: int | None) -> None:
    """Bring back the verdict from before somebody set it by hand.

    Raises:
        UsageError: the submission's verdict was set by nobody.
    """
    async with connection.transaction():
        await swaps.lock(connection)
        if not await swaps.undo_override(connection, submission_id=submission_id, by=by):
            raise UsageError(
                "the verdict of submission %(submission_id)s was set by nobody: there is nothing to undo",
                submission_id=submission_id,
            )
        data = {"submission_id": submission_id}
        await audit.record(connection, by=by, action="undo override", data=data)


def checked_reason(text: str) -> str:
    """The reason, without blanks around it.

    Raises:
        UsageError: there is none, or it is too long.
    """
    reason = " ".join(text.split())
    if not reason:
        raise UsageError("a reason is missing: those who look at it later will ask for it")
    if len(reason) > MOST_REASON_CHARS:
        raise UsageError("the reason is longer than %(most)s characters", most=MOST_REASON_CHARS)
    if not reason.isprintable():
        raise UsageError("the reason has characters that cannot be shown")
    return reason


def _check_may_apply(rejudging: Rejudging, *, is_partial: bool) -> None:
    if rejudging.state == "cancelled":
        raise UsageError("rejudging %(id)s is cancelled; make a new one", id=rejudging.id)
    if rejudging.plan.repeats > 1:
        raise UsageError("a rejudging that judges several times shows how steady verdicts are; it is never applied")
    if rejudging.unfinished and not is_partial:
        raise UsageError(
            "%(unfinished)s of %(total)s judgings have no verdict yet:"
            " wait for them, or say that what is judged so far is to be applied",
            unfinished=rejudging.unfinished,
            total=rejudging.total,
        )


def _because(left: dict[str, int]) -> str:
    reasons = {"unfinished": "not judged yet", "errors": "judge errors", "overridden": "verdicts set by a person"}
    said = [f"{left[name]} {words}" for name, words in reasons.items() if left[name]]
    return f" ({', '.join(said)} left alone)" if said else ""


def _said(part: Part) -> dict[str, Any]:
    """What of a part differs from all of it."""
    nothing = asdict(Part())
    return {name: value for name, value in asdict(part).items() if value != nothing[name]}
