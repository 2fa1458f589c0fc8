"""The versions of each problem: which there are, which is live, and making one live."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import asyncpg

from judge.errors import NotFound, UsageError
from judge.store import audit, contests
from judge.store.contests import Contest
from judge.store.pool import Connection
from judge.store.problem_access import GRANTED, Access


class State(StrEnum):
    """How far a version's verification is."""

    NONE = "none"  # it was never asked for: the version came over the command line
    QUEUED = "queued"  # waits for a slot that no contestant wants
    RUNNING = "running"  # under way
    EXPECTED = "expected"  # every jury submission got what it should
    UNEXPECTED = "unexpected"  # some did not
    ERRORS = "errors"  # something is wrong with the package

    @property
    def is_over(self) -> bool:
        return self not in (State.QUEUED, State.RUNNING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One row of ``problem_versions`` with what is known of its verification."""

    id: int
    problem_id: int
    problem: str
    title: str
    created_at: datetime
    #: The name of whoever uploaded it; None: it came over the command line.
    created_by: str | None
    #: When it went live last; None: never.
    live_at: datetime | None
    #: Whether new submissions are judged by it.
    is_live: bool
    is_complete: bool
    #: The name of the zip that it came in; None: none was kept.
    file_name: str | None
    #: What was odd about the package when it was read.
    warnings: tuple[str, ...]
    state: State
    #: Goes live by itself once everything is as expected.
    goes_live: bool
    #: The name of the contest that it joins then.
    contest: str | None

    @property
    def may_go_live(self) -> bool:
        """Whether somebody may make it live now: never with errors, and not before its verification has ended."""
        if not self.is_complete or self.is_live:
            return False
        return self.state in (State.EXPECTED, State.UNEXPECTED) or (
            self.state is State.NONE and self.live_at is not None
        )


_VERSION = """
    SELECT v.id, v.problem_id, p.name AS problem, v.title, v.created_at, u.name AS created_by, v.live_at,
           v.live_at IS NOT NULL AND v.id = (
             SELECT id FROM problem_versions WHERE problem_id = p.id AND live_at IS NOT NULL
             ORDER BY live_at DESC, id DESC LIMIT 1) AS is_live,
           v.is_complete, v.file_name, v.warnings,
           coalesce(f.outcome::text, f.state::text, 'none') AS state, coalesce(f.goes_live, false) AS goes_live,
           c.name AS contest
    FROM problem_versions v JOIN problems p ON p.id = v.problem_id
    LEFT JOIN users u ON u.id = v.created_by
    LEFT JOIN verifications f ON f.problem_version_id = v.id
    LEFT JOIN contests c ON c.id = f.contest_id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A problem, for a list of all of them."""

    name: str
    title: str
    versions: int
    #: When its live version went live; None: it has none.
    live_at: datetime | None
    #: Versions being verified, or waiting for somebody to decide.
    open: int
    #: What the account that was asked about may do with it as a setter; None: nothing.
    granted: Access | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A contest that a problem is in, and what it is called there."""

    contest: Contest
    label: str


async def every_problem(connection: Connection, user_id: int) -> list[Known]:
    """All problems there are, by name, in contests or not, and what that account may do with them as a setter."""
    rows = await connection.fetch(
        f"""
        SELECT p.name, {GRANTED} AS granted, count(*)::int AS versions, max(v.live_at) AS live_at,
               (array_agg(v.title ORDER BY v.live_at DESC NULLS LAST, v.id DESC))[1] AS title,
               count(*) FILTER (WHERE f.state <> 'done')::int AS open
        FROM problems p JOIN problem_versions v ON v.problem_id = p.id
        LEFT JOIN verifications f ON f.problem_version_id = v.id
        GROUP BY p.id ORDER BY p.name
        """,
        user_id,
    )
    return [Known(**{**dict(row), "granted": row["granted"] and Access(row["granted"])}) for row in rows]


async def places(connection: Connection, problem: str) -> list[Place]:
    """The contests that the problem of that name is in, the latest start first."""
    rows = await connection.fetch(
        "SELECT c.name, cp.label FROM contest_problems cp JOIN contests c ON c.id = cp.contest_id"
        " WHERE cp.problem_id = (SELECT id FROM problems WHERE name = $1)",
        problem,
    )
    labels = {row["name"]: row["label"] for row in rows}
    every = await contests.all_contests(connection) if labels else []
    return [Place(contest=contest, label=labels[contest.name]) for contest in every if contest.name in labels]


async def of_problem(connection: Connection, name: str, *, limit: int = 200) -> list[Version]:
    """A problem's versions, the newest first.

    Raises:
        NotFound: there is no such problem.
    """
    rows = await connection.fetch(f"{_VERSION} WHERE p.name = $1 ORDER BY v.id DESC LIMIT $2", name, limit)
    if not rows:
        raise NotFound("There is no such problem.")
    return [_version(row) for row in rows]


async def by_id(connection: Connection, name: str, version_id: int) -> Version:
    """One version of the problem of that name.

    Raises:
        NotFound: there is none.
    """
    row = await connection.fetchrow(f"{_VERSION} WHERE p.name = $1 AND v.id = $2", name, version_id)
    if row is None:
        raise NotFound("There is no such version of that problem.")
    return _version(row)


async def live(connection: Connection, name: str) -> Version | None:
    """The version of that problem that new submissions are judged by; None where there is none."""
    row = await connection.fetchrow(f"{_VERSION} WHERE p.name = $1 ORDER BY is_live DESC LIMIT 1", name)
    return _version(row) if row is not None and row["is_live"] else None


async def make_live(connection: Connection, version: Version, *, by: int) -> None:
    """Judge new submissions by this version from now on; the audit log says whose decision it was.

    Raises:
        UsageError: it cannot go live as it stands.
    """
    async with connection.transaction():
        # Two who decide at once, or one beside a verification that ends: one after the other.
        await connection.execute("SELECT FROM problems WHERE id = $1 FOR UPDATE", version.problem_id)
        current = await by_id(connection, version.problem, version.id)
        if current.is_live:
            return
        if not current.may_go_live:
            raise UsageError(
                "version %(id)s of %(problem)s cannot go live: %(why_not)s",
                id=version.id,
                problem=version.problem,
                why_not=_why_not(current),
            )
        await set_live(connection, version.id)
        data = {"problem": version.problem, "problem_version_id": version.id, "verification": current.state.value}
        await audit.record(connection, by=by, action="make live", data=data)


async def set_live(connection: Connection, version_id: int) -> None:
    """Make it the live version, and put the problem into the contest that its verification names, if it does."""
    row = await connection.fetchrow(
        "UPDATE problem_versions v SET live_at = clock_timestamp() WHERE id = $1 RETURNING problem_id,"
        " (SELECT contest_id FROM verifications WHERE problem_version_id = $1) AS contest_id",
        version_id,
    )
    if row is not None and row["contest_id"] is not None:
        await contests.add_problem(connection, contest_id=row["contest_id"], problem_id=row["problem_id"])


async def package_of(connection: Connection, version_id: int) -> bytes:
    """The digest of the zip that a version came in.

    Raises:
        NotFound: none was kept.
    """
    sha256: bytes | None = await connection.fetchval(
        "SELECT package_sha256 FROM problem_versions WHERE id = $1", version_id
    )
    if sha256 is None:
        raise NotFound("No zip of that version was kept.")
    return sha256


def _why_not(version: Version) -> str:
    match version.state:
        case State.QUEUED | State.RUNNING:
            return "it is still being verified; wait until that has ended"
        case State.ERRORS:
            return "it has errors; mend them and upload the package again"
        case _:
            return "it was never verified; upload the package again"


def _version(row: asyncpg.Record) -> Version:
    return Version(**{**dict(row), "state": State(row["state"]), "warnings": tuple(row["warnings"])})
