"""What a contestant reads of a problem: its statements and samples."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from judge.errors import NotFound
from judge.store import blobs
from judge.store.pool import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A statement in one language and format."""

    language: str
    #: ``md``, ``tex``, ``html``, ``txt`` or ``pdf``.
    format: str
    sha256: bytes
    #: The paths of the pictures that it shows.
    pictures: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file for contestants."""

    name: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A test case that contestants may see, in bytes as long as ``samples`` was asked for at most."""

    name: str
    input: bytes
    answer: bytes
    #: A dialogue that is shown instead of input and answer, lines after ``>`` or ``<``.
    interaction: bytes | None
    #: Whether all of it is shown.
    is_whole: bool


#: What is shown of a version's samples, $1: their own data unless the package says otherwise.
_SHOWN = """
    SELECT name, ordinal, interaction_sha256,
           CASE WHEN is_own THEN t.input_sha256 ELSE s.input_sha256 END AS input_sha256,
           CASE WHEN is_own THEN t.answer_sha256 ELSE s.answer_sha256 END AS answer_sha256
    FROM (SELECT * FROM testcases WHERE problem_version_id = $1 AND name LIKE 'sample/%') t
    FULL JOIN (SELECT * FROM problem_samples WHERE problem_version_id = $1) s USING (name)
    CROSS JOIN LATERAL (SELECT s.problem_version_id IS NULL AS is_own) own
"""


async def all_statements(connection: Connection, version_id: int) -> list[Statement]:
    """The problem version's statements, English first, then by language."""
    rows = await connection.fetch(
        """
        SELECT language, format, sha256, ARRAY(
            SELECT name FROM problem_pictures p WHERE p.problem_version_id = s.problem_version_id
              AND p.language = s.language AND p.format = s.format ORDER BY name) AS pictures
        FROM problem_statements s
        WHERE problem_version_id = $1 ORDER BY language <> 'en', language, format
        """,
        version_id,
    )
    return [Statement(**{**dict(row), "pictures": tuple(row["pictures"])}) for row in rows]


async def picture(connection: Connection, version_id: int, *, language: str, format_: str, name: str) -> bytes:
    """A picture that a statement shows.

    Raises:
        NotFound: it shows none of that name.
    """
    sha256: bytes | None = await connection.fetchval(
        "SELECT sha256 FROM problem_pictures"
        " WHERE problem_version_id = $1 AND language = $2 AND format = $3 AND name = $4",
        *(version_id, language, format_, name),
    )
    if sha256 is None:
        raise NotFound("There is no such picture.")
    return await blobs.get(connection, sha256)


async def attachments(connection: Connection, version_id: int) -> list[Attachment]:
    """The files for contestants, by name."""
    rows = await connection.fetch(
        "SELECT name, size FROM problem_attachments WHERE problem_version_id = $1 ORDER BY name", version_id
    )
    return [Attachment(**row) for row in rows]


async def attachment(connection: Connection, version_id: int, *, name: str) -> bytes:
    """The digest of a file for contestants.

    Raises:
        NotFound: there is none of that name.
    """
    sha256: bytes | None = await connection.fetchval(
        "SELECT sha256 FROM problem_attachments WHERE problem_version_id = $1 AND name = $2",
        *(version_id, name),
    )
    if sha256 is None:
        raise NotFound("There is no such file.")
    return sha256


async def samples(connection: Connection, version_id: int, *, max_bytes: int) -> list[Sample]:
    """What is shown of the samples, in judging order, each file cut after ``max_bytes``."""
    rows = await connection.fetch(
        f"""
        SELECT name, input_sha256, answer_sha256, interaction_sha256, substr(i.content, 1, $2) AS input,
               substr(a.content, 1, $2) AS answer, substr(d.content, 1, $2) AS interaction,
               greatest(i.size, a.size, d.size) <= $2 AS is_whole
        FROM ({_SHOWN}) shown LEFT JOIN blobs i ON i.sha256 = input_sha256
        LEFT JOIN blobs a ON a.sha256 = answer_sha256 LEFT JOIN blobs d ON d.sha256 = interaction_sha256
        WHERE i.sha256 IS NOT NULL OR d.sha256 IS NOT NULL ORDER BY ordinal, name
        """,
        version_id,
        max_bytes,
    )

    async def shown(row: Mapping[str, Any], kind: str) -> bytes | None:
        digest, start = row[f"{kind}_sha256"], row[kind]
        # One whose bytes are not here is rare: what is known to be shown stays in Postgres.
        return start if start is not None or digest is None else (await blobs.get(connection, digest))[:max_bytes]

    return [
        Sample(
            name=row["name"],
            input=await shown(row, "input") or b"",
            answer=await shown(row, "answer") or b"",
            interaction=await shown(row, "interaction"),
            is_whole=row["is_whole"],
        )
        for row in rows
    ]


async def samples_size(connection: Connection, version_id: int) -> int:
    """How many bytes all files of the samples that are shown have together."""
    size: int = await connection.fetchval(
        f"""
        SELECT coalesce(sum(coalesce(i.size, 0) + coalesce(a.size, 0) + coalesce(d.size, 0)), 0)::bigint
        FROM ({_SHOWN}) shown LEFT JOIN blobs i ON i.sha256 = input_sha256
        LEFT JOIN blobs a ON a.sha256 = answer_sha256 LEFT JOIN blobs d ON d.sha256 = interaction_sha256
        """,
        version_id,
    )
    return size


async def sample_file(connection: Connection, version_id: int, *, ordinal: int, kind: str) -> bytes:
    """One file of the ``ordinal``-th sample that is shown, whole: its "in", "ans" or "interaction".

    Raises:
        NotFound: there is no such sample.
    """
    sha256: bytes | None = await connection.fetchval(
        f"""
        SELECT CASE $3::text WHEN 'in' THEN input_sha256 WHEN 'ans' THEN answer_sha256 ELSE interaction_sha256 END
        FROM ({_SHOWN}) shown
        WHERE input_sha256 IS NOT NULL OR interaction_sha256 IS NOT NULL
        ORDER BY ordinal, name OFFSET $2 - 1 LIMIT 1
        """,
        *(version_id, ordinal, kind),
    )
    if sha256 is None:
        raise NotFound("There is no such sample.")
    return await blobs.get(connection, sha256)
