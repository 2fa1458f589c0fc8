"""The verbs of the queue. Each is one transaction, whose events are seen if and only if it happened.

    enqueue    -> queued                 a submission with its judging
    claim      queued -> judging         for as long as the lease lasts
    record     judging                   runs as they come, for live pages
    complete   judging -> done           the verdict
    give_back  judging -> queued         by its holder, who will not finish it
    put_back   judging -> queued         by its holder, which cannot have the test data now
    hand_over  judging -> queued | done  by its holder, which failed to judge it
    take_back  judging -> queued | done  by its holder's next life
    reap       judging -> queued | done  after the lease ran out, by anybody
    pause      queued                    held, so that nobody claims it, with all of the kind that come
    resume     queued                    no longer held

Whatever dies between two of these leaves a judging that the next ``reap`` puts right.
A rejudging's judgings go the same ways, but no page is told of them before they are applied (``rejudging.py``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from judge.errors import RejectedSource
from judge.models import Compilation, Judged, Limits, Run, Source, SourceFile
from judge.recipes.languages import is_file_name
from judge.recipes.languages import languages as all_languages
from judge.store import blobs, dispatching, events, judgings, pauses, problems, security, shared_tests
from judge.store.events import Telling
from judge.store.judgings import Claim
from judge.store.pauses import Scope
from judge.store.pool import Connection
from judge.store.waiting import Queue
from judge.verdicts import Verdict
from problems.programs import ANSWERS

#: Somebody waits for work: the payload is empty, since notifications wake and never carry work.
CHANNEL = "judge_queue"
#: A judgehost that waits for messages can take more than before.
SLOTS_CHANNEL = "judge_slots"

#: Contest, practice (after a contest, or in one without an end), rejudging, and what the jury sends.
PRIORITY_CONTEST, PRIORITY_PRACTICE, PRIORITY_REJUDGING, PRIORITY_JURY = judgings.PRIORITIES
PRIORITY_NAMES = dict(zip(judgings.PRIORITIES, ("contest", "practice", "rejudging", "jury"), strict=True))

MOST_FILES = 32


def check_source(
    source: Source, limits: Limits, *, max_source_bytes: int, languages: Sequence[str] | None = None
) -> None:
    """Refuse what cannot be judged before it is kept; ``languages`` are the only ones that the problem takes.

    Raises:
        RejectedSource: with a text for the contestant.
    """
    most = min(limits.code_bytes, max_source_bytes)
    if languages is not None and source.language not in languages:
        # A recipe may be gone since the package was taken.
        known = all_languages()
        taken = ", ".join(known[item].name for item in languages if item in known) or "no language of this judge's"
        raise RejectedSource(
            "this problem does not take %(name)s; it takes %(taken)s", name=known[source.language].name, taken=taken
        )
    if not source.files or source.size == 0:
        raise RejectedSource("the source is empty")
    if len(source.files) > MOST_FILES:
        raise RejectedSource(
            "%(count)s files are too many: at most %(most)s make a submission", count=len(source.files), most=MOST_FILES
        )
    if source.size > most:
        raise RejectedSource(
            "the source is %(size)s bytes long; at most %(most)s are allowed here", size=source.size, most=most
        )
    names = [file.name for file in source.files]
    for file in source.files:
        if not is_file_name(file.name):
            raise RejectedSource(
                "file name %(name)r: use letters, digits, dots, dashes and underscores", name=file.name
            )
        # What is judged as output may be any bytes.
        if source.language != ANSWERS:
            _check_text(file)
    if len({name.casefold() for name in names}) < len(names):
        raise RejectedSource("two files have the same name")


def _check_text(file: SourceFile) -> None:
    if b"\0" in file.content:
        raise RejectedSource(
            "%(name)s contains a NUL byte: is it a compiled program instead of its source?", name=file.name
        )
    try:
        file.content.decode()
    except UnicodeDecodeError as error:
        raise RejectedSource(
            "%(name)s is not UTF-8: byte %(position)s cannot be read as text", name=file.name, position=error.start + 1
        ) from error


async def enqueue(
    connection: Connection,
    *,
    contest_id: int,
    problem_id: int,
    user_id: int,
    source: Source,
    expected: Sequence[Verdict] | None = None,
) -> int:
    """Keep a submission and queue its judging; the submission's id.

    Args:
        expected: the verdicts a jury submission may get, which also puts it behind all contestants'.

    Raises:
        NotFound: the problem has no version to judge with.
    """
    async with connection.transaction():
        # Those of one account come one after the other, or many at once would all get the same turn.
        await connection.execute("SELECT FROM users WHERE id = $1 FOR NO KEY UPDATE", user_id)
        version_id = await problems.live_version(connection, problem_id)
        submission_id: int = await connection.fetchval(
            "INSERT INTO submissions (contest_id, problem_id, user_id, language, expected)"
            " VALUES ($1, $2, $3, $4, $5) RETURNING id",
            contest_id,
            problem_id,
            user_id,
            source.language,
            None if expected is None else [verdict.value for verdict in expected],
        )
        for ordinal, file in enumerate(source.files):
            blob = await blobs.put(connection, file.content)
            await connection.execute(
                "INSERT INTO submission_files (submission_id, ordinal, name, sha256) VALUES ($1, $2, $3, $4)",
                submission_id,
                ordinal,
                file.name,
                blob.sha256,
            )
        await judgings.add(
            connection,
            submission_id=submission_id,
            problem_version_id=version_id,
            priority=await _priority(connection, contest_id) if expected is None else PRIORITY_JURY,
        )
        queued = ("judging", {"state": "queued", "attempt": 0, "tests_total": 0})
        await events.append(
            connection, contest_id=contest_id, submission_id=submission_id, events=[("submission", {}), queued]
        )
        await wake(connection)
    return submission_id


async def _priority(connection: Connection, contest_id: int) -> int:
    is_running = await connection.fetchval("SELECT ends_at > now() FROM contests WHERE id = $1", contest_id)
    return PRIORITY_CONTEST if is_running else PRIORITY_PRACTICE


async def wake(connection: Connection) -> None:
    """Tell daemons that there is work, when the transaction commits."""
    await connection.execute("SELECT pg_notify($1, '')", CHANNEL)


async def tell_of_slots(connection: Connection) -> None:
    """Tell daemons that a judgehost can take more than before, when the transaction commits."""
    await connection.execute("SELECT pg_notify($1, '')", SLOTS_CHANNEL)


async def claim(
    connection: Connection, *, judgehost_id: int, lease_s: float, priorities: Sequence[int] = judgings.PRIORITIES
) -> Claim | None:
    """Take the first judging in the queue, of these priorities, that this judgehost can judge, if any."""
    claims = await judgings.claim(connection, judgehost_id=judgehost_id, lease_s=lease_s, priorities=priorities)
    return claims[0] if claims else None


async def claim_some(connection: Connection, *, judgehost_id: int, lease_s: float, at_most: int) -> list[Claim]:
    """Take up to ``at_most`` judgings, the same that as many calls of ``claim`` would; for several free slots."""
    taken: list[Claim] = []
    while len(taken) < at_most:
        more = await judgings.claim(
            connection, judgehost_id=judgehost_id, lease_s=lease_s, at_most=at_most - len(taken)
        )
        if not more:
            break
        taken += more
    return taken


async def record(
    connection: Connection,
    claim: Claim,
    *,
    announced: Sequence[Telling],
    runs: Sequence[tuple[int, Run]],
    is_fresh: bool,
) -> None:
    """Keep runs, and tell live pages of them.

    Args:
        announced: events, in order.
        runs: by the ordinals of their test cases.
        is_fresh: drop all runs recorded before first.

    Raises:
        LeaseLost: the judging is not ours any more; nothing was kept.
    """
    async with connection.transaction():
        await judgings.hold(connection, claim)
        if is_fresh:
            await judgings.forget_runs(connection, claim)
        if runs:
            await judgings.add_runs(connection, claim, runs)
        await _tell(connection, claim, announced)


async def complete(connection: Connection, claim: Claim, judged: Judged, *, announced: Sequence[Telling] = ()) -> None:
    """Record a verdict with all its runs, whatever was recorded of them before, and with what they tried.

    Args:
        announced: events that come before that of the verdict.

    Raises:
        LeaseLost: the judging is not ours any more; nothing was kept.
    """
    async with connection.transaction():
        await judgings.hold(connection, claim)
        await _finish(connection, claim, judged, announced)
        await tell_of_slots(connection)


async def put_back(connection: Connection, claim: Claim) -> None:
    """Queue again what its holder cannot judge now, through no fault of its own or of the judging's.

    Raises:
        LeaseLost: the judging is not ours any more.
    """
    async with connection.transaction():
        await judgings.share_pauses(connection)
        await judgings.hold(connection, claim)
        await judgings.release(connection, [claim])
        await _announce_queued(connection, claim)


async def hand_over(connection: Connection, claim: Claim, *, reason: str) -> None:
    """Queue again what its holder failed to judge, for reasons of its own; too often, and it ends as JE.

    Raises:
        LeaseLost: the judging is not ours any more.
    """
    async with connection.transaction():
        await judgings.share_pauses(connection)
        await judgings.hold(connection, claim)
        await _end_lease(connection, claim, reason)


async def give_back(connection: Connection, *, judgehost_id: int) -> int:
    """Queue again what a judgehost holds and will not finish, since it stops; how many those were."""
    async with connection.transaction():
        await judgings.share_pauses(connection)
        claims = await judgings.release(connection, await judgings.of_judgehost(connection, judgehost_id))
        for claim in claims:
            await _announce_queued(connection, claim)
        return len(claims)


async def take_back(connection: Connection, *, judgehost_id: int) -> int:
    """Queue again what a judgehost held in an earlier life that ended without a word; how many those were."""
    async with connection.transaction():
        await judgings.share_pauses(connection)
        return await _end_leases(connection, await judgings.of_judgehost(connection, judgehost_id))


async def reap(connection: Connection) -> int:
    """Queue judgings again whose lease ran out; how many those were."""
    async with connection.transaction():
        await judgings.share_pauses(connection)
        claims = await judgings.lapsed(connection)
        if claims:
            await dispatching.shun(connection, list(await dispatching.unheard(connection, claims)))
        return await _end_leases(connection, claims)


async def pause(connection: Connection, scope: Scope, *, reason: str, by: int | None = None) -> int:
    """Judge nothing of the scope until ``resume``; how many waiting judgings are held. ``by`` None: the command line.

    Raises:
        NotFound: there is no such contest or problem.
        UsageError: it is paused already, or the reason is missing or too long.
    """
    async with connection.transaction():
        return await pauses.add(connection, scope, reason=reason, by=by)


async def resume(connection: Connection, scope: Scope, *, by: int | None = None) -> int:
    """End a pause; how many judgings may be claimed again, those not held by another pause.

    Raises:
        NotFound: there is no such pause.
    """
    async with connection.transaction():
        count = await pauses.remove(connection, scope, by=by)
        await wake(connection)
        return count


def described(found: Queue) -> dict[str, Any]:
    """The queue as the command line and the API tell it, as JSON."""
    return {
        "waiting": [{"name": PRIORITY_NAMES[row.priority], **asdict(row)} for row in found.waiting],
        "pauses": [
            {
                "id": pause.id,
                **asdict(pause.scope),
                "reason": pause.reason,
                "paused_by": pause.paused_by,
                "paused_at": pause.paused_at.isoformat(),
                "held": pause.held,
            }
            for pause in found.pauses
        ],
        "judgehosts": [{**asdict(host), "last_seen_at": host.last_seen_at.isoformat()} for host in found.judgehosts],
        "forsaken": list(found.forsaken),
    }


async def _end_leases(connection: Connection, claims: Sequence[Claim]) -> int:
    unheard = await dispatching.unheard(connection, claims)
    for claim in claims:
        if claim.judging_id in unheard:
            # Nobody has begun: that a message was lost says nothing of the judging.
            await judgings.release(connection, [claim])
            await _announce_queued(connection, claim)
        else:
            await _end_lease(connection, claim, "whatever judges it dies")
    return len(claims)


async def _end_lease(connection: Connection, claim: Claim, reason: str) -> None:
    """Queue again what was lost, unless it was lost too often."""
    losses = await judgings.count_loss(connection, claim)
    if losses < judgings.MOST_LOSSES:
        await judgings.release(connection, [claim])
        await _announce_queued(connection, claim)
        return
    message = f"lost {losses} times: {reason}"
    await _finish(connection, claim, Judged(verdict=Verdict.JE, compilation=Compilation(is_ok=False), message=message))


async def _finish(connection: Connection, claim: Claim, judged: Judged, announced: Sequence[Telling] = ()) -> None:
    await judgings.forget_runs(connection, claim)
    await judgings.add_runs(connection, claim, await _placed(connection, claim, judged.runs))
    await judgings.finish(connection, claim, judged)
    await shared_tests.drop(connection, claim)
    await security.record_of_judging(connection, judging_id=claim.judging_id, incidents=judged.incidents)
    if claim.rejudging_id is None:
        await _tell(connection, claim, announced)
        await events.append_verdicts(connection, [claim.judging_id])


async def _placed(connection: Connection, claim: Claim, runs: Sequence[Run]) -> list[tuple[int, Run]]:
    """The runs with the places of their test cases: of a group that has failed some are never made."""
    places = await problems.ordinals(connection, claim.problem_version_id)
    return [(places.setdefault(run.testcase, len(places) + 1), run) for run in runs]


async def _announce_queued(connection: Connection, claim: Claim) -> None:
    data = {"state": "queued", "attempt": claim.attempt, "tests_total": 0}
    await _tell(connection, claim, [("judging", data)])
    await wake(connection)


async def _tell(connection: Connection, claim: Claim, announced: Sequence[Telling]) -> None:
    """Tell live pages, unless the judging is one that they do not show."""
    if claim.rejudging_id is None and announced:
        await events.append(
            connection, contest_id=claim.contest_id, submission_id=claim.submission_id, events=announced
        )
