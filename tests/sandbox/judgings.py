"""What tests that judge share: an isolation level with a slot, and packages made for one test."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import pytest_asyncio

from judge.models import MIB, Blob, Judged, Limits, Run, Source, SourceFile
from judge.pipeline.cache import FileCache
from judge.pipeline.compiling import Programs
from judge.pipeline.judging import judge
from judge.pipeline.room import Bench
from judge.recipes.languages import guess, images
from problems.package import Package
from sandbox.pool import CellPool, Slot
from tests import packages
from tests.sandbox.conftest import CORE, Level

#: Small, so that programs which only stop at a limit stop soon.
LIMITS = Limits(
    time_ms=1000,
    wall_ms=2000,
    memory_bytes=256 * MIB,
    output_bytes=MIB,
    compile_time_ms=20_000,
    compile_memory_bytes=1024 * MIB,
    validation_time_ms=1000,
    validation_memory_bytes=256 * MIB,
    processes=32,
)

SUM = "print(sum(map(int, input().split())))\n"
SUM_CPP = "#include <iostream>\nint main() { int a, b; std::cin >> a >> b; std::cout << a + b << '\\n'; }\n"

_numbers = itertools.count(1)


class PackageData:
    """Test data in a package's folder."""

    def __init__(self, package: Package) -> None:
        self._package = package

    async def path(self, blob: Blob) -> Path:
        return self._package.files[blob]


class Witness:
    """Writes down what a judging tells of itself."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    def compiling(self) -> None:
        self.heard.append("compiling")

    def running(self) -> None:
        self.heard.append("running")

    def ran(self, ordinal: int, run: Run) -> None:
        self.heard.append(f"{ordinal} {run.testcase} {run.verdict}")


class Court:
    """Judges packages at one isolation level, on one slot."""

    def __init__(self, level: Level, pool: CellPool, programs: Programs) -> None:
        self.level = level
        self.pool = pool
        self.programs = programs

    async def judge(
        self,
        package: Package,
        source: Source,
        *,
        limits: Limits = LIMITS,
        is_full: bool = False,
        witness: Witness | None = None,
        programs: Programs | None = None,
    ) -> Judged:
        """Judge ``source`` with ``limits`` in place of the package's own."""
        bench = Bench(pool=self.pool, programs=programs or self.programs, data=PackageData(package))
        return await judge(
            dataclasses.replace(package.problem, limits=limits),
            source,
            bench=bench,
            slot=self.pool.slots[0],
            progress=witness or Witness(),
            is_full=is_full,
        )


@asynccontextmanager
async def court_at(level: Level, image_names: Mapping[str, str], folder: Path) -> AsyncIterator[Court]:
    """A court at ``level`` whose compiled programs are kept in ``folder``; its cells are gone at exit."""
    names = dict(image_names) if level.name == "container" else dict.fromkeys(images(), "local:tests")
    cache = FileCache(folder / f"programs-{level.name}-{next(_numbers)}", most_bytes=1024 * MIB)
    pool = CellPool(level.maker, [Slot(index=0, core=CORE)])
    try:
        yield Court(level, pool, Programs(cache=cache, images=names))
    finally:
        await pool.close()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def court(level: Level, image_names: dict[str, str], short_tmp: Path) -> AsyncIterator[Court]:
    """A court at each isolation level."""
    async with court_at(level, image_names, short_tmp) as made:
        yield made


def echo_package(folder: Path, changes: Mapping[str, str | bytes | None] | None = None) -> Package:
    """A package with the sample ``1 2`` and the secret test ``5 6``, whose answers are the sums."""
    return packages.loaded(folder, changes)


def program(text: str | bytes, name: str) -> Source:
    """A source of one file, in the language its name tells."""
    content = text.encode() if isinstance(text, str) else text
    return Source(language=guess([name]).id, files=(SourceFile(name=name, content=content),))
