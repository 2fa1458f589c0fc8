"""Verifications of uploaded versions: asking for one, taking it, telling how far it is, and ending it.

    ask      -> queued, from any state
    claim    queued -> running               by a judgehost with an idle slot, for as long as the lease lasts;
             running -> running | done       after a lease ran out: by another one, or for good at the third loss
    release  running -> queued               by its holder, whose slot is wanted, or who stops
    tell     running
    finish   running -> done                 with what was found; the version goes live by the same transaction

A trigger tells pages of each of these. As with judgings, every write after the claim names its attempt, and changes
nothing if that attempt holds the lease no longer. What was found out before a release or a loss is found again in
``known_runs``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from judge.errors import LeaseLost, NotFound
from judge.store import audit, versions
from judge.store.pool import Connection
from judge.store.versions import State

#: A verification lost this often takes its judgehost down with it.
MOST_LOSSES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A verification that is ours until the lease runs out."""

    version_id: int
    attempt: int
    #: The problem's name, and what the zip was called.
    problem: str
    file_name: str


async def ask(connection: Connection, *, version_id: int, by: int, contest_id: int | None, goes_live: bool) -> None:
    """Have the version verified, or verified again; one under way begins anew, for the package may be another one.

    Args:
        connection: to the database.
        version_id: of a version that was uploaded as a zip.
        by: the account that asks.
        contest_id: the contest that the problem joins when the version goes live.
        goes_live: by itself, once everything is as expected.
    """
    await connection.execute(
        """
        INSERT INTO verifications AS f (problem_version_id, asked_by, contest_id, goes_live) VALUES ($1, $2, $3, $4)
        ON CONFLICT (problem_version_id) DO UPDATE SET
          asked_by = $2, contest_id = coalesce($3, f.contest_id), goes_live = $4, asked_at = clock_timestamp(),
          state = 'queued', attempt = f.attempt + 1, losses = 0, lease_until = NULL, outcome = NULL,
          finished_at = NULL, report = '{}'
        """,
        version_id,
        by,
        contest_id,
        goes_live,
    )


async def decide(connection: Connection, *, version_id: int, by: int, goes_live: bool) -> None:
    """Let a version that is still being verified go live by itself, or not.

    Raises:
        NotFound: it is not being verified.
    """
    row = await connection.fetchrow(
        "UPDATE verifications SET goes_live = $2 WHERE problem_version_id = $1 AND state <> 'done' RETURNING true",
        version_id,
        goes_live,
    )
    if row is None:
        raise NotFound("That version is not being verified any more.")
    action: audit.Action = "confirm version" if goes_live else "hold version"
    await audit.record(connection, by=by, action=action, data={"problem_version_id": version_id})


async def claim(connection: Connection, *, judgehost_id: int, lease_s: float) -> Claim | None:
    """Take the verification that was asked for first; None if none waits."""
    async with connection.transaction():
        row = await connection.fetchrow(
            """
            SELECT problem_version_id AS version_id, attempt + 1 AS attempt, p.name AS problem, v.file_name,
                   losses + (f.state = 'running')::int AS losses
            FROM verifications f JOIN problem_versions v ON v.id = problem_version_id
            JOIN problems p ON p.id = problem_id
            WHERE (f.state = 'queued' OR f.state = 'running' AND lease_until < now())
              AND EXISTS (SELECT FROM judgehosts WHERE id = $1 AND NOT is_locked AND disabled IS NULL)
              AND NOT EXISTS (SELECT FROM maintenance)
            ORDER BY asked_at LIMIT 1 FOR UPDATE OF f SKIP LOCKED
            """,
            judgehost_id,
        )
        if row is None:
            return None
        if row["losses"] >= MOST_LOSSES:
            await _give_up(connection, row["version_id"])
            return None
        await connection.execute(
            "UPDATE verifications SET state = 'running', attempt = $2, losses = $3, judgehost_id = $4,"
            " lease_until = now() + make_interval(secs => $5) WHERE problem_version_id = $1",
            *(row["version_id"], row["attempt"], row["losses"], judgehost_id, lease_s),
        )
    return Claim(
        version_id=row["version_id"],
        attempt=row["attempt"],
        problem=row["problem"],
        file_name=row["file_name"] or f"{row['problem']}.zip",
    )


async def renew(connection: Connection, claim: Claim, *, lease_s: float) -> bool:
    """Keep the lease for longer; whether it was still ours."""
    return bool(
        await connection.fetchval(
            "UPDATE verifications SET lease_until = now() + make_interval(secs => $3)"
            " WHERE problem_version_id = $1 AND attempt = $2 AND state = 'running' RETURNING true",
            claim.version_id,
            claim.attempt,
            lease_s,
        )
    )


async def tell(connection: Connection, claim: Claim, report: Mapping[str, Any]) -> None:
    """Say how far it is. A lost lease is noticed by ``renew``."""
    await connection.execute(
        "UPDATE verifications SET report = $3 WHERE problem_version_id = $1 AND attempt = $2 AND state = 'running'",
        claim.version_id,
        claim.attempt,
        _cleaned(report),
    )


async def release(connection: Connection, claim: Claim, *, is_loss: bool = False) -> None:
    """Give it back, to be gone on with later.

    Args:
        connection: to the database.
        claim: what is given back.
        is_loss: whether its holder failed; too often, and it ends with an error.
    """
    await connection.execute(
        "UPDATE verifications SET state = 'queued', lease_until = NULL, losses = losses + $3"
        " WHERE problem_version_id = $1 AND attempt = $2 AND state = 'running'",
        claim.version_id,
        claim.attempt,
        int(is_loss),
    )


async def take_back(connection: Connection, judgehost_id: int) -> int:
    """Let what this judgehost held in an earlier life, which ended without a word, count as lost now; how many."""
    rows = await connection.fetch(
        "UPDATE verifications SET lease_until = now() - interval '1 second'"
        " WHERE judgehost_id = $1 AND state = 'running' RETURNING 1",
        judgehost_id,
    )
    return len(rows)


async def finish(connection: Connection, claim: Claim, *, outcome: State, report: Mapping[str, Any]) -> bool:
    """End it; whether the version went live by that, which it does where all is as expected and that was wished.

    A version that somebody made live after this one was asked for is not replaced: that was the later decision.

    Raises:
        LeaseLost: it is not ours any more; nothing was kept.
    """
    async with connection.transaction():
        # The order of locks is that of ``versions.make_live``.
        await connection.execute(
            "SELECT FROM problems WHERE id = (SELECT problem_id FROM problem_versions WHERE id = $1) FOR UPDATE",
            claim.version_id,
        )
        row = await connection.fetchrow(
            "UPDATE verifications f SET state = 'done', lease_until = NULL, finished_at = now(), report = $3,"
            " outcome = $4::text::verification_outcome"
            " WHERE problem_version_id = $1 AND attempt = $2 AND state = 'running' RETURNING goes_live AND NOT EXISTS"
            "  (SELECT FROM problem_versions v JOIN problem_versions newer USING (problem_id)"
            "   WHERE v.id = $1 AND newer.live_at > f.asked_at) AS goes_live, asked_by",
            claim.version_id,
            claim.attempt,
            _cleaned(report),
            outcome.value,
        )
        if row is None:
            raise LeaseLost(f"verification of version {claim.version_id}, attempt {claim.attempt}")
        if outcome is not State.EXPECTED or not row["goes_live"]:
            return False
        await versions.set_live(connection, claim.version_id)
        data = {"problem": claim.problem, "problem_version_id": claim.version_id, "verification": outcome.value}
        await audit.record(connection, by=row["asked_by"], action="make live", data=data)
    return True


async def report_of(connection: Connection, version_id: int) -> dict[str, Any]:
    """How far a version's verification is and what was found; empty where nothing is known yet."""
    report: dict[str, Any] | None = await connection.fetchval(
        "SELECT report FROM verifications WHERE problem_version_id = $1", version_id
    )
    return report or {}


async def submission_of(connection: Connection, version_id: int, path: str) -> dict[str, Any]:
    """What was found of one of the jury's submissions, with every test case.

    Raises:
        NotFound: nothing of that path was judged.
    """
    found: dict[str, Any] | None = await connection.fetchval(
        "SELECT line FROM verifications, jsonb_array_elements(report -> 'submissions') line"
        " WHERE problem_version_id = $1 AND line ->> 'path' = $2 LIMIT 1",
        *(version_id, path),
    )
    if found is None:
        raise NotFound("The version has no such submission, or it has not been judged yet.")
    return found


async def runs_on(connection: Connection, version_id: int, testcase: str) -> dict[str, dict[str, Any]]:
    """What was found of one test case: what each of the jury's submissions made of it, by their paths."""
    rows = await connection.fetch(
        "SELECT line ->> 'path' AS path, run FROM verifications, jsonb_array_elements(report -> 'submissions') line,"
        " jsonb_array_elements(line -> 'tests') run"
        " WHERE problem_version_id = $1 AND run ->> 'name' = $2 ORDER BY path",
        *(version_id, testcase),
    )
    return {row["path"]: row["run"] for row in rows}


async def failures(connection: Connection, version_id: int) -> dict[str, int]:
    """How many of the jury's submissions fail each test case that some fail, by its name."""
    rows = await connection.fetch(
        "SELECT run ->> 'name' AS name, count(*) AS failures"
        " FROM verifications, jsonb_array_elements(report -> 'submissions') line,"
        " jsonb_array_elements(line -> 'tests') run"
        " WHERE problem_version_id = $1 AND run ->> 'verdict' <> 'AC' GROUP BY name",
        version_id,
    )
    return {row["name"]: row["failures"] for row in rows}


def topic(version_id: int) -> str:
    """What notifications of a verification name."""
    return f"verification/{version_id}"


async def revision(connection: Connection, version_id: int) -> int:
    """A number that has grown whenever there is something new to show; 0: nothing was ever asked."""
    found: int | None = await connection.fetchval(
        "SELECT revision FROM verifications WHERE problem_version_id = $1", version_id
    )
    return found or 0


async def _give_up(connection: Connection, version_id: int) -> None:
    text = f"verifying was lost {MOST_LOSSES} times: whatever verifies this package dies; tell an admin"
    await connection.execute(
        "UPDATE verifications SET state = 'done', lease_until = NULL, finished_at = now(), outcome = 'errors',"
        " report = jsonb_build_object('errors', jsonb_build_array($2::text)) WHERE problem_version_id = $1",
        version_id,
        text,
    )


def _cleaned(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """The same with texts that the database takes: what programs print is quoted in reports."""
    match value:
        case str():
            return value.replace("\0", "\N{REPLACEMENT CHARACTER}").encode(errors="replace").decode()
        case Mapping():
            return {str(key): _cleaned(item) for key, item in value.items()}
        case list() | tuple():
            return [_cleaned(item) for item in value]
    return value
