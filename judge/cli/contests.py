"""Commands of those who run a contest: ``judge contest`` and ``judge problem``."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import click

from judge.cli.context import Lazy, open_connection
from judge.config import Isolation
from judge.errors import PackageError, UsageError
from judge.store import contests, problems
from problems import archive
from problems.package import Package, load

#: Walls that a contest may ask for; ``local`` has none, and is nobody's to ask for.
_LEVELS = click.Choice([level.value for level in Isolation if level is not Isolation.LOCAL])


@click.group()
def contest() -> None:
    """Contests."""


@contest.command("create")
@click.argument("name")
@click.option("--title", help="What pages call it; the name by default.")
@click.option("--starts", help="When it starts, like 2030-05-01T09:00+02:00; now by default.")
@click.option("--ends", help="When it ends; never by default.")
@click.option("--freezes", help="When the public scoreboard stops changing; never by default.")
@click.option("--isolation", type=_LEVELS, help="The level to judge at; each judgehost's own by default.")
@click.pass_obj
def contest_create(
    lazy: Lazy,
    *,
    name: str,
    title: str | None,
    starts: str | None,
    ends: str | None,
    freezes: str | None,
    isolation: str | None,
) -> None:
    """Make a contest. Times without a zone are UTC."""
    starts_at = _time(starts) or datetime.now(UTC)
    ends_at, freeze_at = _time(ends), _time(freezes)

    async def work() -> None:
        async with open_connection(lazy.settings) as to:
            await contests.create(
                to,
                name=name,
                title=title or name,
                starts_at=starts_at,
                ends_at=ends_at,
                freeze_at=freeze_at,
                isolation=isolation,
            )

    asyncio.run(work())
    click.echo(f"contest {name}: open at /contests/{name} from {starts_at:%Y-%m-%d %H:%M} UTC")


@contest.command("isolate")
@click.argument("name")
@click.argument("level", type=click.Choice([*_LEVELS.choices, "default"]))
@click.pass_obj
def contest_isolate(lazy: Lazy, name: str, level: str) -> None:
    """Judge the submissions of contest NAME at this isolation LEVEL from now on; "default" is each judgehost's own."""

    async def work() -> int:
        async with open_connection(lazy.settings) as to:
            return await contests.isolate(to, name=name, isolation=None if level == "default" else level)

    hosts = asyncio.run(work())
    click.echo(f"contest {name}: judged at level {level}")
    if not hosts:
        click.echo(f"no judgehost gives the level {level} yet: its submissions wait until one does", err=True)


@click.group()
def problem() -> None:
    """Problem packages."""


@problem.command("import")
@click.argument("packages", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--contest", "contest_name", help="Add the problems to this contest, under the next free labels.")
@click.pass_obj
def problem_import(lazy: Lazy, packages: tuple[Path, ...], contest_name: str | None) -> None:
    """Read PACKAGES, folders of problem packages or zips of them, and make each the live version of its problem.

    All or none: if anything is wrong with one of them, nothing changes.
    """

    async def publish(loaded: list[Package]) -> None:
        async with open_connection(lazy.settings) as to, to.transaction():
            contest_id = (await contests.by_name(to, contest_name)).id if contest_name else None
            for package in loaded:
                version_id = await problems.publish(to, package)
                if contest_id is not None:
                    problem_id = await problems.problem_of(to, version_id)
                    await contests.add_problem(to, contest_id=contest_id, problem_id=problem_id)

    with archive.scratch() as scratch:
        loaded = _load_all(packages, scratch)
        asyncio.run(publish(loaded))
    for package in loaded:
        for warning in package.warnings:
            click.echo(f"{package.name}: warning: {warning}", err=True)
        click.echo(f"{package.name}: {package.title}, {len(package.problem.testcases)} tests")


def _load_all(paths: tuple[Path, ...], scratch: Path) -> list[Package]:
    """Every package, zips unpacked in ``scratch``; or all that is wrong with any of them."""
    loaded: list[Package] = []
    wrong: list[str] = []
    for number, path in enumerate(paths):
        try:
            loaded.append(load(archive.unpack(path, scratch / str(number)) if path.is_file() else path))
        except PackageError as error:
            # What is wrong with a zip as such names it already.
            is_named = f"{path.name}: "
            wrong += [line if line.startswith(is_named) else f"{path.name}/{line}" for line in error.problems]
    if wrong:
        raise PackageError(wrong)
    return loaded


def _time(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{text!r} is no time; write it like 2030-05-01T09:00+02:00") from None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
