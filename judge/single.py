"""Judging one source against one package: no database, no server, nothing kept but compiled programs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from judge.config import Isolation, Settings
from judge.errors import UsageError
from judge.models import MIB, Judged, Source, SourceFile
from judge.pipeline.judging import Silent, judge
from judge.preparing.workbench import judges_of, made_whole, makers_of, read_package, with_files, workbench
from judge.queueing.queue import check_source
from judge.recipes.languages import guess, language
from problems import archive
from problems.package import Package
from problems.programs import ANSWERS
from sandbox.engine import Progress

#: Read of a file before its size is held against the problem's limit.
_FILE_BYTES = 16 * MIB


async def judge_source(
    settings: Settings, package_path: Path, source_path: Path, *, language_id: str | None, is_full: bool, said: Progress
) -> dict[str, Any]:
    """Judge, and describe what came of it as ``judge run --json`` prints it.

    Raises:
        UsageError: the source cannot be judged as given.
        PackageError: the package cannot.
        SandboxError: this host cannot judge at that isolation level.
    """
    with archive.scratch() as scratch:
        package = read_package(package_path, scratch)
        is_answers = package.problem.is_submit_answer and language_id is None
        source = read_source(source_path, ANSWERS if is_answers else language_id)
        check_source(
            source,
            package.problem.limits,
            max_source_bytes=settings.max_source_bytes,
            languages=None if is_answers else package.problem.languages,
        )
        judged = await _judged(settings, package, source, is_full=is_full, said=said)
    return describe(judged, source, settings.isolation)


async def _judged(settings: Settings, package: Package, source: Source, *, is_full: bool, said: Progress) -> Judged:
    sources = [source, *judges_of(package.problem), *makers_of(package)]
    async with workbench(settings, sources, said=said) as bench:
        package = await made_whole(package, bench, said)
        return await judge(
            package.problem,
            source,
            bench=with_files(bench, package.files),
            slot=bench.pool.slots[0],
            progress=Silent(),
            is_full=is_full,
        )


def read_source(path: Path, language_id: str | None) -> Source:
    """A program from a file, or from a folder of files (hidden ones left out).

    Raises:
        UsageError: there is no such file, or its language cannot be told.
    """
    if not path.exists():
        raise UsageError(f"{path} does not exist")
    try:
        entries = sorted(path.iterdir()) if path.is_dir() else [path]
        paths = [entry for entry in entries if entry.is_file() and (entry == path or not entry.name.startswith("."))]
        if not paths:
            raise UsageError(f"{path} is neither a file nor a folder with files in it")
        files = tuple(SourceFile(name=entry.name, content=_content(entry)) for entry in paths)
    except OSError as error:
        raise UsageError(f"{error.filename}: {error.strerror}") from error
    recipe = language(language_id) if language_id else guess([file.name for file in files])
    return Source(language=recipe.id, files=files)


def _content(path: Path) -> bytes:
    with path.open("rb") as file:
        content = file.read(_FILE_BYTES + 1)
    if len(content) > _FILE_BYTES:
        raise UsageError(f"{path} is longer than {_FILE_BYTES} bytes: is it a source?")
    return content


def describe(judged: Judged, source: Source, isolation: Isolation) -> dict[str, Any]:
    """A judging as JSON; the keys are a contract with other people's scripts."""
    return {
        "verdict": judged.verdict.value,
        "score": judged.score,
        "language": source.language,
        "isolation": isolation.value,
        "compile": {
            "ok": judged.compilation.is_ok,
            "output": judged.compilation.output,
            "cpu_ms": judged.compilation.cpu_us / 1000,
        },
        "tests": [
            {
                "name": run.testcase,
                "verdict": run.verdict.value,
                "score": run.score,
                "cpu_ms": run.cpu_us / 1000,
                "wall_ms": run.wall_us / 1000,
                "memory_bytes": run.memory_bytes,
                "exit_code": run.exit_code,
                "signal": run.signal,
                "message": run.message,
                "reason": run.reason,
            }
            for run in judged.runs
        ],
        "message": judged.message,
    }
