"""Problems and their immutable versions: what is kept of a package, and what judging takes of it.

A version is its row with a document (``documents.py``), its test cases, statements and files. What is uploaded becomes
a version that is not live; ``versions.py`` makes it live. Test cases and limits of one that is not complete, because
its package leaves them to be found out, are written once, by ``complete``.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

from pydantic import TypeAdapter

from judge.errors import NotFound, PackageError
from judge.models import Blob, Problem, Testcase
from judge.store import blobs
from judge.store.documents import Json, decoded, encoded, references
from judge.store.pool import Connection

_PROBLEM = TypeAdapter(Problem)


class Statement(Protocol):
    """A statement in one language and format."""

    @property
    def language(self) -> str: ...
    @property
    def format(self) -> str: ...
    @property
    def content(self) -> bytes: ...
    @property
    def pictures(self) -> Mapping[str, bytes]: ...


class ShownSample(Protocol):
    """What contestants are shown of a sample in place of its test data."""

    @property
    def name(self) -> str: ...
    @property
    def input(self) -> bytes | None: ...
    @property
    def answer(self) -> bytes | None: ...
    @property
    def interaction(self) -> bytes | None: ...


class Publishable(Protocol):
    """What of a problem package makes a version: ``problems.package.Package`` is one."""

    @property
    def name(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def problem(self) -> Problem: ...
    @property
    def statements(self) -> tuple[Statement, ...]: ...
    @property
    def samples(self) -> tuple[ShownSample, ...]: ...
    @property
    def attachments(self) -> Mapping[str, Blob]: ...
    @property
    def warnings(self) -> tuple[str, ...]: ...
    @property
    def files(self) -> Mapping[Blob, Path]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a version comes from."""

    #: The account that uploaded it; None: the command line.
    by: int | None = None
    #: The zip that it came in, and its name.
    package: bytes | None = None
    file_name: str | None = None


COMMAND_LINE = Origin()


async def publish(connection: Connection, package: Publishable, origin: Origin = COMMAND_LINE) -> int:
    """Make the package the live version of its problem, in one transaction; the version's id.

    The same content published twice is one version. Nothing of an earlier version changes.

    Raises:
        PackageError: something in it cannot be kept.
    """
    async with connection.transaction():
        version_id, _ = await keep(connection, package, origin)
        await connection.execute("UPDATE problem_versions SET live_at = clock_timestamp() WHERE id = $1", version_id)
    return version_id


async def keep(
    connection: Connection, package: Publishable, origin: Origin, *, is_complete: bool = True
) -> tuple[int, bool]:
    """Keep a version that is not live: its id, and whether it is new.

    Args:
        connection: to the database.
        package: what it holds.
        origin: where it comes from. Of a version that is there already the newest zip is kept: what judging takes of
            it is the same, but the jury's submissions may be others. That of one that lacked something stays: it came
            in the same zip, and by now what was lacking may be in the one that is kept.
        is_complete: whether all test cases and limits are there; else ``complete`` writes them.

    Raises:
        PackageError: something in it cannot be kept.
    """
    contents: dict[bytes, bytes] = {}
    document = _document(package.problem, contents)
    # What is not there yet comes out of anything in the zip: generators, solutions, jury submissions.
    digest = _digest(package, document, b"" if is_complete else origin.package)
    async with connection.transaction():
        problem_id = await connection.fetchval(
            "INSERT INTO problems (name) VALUES ($1) ON CONFLICT (name) DO UPDATE SET name = excluded.name"
            " RETURNING id",
            package.name,
        )
        zipped = None if origin.package is None else await blobs.put_bulk(connection, origin.package)
        known: int | None = await connection.fetchval(
            "UPDATE problem_versions SET"
            " package_sha256 = CASE WHEN $6 THEN coalesce($3, package_sha256) ELSE coalesce(package_sha256, $3) END,"
            " file_name = coalesce($4, file_name), warnings = $5 WHERE problem_id = $1 AND digest = $2 RETURNING id",
            *(problem_id, digest, None if zipped is None else zipped.sha256, origin.file_name),
            *(list(package.warnings), is_complete),
        )
        if known is not None:
            return known, False
        await _put_all(connection, contents)
        version_id: int = await connection.fetchval(
            "INSERT INTO problem_versions (problem_id, digest, title, document, is_complete, created_by,"
            " package_sha256, file_name, warnings) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id",
            *(problem_id, digest, package.title, document, is_complete, origin.by),
            *(None if zipped is None else zipped.sha256, origin.file_name, list(package.warnings)),
        )
        await _add_statements(connection, version_id, package)
        await _add_samples(connection, version_id, package)
        await _add_attachments(connection, version_id, package)
        if is_complete:
            await _add_testcases(connection, version_id, package)
    return version_id, True


async def complete(connection: Connection, version_id: int, package: Publishable, zipped: bytes | None = None) -> None:
    """Write the test cases and limits of a version that lacked some; a no-op for one that is complete.

    Args:
        connection: to the database.
        version_id: the version.
        package: what it holds.
        zipped: the zip to keep in place of that which was uploaded; None: that one stays.

    Raises:
        PackageError: something in it cannot be kept.
    """
    contents: dict[bytes, bytes] = {}
    document = _document(package.problem, contents)
    async with connection.transaction():
        is_open = await connection.fetchval(
            "UPDATE problem_versions SET document = $2, is_complete = true WHERE id = $1 AND NOT is_complete"
            " RETURNING true",
            version_id,
            document,
        )
        if is_open:
            await _put_all(connection, contents)
            await _add_testcases(connection, version_id, package)
        # Whoever comes too late, having lost the lease, changes neither: the zip has the answers that are judged by.
        if is_open and zipped is not None:
            blob = await blobs.put_bulk(connection, zipped)
            await connection.execute(
                "UPDATE problem_versions SET package_sha256 = $2 WHERE id = $1", version_id, blob.sha256
            )


async def problem_of(connection: Connection, version_id: int) -> int:
    """The id of the problem that a version is of."""
    problem_id: int = await connection.fetchval("SELECT problem_id FROM problem_versions WHERE id = $1", version_id)
    return problem_id


async def names(connection: Connection) -> list[str]:
    """The names of all problems."""
    return [row["name"] for row in await connection.fetch("SELECT name FROM problems ORDER BY name")]


async def live_version(connection: Connection, problem_id: int) -> int:
    """The version that new submissions to a problem are judged with.

    Raises:
        NotFound: there is none.
    """
    version_id: int | None = await connection.fetchval(
        "SELECT id FROM problem_versions WHERE problem_id = $1 AND live_at IS NOT NULL"
        " ORDER BY live_at DESC, id DESC LIMIT 1",
        problem_id,
    )
    if version_id is None:
        raise NotFound("problem %(problem_id)s has no version to judge with", problem_id=problem_id)
    return version_id


async def load(connection: Connection, version_id: int) -> Problem:
    """All that judging with that version takes.

    Raises:
        NotFound: there is no such version, or it is not complete.
        JudgeError: what is kept of it cannot be read.
    """
    row = await connection.fetchrow(
        "SELECT name, document FROM problem_versions JOIN problems ON problems.id = problem_id"
        " WHERE problem_versions.id = $1 AND is_complete",
        version_id,
    )
    if row is None:
        raise NotFound("problem version %(version_id)s", version_id=version_id)
    contents = await blobs.get_all(connection, references(row["document"]))
    problem = decoded(_PROBLEM, {**row["document"], "name": row["name"], "testcases": []}, contents)
    return replace(problem, testcases=await _load_testcases(connection, version_id))


async def ordinals(connection: Connection, version_id: int) -> dict[str, int]:
    """The places of a version's test cases in judging order, from 1, by their names."""
    rows = await connection.fetch("SELECT name, ordinal FROM testcases WHERE problem_version_id = $1", version_id)
    return {row["name"]: row["ordinal"] for row in rows}


async def _load_testcases(connection: Connection, version_id: int) -> tuple[Testcase, ...]:
    rows = await connection.fetch(
        "SELECT name, input_sha256, input_size, answer_sha256, answer_size, checker_flags, named_flags, args, files,"
        " points FROM testcases WHERE problem_version_id = $1 ORDER BY ordinal",
        version_id,
    )
    return tuple(
        Testcase(
            name=row["name"],
            input=Blob(sha256=row["input_sha256"], size=row["input_size"]),
            answer=Blob(sha256=row["answer_sha256"], size=row["answer_size"]),
            checker_flags=tuple(row["checker_flags"]),
            named_flags={name: tuple(flags) for name, flags in row["named_flags"].items()},
            args=tuple(row["args"]),
            files={
                name: Blob(sha256=bytes.fromhex(digest), size=size) for name, (digest, size) in row["files"].items()
            },
            points=row["points"],
        )
        for row in rows
    )


def _document(problem: Problem, contents: dict[bytes, bytes]) -> dict[str, Json]:
    document = encoded(replace(problem, testcases=()), contents)
    assert isinstance(document, dict)
    # These have columns and a table of their own.
    return {name: value for name, value in document.items() if name not in ("name", "testcases")}


async def _put_all(connection: Connection, contents: Mapping[bytes, bytes]) -> None:
    for content in contents.values():
        await blobs.put(connection, content)


async def _add_statements(connection: Connection, version_id: int, package: Publishable) -> None:
    for statement in package.statements:
        blob = await blobs.put(connection, statement.content)
        await connection.execute(
            "INSERT INTO problem_statements (problem_version_id, language, format, sha256) VALUES ($1, $2, $3, $4)",
            version_id,
            statement.language,
            statement.format,
            blob.sha256,
        )
        for name, picture in statement.pictures.items():
            shown = await blobs.put(connection, picture)
            await connection.execute(
                "INSERT INTO problem_pictures (problem_version_id, language, format, name, sha256)"
                " VALUES ($1, $2, $3, $4, $5)",
                *(version_id, statement.language, statement.format, name, shown.sha256),
            )


async def _add_samples(connection: Connection, version_id: int, package: Publishable) -> None:
    for sample in package.samples:
        shown = [
            None if content is None else (await blobs.put(connection, content)).sha256
            for content in (sample.input, sample.answer, sample.interaction)
        ]
        await connection.execute(
            "INSERT INTO problem_samples (problem_version_id, name, input_sha256, answer_sha256, interaction_sha256)"
            " VALUES ($1, $2, $3, $4, $5)",
            *(version_id, sample.name, *shown),
        )


async def _add_attachments(connection: Connection, version_id: int, package: Publishable) -> None:
    for name, blob in package.attachments.items():
        await _keep_file(connection, blob, package.files[blob])
        await connection.execute(
            "INSERT INTO problem_attachments (problem_version_id, name, sha256, size) VALUES ($1, $2, $3, $4)",
            *(version_id, name, blob.sha256, blob.size),
        )


async def _add_testcases(connection: Connection, version_id: int, package: Publishable) -> None:
    for ordinal, testcase in enumerate(package.problem.testcases, start=1):
        for blob in (testcase.input, testcase.answer, *testcase.files.values()):
            if blob not in package.files:
                raise PackageError([f"data/{testcase.name}: has yet to be made; verify the package first"])
            await _keep_file(connection, blob, package.files[blob], is_shown=testcase.name.startswith("sample/"))
        # Read for its refusals: what has columns of its own is a text to the database as well.
        encoded(testcase, {})
        await connection.execute(
            "INSERT INTO testcases (problem_version_id, ordinal, name, input_sha256, answer_sha256, input_size,"
            " answer_size, checker_flags, named_flags, args, files, points)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
            *(version_id, ordinal, testcase.name, testcase.input.sha256, testcase.answer.sha256),
            *(testcase.input.size, testcase.answer.size, list(testcase.checker_flags)),
            {name: list(flags) for name, flags in testcase.named_flags.items()},
            list(testcase.args),
            {name: [blob.hex, blob.size] for name, blob in testcase.files.items()},
            testcase.points,
        )


async def _keep_file(connection: Connection, blob: Blob, path: Path, *, is_shown: bool = False) -> None:
    if await connection.fetchval("SELECT true FROM blobs WHERE sha256 = $1", blob.sha256):
        return
    put = blobs.put if is_shown else blobs.put_bulk
    kept = await put(connection, await asyncio.to_thread(path.read_bytes))
    if kept != blob:
        raise PackageError([f"{path.name}: changed while it was being read; take the package again"])


def _digest(package: Publishable, document: Mapping[str, Json], zipped: bytes | None) -> bytes:
    """Over everything that a version holds, so that equal content is recognised."""
    described: list[Any] = [
        package.title,
        document,
        encoded(package.problem.testcases, {}),
        encoded([(s.language, s.format, s.content, s.pictures) for s in package.statements], {}),
        encoded([(s.name, s.input, s.answer, s.interaction) for s in package.samples], {}),
        {name: blob.hex for name, blob in package.attachments.items()},
        hashlib.sha256(zipped or b"").hexdigest(),
    ]
    return hashlib.sha256(json.dumps(described, sort_keys=True).encode()).digest()


async def wanted_soon(connection: Connection, *, within_s: float, most_bytes: int) -> list[Blob]:
    """Test data of the problems of contests that run or begin within that time, up to so many bytes of it.

    Contests that end first come first; those without an end, last.
    """
    rows = await connection.fetch(
        """
        WITH wanted AS (
          SELECT contest_id, problem_id, ends_at FROM contests JOIN contest_problems ON contest_id = contests.id
          WHERE starts_at < now() + make_interval(secs => $1) AND (ends_at IS NULL OR ends_at > now())
        ),
        live AS (
          SELECT DISTINCT ON (problem_id) problem_versions.id, ends_at
          FROM wanted JOIN problem_versions USING (problem_id)
          WHERE live_at IS NOT NULL ORDER BY problem_id, live_at DESC, problem_versions.id DESC
        )
        SELECT sha256, size FROM (
          SELECT sha256, size, sum(size) OVER (ORDER BY ends_at, sha256) AS total FROM (
            SELECT sha256, max(size) AS size, min(ends_at) AS ends_at
            FROM live JOIN testcases ON problem_version_id = live.id
            CROSS JOIN LATERAL (VALUES (input_sha256, input_size), (answer_sha256, answer_size)) files (sha256, size)
            GROUP BY sha256
          ) once
        ) counted WHERE total <= $2
        """,
        within_s,
        most_bytes,
    )
    return [Blob(sha256=row["sha256"], size=row["size"]) for row in rows]
