"""Verifies packages one after the other, on one bench, with what earlier sessions remember."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from judge.config import Settings
from judge.errors import PackageError
from judge.models import Source
from judge.pipeline.surroundings import surroundings
from judge.preparing.workbench import programs_of, read_package, with_files, workbench
from judge.verifying.desk import Desk, Watcher
from judge.verifying.memory import Memory, RememberedChecks, RememberedRuns
from judge.verifying.package import unreadable, verify
from judge.verifying.report import PackageReport
from problems import archive
from problems.package import Package


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """A package, or why it is none."""

    path: Path
    package: Package | None
    report: PackageReport | None


async def verify_all(
    settings: Settings, paths: Sequence[Path], watcher: Watcher, *, remembers: bool = True
) -> list[PackageReport]:
    """The report on each package, in the order given; one that cannot be read does not hold up the others.

    Raises:
        SandboxError: this host cannot judge at the isolation level of the settings.
    """
    with archive.scratch() as scratch:
        read = [_read(path, scratch / str(number)) for number, path in enumerate(paths)]
        if not any(item.package for item in read):
            return [item.report for item in read if item.report]
        return await _verify_read(settings, read, watcher, remembers=remembers)


async def _verify_read(
    settings: Settings, read: Sequence[_Read], watcher: Watcher, *, remembers: bool
) -> list[PackageReport]:
    path = settings.data_dir / "verify" / "found.sqlite" if remembers else None
    sources = _sources(read)
    reports = []
    with Memory(path, surroundings(settings.isolation.value)) as memory:
        async with workbench(settings, sources, said=watcher.says, keeps_warm=True) as bench:
            for item in read:
                report = item.report
                if item.package is not None:
                    desk = Desk(
                        bench=with_files(bench, item.package.files),
                        slots=bench.pool.slots,
                        runs=RememberedRuns(memory),
                        checks=RememberedChecks(memory),
                        watcher=watcher,
                    )
                    report = await verify(item.package, desk, path=str(item.path))
                assert report is not None
                watcher.ends(report)
                reports.append(report)
    return reports


def _sources(read: Sequence[_Read]) -> Iterator[Source]:
    return itertools.chain.from_iterable(programs_of(item.package) for item in read if item.package is not None)


def _read(path: Path, scratch: Path) -> _Read:
    name = path.resolve().name.removesuffix(".zip")
    try:
        return _Read(path=path, package=read_package(path, scratch), report=None)
    except PackageError as error:
        return _Read(path=path, package=None, report=unreadable(str(path), name, error))
