"""Tryouts: sources run on their authors' own inputs, in slots to spare.

    ask      -> queued                       one at a time for each account
    claim      queued -> running             by a judgehost with a slot to spare, for as long as the lease lasts
    release    running -> queued             by its holder, whose slot is wanted, or who stops
    lose       running -> queued | done      by its holder, who failed at it
    reap       running -> queued | done      after the lease ran out, by anybody
    take_back  running -> queued | done      by its holder's next life
    finish     running -> done

The third loss ends it as JE.

Every write after the claim names its attempt, and changes nothing if that attempt holds the lease no longer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from judge.errors import LeaseLost, NotFound, UsageError
from judge.incidents import Incident
from judge.models import Source, SourceFile
from judge.store import security
from judge.store.pool import Connection
from judge.store.problem_access import GRANTED, Access
from judge.verdicts import Verdict

LIFETIME = timedelta(days=1)
#: One that is lost so often takes its judgehost down with it.
MOST_LOSSES = 3
_LOSE = (
    "UPDATE tryouts SET losses = losses + 1, lease_until = NULL,"
    f" state = CASE WHEN losses + 1 < {MOST_LOSSES} THEN 'queued' ELSE 'done' END,"
    f" verdict = CASE WHEN losses + 1 >= {MOST_LOSSES} THEN 'JE' END"
    " WHERE state = 'running'"
)
#: Of one account, the newest.
MOST_KEPT = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A tryout that is ours until the lease runs out."""

    id: int
    attempt: int
    problem_version_id: int
    #: None: the judgehost's default.
    isolation: str | None
    source: Source
    input: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What came of it."""

    #: What stopped it, CE or JE; None: it ran to its end.
    verdict: Verdict | None = None
    reason: str = ""
    compile_output: str = ""
    #: The beginning of standard output, and how long all of it is.
    output: bytes = b""
    output_bytes: int = 0
    errors: bytes = b""
    cpu_us: int | None = None
    memory_bytes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tryout:
    """One of them, as its page shows it."""

    id: int
    user_id: int
    contest_id: int
    contest_name: str
    contest_title: str
    label: str
    problem_title: str
    language: str
    files: tuple[SourceFile, ...]
    input: bytes
    asked_at: datetime
    state: str
    tried: Tried
    #: What whoever looks at it, if they are a setter, was given of its problem.
    granted: Access | None


async def ask(
    connection: Connection, *, contest_id: int, problem_version_id: int, user_id: int, source: Source, given: bytes
) -> int:
    """Have the source run on that input; the tryout's id.

    Raises:
        UsageError: the account has another one that is not done.
    """
    async with connection.transaction():
        # Those of one account come one after the other, or two at once would both find none.
        await connection.execute("SELECT FROM users WHERE id = $1 FOR NO KEY UPDATE", user_id)
        if await connection.fetchval(
            "SELECT true FROM tryouts WHERE user_id = $1 AND state <> 'done' LIMIT 1", user_id
        ):
            raise UsageError("your last run on an own input has not ended yet")
        await connection.execute(
            "DELETE FROM tryouts WHERE user_id = $1"
            " AND id NOT IN (SELECT id FROM tryouts WHERE user_id = $1 ORDER BY id DESC LIMIT $2)",
            *(user_id, MOST_KEPT - 1),
        )
        tryout_id: int = await connection.fetchval(
            "INSERT INTO tryouts (user_id, contest_id, problem_version_id, language, files, input)"
            " VALUES ($1, $2, $3, $4, $5, $6) RETURNING id",
            *(user_id, contest_id, problem_version_id, source.language),
            [{"name": file.name, "content": file.content.decode()} for file in source.files],
            given,
        )
    return tryout_id


async def by_id(connection: Connection, tryout_id: int, *, viewer_id: int | None = None) -> Tryout:
    """One tryout, as that account looks at it.

    Raises:
        NotFound: there is none of that id, or none any more.
    """
    row = await connection.fetchrow(
        f"""
        SELECT t.*, c.name AS contest_name, c.title AS contest_title, cp.label, v.title AS problem_title,
          {GRANTED} AS granted
        FROM tryouts t JOIN contests c ON c.id = t.contest_id JOIN problem_versions v ON v.id = t.problem_version_id
        JOIN contest_problems cp ON cp.contest_id = t.contest_id AND cp.problem_id = v.problem_id
        JOIN problems p ON p.id = v.problem_id
        WHERE t.id = $2
        """,
        *(viewer_id, tryout_id),
    )
    if row is None:
        raise NotFound("There is no such run on an own input; they are kept for a day.")
    tried = {name: row[name] for name in Tried.__slots__ if name != "verdict"}
    names = [name for name in Tryout.__slots__ if name not in ("files", "tried", "granted")]
    return Tryout(
        **{name: row[name] for name in names},
        files=_files(row["files"]),
        granted=None if row["granted"] is None else Access(row["granted"]),
        tried=Tried(**tried, verdict=Verdict(row["verdict"]) if row["verdict"] else None),
    )


async def claim(connection: Connection, *, judgehost_id: int, lease_s: float) -> Claim | None:
    """Take the tryout that was asked for first, of those that this judgehost may run; None if there is none."""
    row = await connection.fetchrow(
        """
        WITH next AS (
          SELECT t.id, c.isolation FROM tryouts t JOIN contests c ON c.id = t.contest_id
          JOIN problem_versions v ON v.id = t.problem_version_id
          WHERE t.state = 'queued'
            AND EXISTS (SELECT FROM judgehosts h WHERE h.id = $1 AND NOT h.is_locked AND h.disabled IS NULL
              AND NOT h.is_draining AND c.pool = ANY (h.pools)
              AND (c.isolation IS NULL OR c.isolation = ANY (h.levels)))
            AND NOT is_paused(t.contest_id, v.problem_id, t.language) AND NOT EXISTS (SELECT FROM maintenance)
          ORDER BY t.asked_at, t.id LIMIT 1 FOR UPDATE OF t SKIP LOCKED
        )
        UPDATE tryouts SET state = 'running', attempt = attempt + 1, judgehost_id = $1,
               lease_until = now() + make_interval(secs => $2)
        FROM next WHERE tryouts.id = next.id
        RETURNING tryouts.id, attempt, problem_version_id, isolation, language, files, input
        """,
        judgehost_id,
        lease_s,
    )
    if row is None:
        return None
    return Claim(
        id=row["id"],
        attempt=row["attempt"],
        problem_version_id=row["problem_version_id"],
        isolation=row["isolation"],
        source=Source(language=row["language"], files=_files(row["files"])),
        input=row["input"],
    )


async def renew(connection: Connection, claim: Claim, *, lease_s: float) -> bool:
    """Keep the lease for longer; whether it was still ours."""
    return bool(
        await connection.fetchval(
            "UPDATE tryouts SET lease_until = now() + make_interval(secs => $3)"
            " WHERE id = $1 AND attempt = $2 AND state = 'running' RETURNING true",
            *(claim.id, claim.attempt, lease_s),
        )
    )


async def release(connection: Connection, claim: Claim) -> None:
    """Give it back, to be run later."""
    await connection.execute(
        "UPDATE tryouts SET state = 'queued', lease_until = NULL WHERE id = $1 AND attempt = $2 AND state = 'running'",
        *(claim.id, claim.attempt),
    )


async def lose(connection: Connection, claim: Claim) -> None:
    """Give back what its holder failed at; too often, and it ends."""
    await connection.execute(f"{_LOSE} AND id = $1 AND attempt = $2", claim.id, claim.attempt)


async def reap(connection: Connection) -> int:
    """Give back what was lost: its lease ran out; how many those were."""
    tag = await connection.execute(
        f"{_LOSE} AND id IN"
        " (SELECT id FROM tryouts WHERE state = 'running' AND lease_until < now() FOR UPDATE SKIP LOCKED)"
    )
    return int(tag.removeprefix("UPDATE "))


async def take_back(connection: Connection, judgehost_id: int) -> int:
    """Give back what this judgehost held in an earlier life, which ended without a word; how many those were."""
    tag = await connection.execute(f"{_LOSE} AND judgehost_id = $1", judgehost_id)
    return int(tag.removeprefix("UPDATE "))


async def finish(
    connection: Connection, claim: Claim, tried: Tried, *, judgehost_id: int, incidents: Sequence[Incident] = ()
) -> None:
    """Write down what came of it, and what it tried beside its work.

    Raises:
        LeaseLost: it is not ours any more; nothing was kept.
    """
    async with connection.transaction():
        tag = await connection.execute(
            "UPDATE tryouts SET state = 'done', lease_until = NULL, verdict = $3, reason = $4, compile_output = $5,"
            " output = $6, output_bytes = $7, errors = $8, cpu_us = $9, memory_bytes = $10"
            " WHERE id = $1 AND attempt = $2 AND state = 'running'",
            *(claim.id, claim.attempt, tried.verdict, tried.reason, tried.compile_output),
            *(tried.output, tried.output_bytes, tried.errors, tried.cpu_us, tried.memory_bytes),
        )
        if tag != "UPDATE 1":
            raise LeaseLost(f"tryout {claim.id}, attempt {claim.attempt}")
        seen = [security.Seen(incident=incident, cell=f"tryout {claim.id}") for incident in incidents]
        await security.record_of_host(connection, judgehost_id=judgehost_id, seen=seen)


async def prune(connection: Connection) -> None:
    """Forget what was asked for long enough ago."""
    await connection.execute("DELETE FROM tryouts WHERE asked_at <= now() - $1::interval", LIFETIME)


def _files(kept: list[dict[str, str]]) -> tuple[SourceFile, ...]:
    return tuple(SourceFile(name=file["name"], content=file["content"].encode()) for file in kept)
