"""Commands of those who make problems: ``judge problem``."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterable
from functools import partial
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from judge.cli import rights
from judge.cli.context import open_connection
from judge.cli.documents import JSON
from judge.cli.settings import Lazy
from judge.cli.verifying import problem_verify
from judge.errors import NotFound, PackageError, UsageError
from judge.models import KIB, MIB
from judge.preparing.workbench import finished, read_package
from judge.store import blobs, contests, problems, selections, versions
from judge.store.problems import Origin
from judge.store.selections import Selection, Target
from judge.verifying.stats import Stats, stats
from problems import archive
from problems.export import export
from problems.package import Package, load
from problems.skeletons import Kind, write
from problems.zipping import zip_folder

#: The name of a package's folder ("General requirements" in the package format).
_NAME = re.compile(r"[a-z0-9]{1,64}")


@click.group()
def problem() -> None:
    """Problem packages."""


problem.add_command(problem_verify)
problem.add_command(rights.group)


@problem.command("new")
@click.argument("name")
@click.option("--to", "parent", type=click.Path(path_type=Path), default=Path(), help="Where the folder is made.")
@click.option("--title", help="What pages call the problem; its name by default.")
@click.option("--interactive", "kind", flag_value=Kind.INTERACTIVE.value, help="It talks with submissions.")
@click.option("--scoring", "kind", flag_value=Kind.SCORING.value, help="It gives points for groups of tests.")
@click.option("--validator", "kind", flag_value=Kind.VALIDATOR.value, help="Several outputs are right.")
def problem_new(name: str, parent: Path, title: str | None, kind: str | None) -> None:
    """Make a folder NAME with a small problem to begin with, complete and verifying as it stands."""
    if not _NAME.fullmatch(name):
        raise UsageError(f"{name!r} is no name for a package: use at most 64 of a-z and 0-9")
    folder = parent / name
    write(Kind(kind or Kind.PLAIN.value), folder, title=title or name.capitalize())
    click.echo(f"{folder}: made. Change it, then run: judge problem verify {folder}")


@problem.command("import")
@click.argument("packages", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--contest", "contest_name", help="Add the problems to this contest, under the next free labels.")
@click.option("--to", "folder", type=click.Path(path_type=Path), help="Write them there as folders instead.")
@click.pass_obj
def problem_import(lazy: Lazy, packages: tuple[Path, ...], contest_name: str | None, folder: Path | None) -> None:
    """Read PACKAGES, folders of problem packages or zips of them, and make each the live version of its problem.

    All or none: if anything is wrong with one of them, nothing changes. With --to no database is asked: each package,
    whatever its format, becomes a folder in the format 2025-09. What is imported is kept as a zip as well, so that
    setters can change it on pages.
    """
    if folder is not None and contest_name is not None:
        raise UsageError("--to writes folders, and --contest changes the database: give one of them")
    with archive.scratch() as scratch:
        loaded = _load_all(lazy, packages, scratch, needs_limit=folder is None)
        if folder is not None:
            for package in loaded:
                _export(package, folder / _exported_name(package))
        else:
            # One zip at a time is in memory.
            origins = map(partial(_origin, lazy, scratch), packages, loaded)
            asyncio.run(_publish(lazy, zip(loaded, origins, strict=True), contest_name))
    for package in loaded:
        for warning in package.warnings:
            click.echo(f"{package.name}: warning: {warning}", err=True)
        click.echo(f"{package.name}: {package.title}, {len(package.problem.testcases)} tests")


@problem.command("export")
@click.argument("name")
@click.option("--to", "target", type=click.Path(path_type=Path, dir_okay=False), required=True, help="The zip to make.")
@click.pass_obj
def problem_export(lazy: Lazy, name: str, target: Path) -> None:
    """Write a package as a zip in the format 2025-09: NAME is a folder, a zip, or a problem in the database."""
    if target.suffix != ".zip":
        raise UsageError(f"{target}: name it like a problem, with .zip at its end")
    if not _NAME.fullmatch(target.stem):
        raise UsageError(f"{target.name}: the zip is named like the package in it, with at most 64 of a-z and 0-9")
    with archive.scratch() as scratch:
        path = Path(name) if Path(name).exists() else asyncio.run(_stored(lazy, name, scratch))
        package = _load_all(lazy, (path,), scratch, needs_limit=False)[0]
        folder = scratch / "export" / target.stem
        _export(package, folder)
        try:
            zip_folder(folder, target)
        except OSError as error:
            raise UsageError(f"{target}: {error.strerror}") from error
    click.echo(f"{target}: {package.title}, {len(package.problem.testcases)} tests")


@problem.command("stats")
@click.argument("packages", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True))
@JSON
def problem_stats(packages: tuple[Path, ...], *, as_json: bool) -> None:
    """Count what PACKAGES, folders or zips, consist of. Runs nothing."""
    with archive.scratch() as scratch:
        counted = [stats(package) for package in _read_all(packages, scratch)]
    if as_json:
        click.echo(json.dumps({"problems": [item.as_json() for item in counted]}))
        return
    for item in counted:
        _show_stats(item)


def _origin(lazy: Lazy, scratch: Path, path: Path, package: Package) -> Origin:
    """The zip to keep of an imported package: the one that it came in, or its folder's."""
    zipped, name = path, path.name
    if not path.is_file():
        zipped, name = scratch / f"{package.name}.zip", f"{package.name}.zip"
        try:
            zip_folder(package.path, zipped)
        except PackageError as error:
            return _without_zip(package, "; ".join(error.problems))
    most = lazy.settings.max_package_bytes
    if zipped.stat().st_size > most:
        return _without_zip(package, f"its zip is larger than {most // MIB} MiB")
    return Origin(package=zipped.read_bytes(), file_name=name)


def _without_zip(package: Package, why: str) -> Origin:
    click.echo(f"{package.name}: cannot be changed or downloaded on pages: {why}", err=True)
    return Origin()


async def _publish(lazy: Lazy, loaded: Iterable[tuple[Package, Origin]], contest_name: str | None) -> None:
    async with open_connection(lazy.settings) as to, to.transaction():
        contest_id = (await contests.by_name(to, contest_name)).id if contest_name else None
        for package, origin in loaded:
            version_id = await problems.publish(to, package, origin)
            if contest_id is not None:
                problem_id = await problems.problem_of(to, version_id)
                await contests.add_problem(to, contest_id=contest_id, problem_id=problem_id)
            stale = await selections.count(to, Selection(problem=package.name, is_stale=True), Target())
            if stale:
                click.echo(
                    f"{package.name}: {stale} submissions were judged with other tests, limits or checker;"
                    f" `judge rejudge --problem {package.name} --stale` judges them again",
                    err=True,
                )


async def _stored(lazy: Lazy, name: str, scratch: Path) -> Path:
    """The zip that the live version of a problem was uploaded as."""
    async with open_connection(lazy.settings) as connection:
        version = await versions.live(connection, name)
        if version is None:
            raise NotFound(f"there is neither a folder nor a problem called {name}")
        content = await blobs.get(connection, await versions.package_of(connection, version.id))
    path = scratch / (version.file_name or f"{name}.zip")
    path.write_bytes(content)
    return path


def _export(package: Package, folder: Path) -> None:
    """Write the package, tell what could not be said exactly, and see that what was written can be read."""
    if folder.exists():
        raise UsageError(f"{folder} exists already; remove it, or write elsewhere")
    for note in export(package, folder):
        click.echo(f"{package.name}: {note}", err=True)
    load(folder)


def _exported_name(package: Package) -> str:
    return re.sub(r"[^a-z0-9]", "", package.name) or "problem"


def _load_all(lazy: Lazy, paths: tuple[Path, ...], scratch: Path, *, needs_limit: bool) -> list[Package]:
    """Every package with all its test cases, and a time limit where one is needed; or all that is wrong with any."""
    loaded = _read_all(paths, scratch)
    said = partial(click.echo, err=True)

    async def whole() -> list[Package]:
        return [await finished(lazy.settings, package, said=said, needs_limit=needs_limit) for package in loaded]

    return asyncio.run(whole())


def _read_all(paths: tuple[Path, ...], scratch: Path) -> list[Package]:
    loaded: list[Package] = []
    wrong: list[str] = []
    for number, path in enumerate(paths):
        try:
            loaded.append(read_package(path, scratch / str(number)))
        except PackageError as error:
            # What is wrong with a zip as such names it already.
            is_named = f"{path.name}: "
            wrong += [line if line.startswith(is_named) else f"{path.name}/{line}" for line in error.problems]
    if wrong:
        raise PackageError(wrong)
    return loaded


def _show_stats(item: Stats) -> None:
    """The counts for people."""
    limits = item.limits
    time_limit = "inferred from its submissions" if item.is_time_inferred else f"{limits.time_ms / 1000:g} s"
    rows = {
        "format": item.format,
        "limits": f"{time_limit}, {limits.memory_bytes // MIB} MiB, output {limits.output_bytes // MIB} MiB,"
        f" code {limits.code_bytes // KIB} KiB",
        "tests": f"{item.samples} samples, {item.secret} secret",
        "groups": _listed(item.groups),
        "data": f"{_size(item.input_bytes)} of inputs, {_size(item.answer_bytes)} of answers; the largest input is"
        f" {item.largest_input[0]} with {_size(item.largest_input[1])}",
        "checker": item.checker,
        "input validators": str(item.input_validators),
        "statements": ", ".join(item.statements) or "none",
        "submissions": _listed(item.by_verdict),
        "languages": _listed(item.by_language),
        "missing": f"no submission is meant to get {' or '.join(item.missing_verdicts)}"
        if item.missing_verdicts
        else "",
    }
    table = Table(title=f"{item.name}: {item.title}", title_justify="left", box=None, show_header=False)
    for name, text in rows.items():
        if text:
            table.add_row(name, text)
    Console(highlight=False, markup=False, width=None).print(table)


def _listed(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.items())


def _size(size_bytes: int) -> str:
    return f"{size_bytes / MIB:.1f} MiB" if size_bytes >= MIB else f"{size_bytes / KIB:.1f} KiB"
