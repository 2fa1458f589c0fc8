"""Judging one source against one package: no database, no server, nothing kept but compiled programs."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

from judge import host
from judge.config import Isolation, Settings
from judge.errors import UsageError
from judge.judging import Bench, PackageData, Silent, judge
from judge.languages import guess, language
from judge.models import MIB, Blob, Judged, Problem, Source, SourceFile
from judge.queue import check_source
from problems.package import load
from sandbox.engine import Progress
from sandbox.images import ensure
from sandbox.pool import CellPool

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
    package = load(package_path)
    source = read_source(source_path, language_id)
    check_source(source, package.problem.limits, max_source_bytes=settings.max_source_bytes)
    async with _bench(settings, package.problem, source, package.files, said) as bench:
        slot = bench.pool.slots[0]
        judged = await judge(package.problem, source, bench=bench, slot=slot, progress=Silent(), is_full=is_full)
    return describe(judged, source, settings.isolation)


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
        "score": None,
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
                "score": None,
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


@contextlib.asynccontextmanager
async def _bench(
    settings: Settings, problem: Problem, source: Source, files: Mapping[Blob, Path], said: Progress
) -> AsyncIterator[Bench]:
    """What judging takes, with just the images needed and no cell made ahead."""
    used = [source, *([problem.checker.program] if problem.checker.program else [])]
    recipes = [language(program.language) for program in used]
    names = await _image_names(settings, {name for recipe in recipes for name in (recipe.image, recipe.runs_in)}, said)
    pool = CellPool(host.cell_maker(settings), host.slots(settings), keeps_warm=False)
    try:
        yield Bench(pool=pool, programs=host.open_programs(settings, names), data=PackageData(files))
    finally:
        await pool.close()


async def _image_names(settings: Settings, wanted: set[str], said: Progress) -> dict[str, str]:
    if settings.isolation is Isolation.LOCAL:
        return await host.image_names(settings)
    return await ensure(
        host.recipes(wanted), mirror=settings.debian_mirror, cache_dir=settings.data_dir / "images", progress=said
    )
