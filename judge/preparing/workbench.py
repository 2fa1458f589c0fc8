"""A bench for judging on this machine without a database: cells, compiled programs, a package's files."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from judge.config import Isolation, Settings
from judge.hosts import host
from judge.models import Blob, Problem, Source
from judge.pipeline.judging import PackageData
from judge.pipeline.room import Bench
from judge.preparing import calibrating, generating
from problems import archive
from problems.package import Package, load
from problems.recipes import Generated, MissingTest, Solved
from sandbox.engine import Progress
from sandbox.pool import CellPool


@contextlib.asynccontextmanager
async def workbench(
    settings: Settings, sources: Iterable[Source], *, said: Progress, keeps_warm: bool = False
) -> AsyncIterator[Bench]:
    """What judging takes, with the images that these sources need, built where they are missing; no test data yet.

    Raises:
        SandboxError: this host cannot judge at the isolation level of the settings.
    """
    names = await host.image_names(settings) if settings.isolation is Isolation.LOCAL else {}
    await host.add_images(settings, names, sources, said)
    pool = CellPool(host.cell_maker(settings), host.slots(settings), keeps_warm=keeps_warm)
    try:
        yield Bench(pool=pool, programs=host.open_programs(settings, names), data=PackageData({}))
    finally:
        await pool.close()


def with_files(bench: Bench, files: Mapping[Blob, Path]) -> Bench:
    """The same bench with a package's files on it."""
    return replace(bench, data=PackageData(files))


def programs_of(package: Package) -> Iterator[Source]:
    """Every program of the package that may have to be run, its jury's submissions included."""
    yield from judges_of(package.problem)
    yield from makers_of(package)
    yield from (validator.source for validator in package.input_validators if validator.source is not None)
    yield from (submission.source for submission in package.submissions)


def makers_of(package: Package) -> Iterator[Source]:
    """Every program that may have to be run before a submission can be judged.

    Generators, solutions that make answers, and the jury's submissions where their times have to tell a limit.
    """
    for recipe in package.recipes:
        if isinstance(recipe, MissingTest):
            yield from (recipe.input.program,) if isinstance(recipe.input, Generated) else ()
            yield from recipe.answer.solutions if isinstance(recipe.answer, Solved) else ()
    if package.timing.is_inferred:
        yield from (submission.source for submission in package.submissions)


def judges_of(problem: Problem) -> Iterator[Source]:
    """Every program of the problem that judging a submission may have to run."""
    yield from (checker.program for checker in problem.checker.all if checker.program is not None)
    yield from (
        program for program in (problem.interactor, problem.static_validator, problem.grader) if program is not None
    )


async def made_whole(package: Package, bench: Bench, said: Progress) -> Package:
    """The same package with all its test cases and a time limit; nothing is run where it has both.

    Raises:
        PackageError: they cannot be had.
        SandboxError: a cell failed.
    """
    package = await generating.completed(package, with_files(bench, package.files), bench.pool.slots[0], said)
    return await calibrating.calibrated(package, with_files(bench, package.files), bench.pool.slots)


async def finished(settings: Settings, package: Package, *, said: Progress, needs_limit: bool = True) -> Package:
    """As ``made_whole``, on a bench of its own, made only where something has to be run.

    With ``needs_limit`` false a time limit that has to be inferred is left open.

    Raises:
        PackageError: they cannot be had.
        SandboxError: this host cannot judge at the isolation level of the settings.
    """
    if not package.recipes and not (needs_limit and package.timing.is_inferred):
        return package
    sources = [*judges_of(package.problem), *makers_of(package)]
    async with workbench(settings, sources, said=said) as bench:
        if needs_limit:
            return await made_whole(package, bench, said)
        return await generating.completed(package, with_files(bench, package.files), bench.pool.slots[0], said)


def read_package(path: Path, scratch: Path) -> Package:
    """The package in a folder, or in a zip, which is unpacked in ``scratch``.

    Raises:
        PackageError: it cannot be judged.
    """
    return load(archive.unpack(path, scratch) if path.is_file() else path)
