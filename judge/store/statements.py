"""What a contestant reads of a problem: its statements and samples."""

from __future__ import annotations

from dataclasses import dataclass

from judge.errors import NotFound
from judge.store.pool import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A statement in one language and format."""

    language: str
    #: ``md``, ``tex`` or ``pdf``.
    format: str
    sha256: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A test case that contestants may see, in bytes as long as ``samples`` was asked for at most."""

    name: str
    input: bytes
    answer: bytes
    #: Whether both are shown whole.
    is_whole: bool


async def all_statements(connection: Connection, version_id: int) -> list[Statement]:
    """The problem version's statements, English first, then by language."""
    rows = await connection.fetch(
        """
        SELECT language, format, sha256 FROM problem_statements
        WHERE problem_version_id = $1 ORDER BY language <> 'en', language, format
        """,
        version_id,
    )
    return [Statement(**row) for row in rows]


async def samples(connection: Connection, version_id: int, *, max_bytes: int) -> list[Sample]:
    """The sample test cases in judging order, each file cut after ``max_bytes``."""
    rows = await connection.fetch(
        """
        SELECT t.name, substr(i.content, 1, $2) AS input, substr(a.content, 1, $2) AS answer,
               t.input_size <= $2 AND t.answer_size <= $2 AS is_whole
        FROM testcases t JOIN blobs i ON i.sha256 = t.input_sha256 JOIN blobs a ON a.sha256 = t.answer_sha256
        WHERE t.problem_version_id = $1 AND t.name LIKE 'sample/%' ORDER BY t.ordinal
        """,
        version_id,
        max_bytes,
    )
    return [Sample(**row) for row in rows]


async def sample_file(connection: Connection, version_id: int, *, ordinal: int, is_answer: bool) -> bytes:
    """One file of the ``ordinal``-th sample, whole.

    Raises:
        NotFound: there is no such sample.
    """
    content: bytes | None = await connection.fetchval(
        """
        SELECT b.content FROM testcases t
        JOIN blobs b ON b.sha256 = CASE WHEN $3 THEN t.answer_sha256 ELSE t.input_sha256 END
        WHERE t.problem_version_id = $1 AND t.name LIKE 'sample/%'
        ORDER BY t.ordinal OFFSET $2 - 1 LIMIT 1
        """,
        version_id,
        ordinal,
        is_answer,
    )
    if content is None:
        raise NotFound("There is no such sample.")
    return content
