"""The test cases of a version, as setters look at them: which there are, and how each begins."""

from __future__ import annotations

from dataclasses import dataclass

from judge.errors import NotFound
from judge.store import blobs
from judge.store.pool import Connection, Pool


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A test case in a list of them."""

    ordinal: int
    name: str
    input_size: int
    answer_size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One of them, without its data."""

    ordinal: int
    name: str
    input_size: int
    answer_size: int
    input_sha256: bytes
    answer_sha256: bytes
    #: Flags for the checker.
    checker_flags: tuple[str, ...]
    #: Words that submissions are started with.
    args: tuple[str, ...]
    #: Paths of the files put beside submissions.
    files: tuple[str, ...]
    points: float | None
    #: How many test cases the version has.
    total: int


async def page(connection: Connection, version_id: int, *, after: int, limit: int) -> list[Line]:
    """Test cases in judging order, from behind that place on."""
    rows = await connection.fetch(
        "SELECT ordinal, name, input_size, answer_size FROM testcases"
        " WHERE problem_version_id = $1 AND ordinal > $2 ORDER BY ordinal LIMIT $3",
        *(version_id, after, limit),
    )
    return [Line(**row) for row in rows]


async def count(connection: Connection, version_id: int) -> int:
    """How many test cases the version has."""
    found: int = await connection.fetchval("SELECT count(*) FROM testcases WHERE problem_version_id = $1", version_id)
    return found


async def has(connection: Connection, version_id: int, name: str) -> bool:
    """Whether the version has a test case of that name."""
    found: bool = await connection.fetchval(
        "SELECT EXISTS (SELECT FROM testcases WHERE problem_version_id = $1 AND name = $2)", version_id, name
    )
    return found


async def by_ordinal(connection: Connection, version_id: int, ordinal: int) -> Case:
    """The test case in that place.

    Raises:
        NotFound: there is none.
    """
    row = await connection.fetchrow(
        "SELECT ordinal, name, input_size, answer_size, input_sha256, answer_sha256, checker_flags, args, points,"
        " files, (SELECT count(*) FROM testcases WHERE problem_version_id = $1) AS total"
        " FROM testcases WHERE problem_version_id = $1 AND ordinal = $2",
        *(version_id, ordinal),
    )
    if row is None:
        raise NotFound("The version has no such test case.")
    texts = {name: tuple(row[name]) for name in ("checker_flags", "args")}
    return Case(**{**dict(row), **texts, "files": tuple(sorted(row["files"]))})


async def beginning(pool: Pool, sha256: bytes, *, max_bytes: int) -> bytes:
    """The first bytes of a test case's input or answer."""
    async with pool.acquire() as connection:
        start: bytes | None = await connection.fetchval(
            "SELECT substr(content, 1, $2) FROM blobs WHERE sha256 = $1", sha256, max_bytes
        )
    return (await blobs.fetch(pool, sha256))[:max_bytes] if start is None else start
