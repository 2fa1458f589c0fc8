"""Problems and their immutable versions."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Protocol

from judge.errors import NotFound
from judge.models import Blob, CheckerSpec, Limits, Problem, Source, SourceFile, Testcase
from judge.store import blobs
from judge.store.pool import Connection


class Statement(Protocol):
    """A statement in one language and format."""

    @property
    def language(self) -> str: ...
    @property
    def format(self) -> str: ...
    @property
    def content(self) -> bytes: ...


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
    def files(self) -> Mapping[Blob, Path]: ...


async def publish(connection: Connection, package: Publishable, *, created_by: int | None = None) -> int:
    """Make the package the live version of its problem, in one transaction; the version's id.

    The same content published twice is one version. Nothing of an earlier version changes.
    """
    async with connection.transaction():
        problem_id = await connection.fetchval(
            "INSERT INTO problems (name) VALUES ($1) ON CONFLICT (name) DO UPDATE SET name = excluded.name"
            " RETURNING id",
            package.name,
        )
        version_id: int | None = await connection.fetchval(
            "UPDATE problem_versions SET live_at = clock_timestamp() WHERE problem_id = $1 AND digest = $2"
            " RETURNING id",
            problem_id,
            _digest(package),
        )
        if version_id is None:
            version_id = await _add_version(connection, problem_id, package, created_by)
    return version_id


async def problem_of(connection: Connection, version_id: int) -> int:
    """The id of the problem that a version is of."""
    problem_id: int = await connection.fetchval("SELECT problem_id FROM problem_versions WHERE id = $1", version_id)
    return problem_id


async def live_version(connection: Connection, problem_id: int) -> int:
    """The version that new submissions to a problem are judged with.

    Raises:
        NotFound: there is none.
    """
    version_id: int | None = await connection.fetchval(
        "SELECT id FROM problem_versions WHERE problem_id = $1 AND live_at IS NOT NULL ORDER BY live_at DESC LIMIT 1",
        problem_id,
    )
    if version_id is None:
        raise NotFound(f"problem {problem_id} has no version to judge with")
    return version_id


async def load(connection: Connection, version_id: int) -> Problem:
    """All that judging with that version takes.

    Raises:
        NotFound: there is no such version.
    """
    row = await connection.fetchrow(
        "SELECT name, limits, checker FROM problem_versions JOIN problems ON problems.id = problem_id"
        " WHERE problem_versions.id = $1",
        version_id,
    )
    if row is None:
        raise NotFound(f"problem version {version_id}")
    testcases = await connection.fetch(
        "SELECT name, input_sha256, input_size, answer_sha256, answer_size, checker_flags FROM testcases"
        " WHERE problem_version_id = $1 ORDER BY ordinal",
        version_id,
    )
    return Problem(
        name=row["name"],
        limits=Limits(**row["limits"]),
        checker=await _load_checker(connection, row["checker"]),
        testcases=tuple(
            Testcase(
                name=case["name"],
                input=Blob(sha256=case["input_sha256"], size=case["input_size"]),
                answer=Blob(sha256=case["answer_sha256"], size=case["answer_size"]),
                checker_flags=tuple(case["checker_flags"]),
            )
            for case in testcases
        ),
    )


async def _add_version(connection: Connection, problem_id: int, package: Publishable, created_by: int | None) -> int:
    version_id: int = await connection.fetchval(
        "INSERT INTO problem_versions (problem_id, digest, title, limits, checker, created_by, live_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, clock_timestamp()) RETURNING id",
        problem_id,
        _digest(package),
        package.title,
        asdict(package.problem.limits),
        await _store_checker(connection, package.problem.checker),
        created_by,
    )
    for statement in package.statements:
        blob = await blobs.put(connection, statement.content)
        await connection.execute(
            "INSERT INTO problem_statements (problem_version_id, language, format, sha256) VALUES ($1, $2, $3, $4)",
            version_id,
            statement.language,
            statement.format,
            blob.sha256,
        )
    for ordinal, testcase in enumerate(package.problem.testcases, start=1):
        for blob in (testcase.input, testcase.answer):
            await _keep_file(connection, blob, package.files[blob])
        await connection.execute(
            "INSERT INTO testcases (problem_version_id, ordinal, name, input_sha256, answer_sha256, input_size,"
            " answer_size, checker_flags) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            version_id,
            ordinal,
            testcase.name,
            testcase.input.sha256,
            testcase.answer.sha256,
            testcase.input.size,
            testcase.answer.size,
            list(testcase.checker_flags),
        )
    return version_id


async def _keep_file(connection: Connection, blob: Blob, path: Path) -> None:
    if await connection.fetchval("SELECT true FROM blobs WHERE sha256 = $1", blob.sha256):
        return
    kept = await blobs.put(connection, await asyncio.to_thread(path.read_bytes))
    if kept != blob:
        raise NotFound(f"{path} changed while it was being imported: import it again")


def _digest(package: Publishable) -> bytes:
    """Over everything that a version holds, so that equal content is recognised."""
    described = [
        package.title,
        _checker_digest(package.problem.checker),
        asdict(package.problem.limits),
        [(s.language, s.format, hashlib.sha256(s.content).hexdigest()) for s in package.statements],
        [(t.name, t.input.hex, t.answer.hex, t.checker_flags) for t in package.problem.testcases],
    ]
    return hashlib.sha256(json.dumps(described).encode()).digest()


def _checker_digest(checker: CheckerSpec) -> str:
    return checker.name if checker.program is None else checker.program.digest.hex()


async def _store_checker(connection: Connection, checker: CheckerSpec) -> dict[str, Any]:
    if checker.program is None:
        return {"name": checker.name}
    files = [
        {"name": file.name, "sha256": (await blobs.put(connection, file.content)).hex} for file in checker.program.files
    ]
    return {"name": checker.name, "language": checker.program.language, "files": files}


async def _load_checker(connection: Connection, stored: dict[str, Any]) -> CheckerSpec:
    if "files" not in stored:
        return CheckerSpec(name=stored["name"])
    files = [
        SourceFile(name=file["name"], content=await blobs.get(connection, bytes.fromhex(file["sha256"])))
        for file in stored["files"]
    ]
    return CheckerSpec(name=stored["name"], program=Source(language=stored["language"], files=tuple(files)))
