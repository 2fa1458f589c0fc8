"""Commands about languages: ``judge language``. Those about their images are in ``images.py``."""

from __future__ import annotations

import asyncio
import json
import shlex
import shutil
import sys
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from judge.cli import images
from judge.cli.documents import JSON, show
from judge.cli.settings import Lazy
from judge.config import Settings
from judge.errors import UsageError
from judge.hosts import host
from judge.models import MIB
from judge.preparing.workbench import workbench
from judge.recipes import languages, trials
from judge.recipes.recipe import Language
from judge.recipes.trials import Trial, Tried

#: Where the table goes to a file or a pipe.
_WIDTH = 140


@click.group()
def language() -> None:
    """Languages that submissions may be written in."""


language.add_command(images.listed)


@language.command("list")
@JSON
@click.option("--all", "is_all", is_flag=True, help="Also those that there are recipes for, but that are not offered.")
@click.pass_obj
def language_list(lazy: Lazy, *, as_json: bool, is_all: bool) -> None:
    """List the languages, with the version each image has. Without its image a language has no version."""
    settings = lazy.settings
    wanted = _known() if is_all else list(languages.offered().values())
    described = asyncio.run(_described(settings, wanted))
    lines = (
        f"{item['id']:12} {item['name']:27} {', '.join(item['extensions']):22} {item['version'] or '(image not built)'}"
        for item in described
    )
    show({"languages": described}, lines, as_json=as_json)


@language.command("show")
@click.argument("language_id", metavar="ID")
@JSON
@click.pass_obj
def language_show(lazy: Lazy, language_id: str, *, as_json: bool) -> None:
    """Show all that a recipe says: command lines, limits, environment, and a program that works."""
    settings = lazy.settings
    recipe = languages.language(language_id)
    (described,) = asyncio.run(_described(settings, [recipe]))
    told = recipe.model_dump(mode="json") | described | {"sample": trials.sample(recipe) if recipe.extensions else None}
    if as_json:
        click.echo(json.dumps(told))
        return
    commands = {"compile": "\n".join(map(shlex.join, recipe.compile)), "run": shlex.join(recipe.run)}
    for key, value in (told | commands).items():
        if value in ("", None, False, [], {}):
            continue
        text = ", ".join(value) if isinstance(value, list) else str(value)
        first, *rest = text.strip().splitlines()
        click.echo("\n".join([f"{key:18} {first}", *(f"{'':18} {line}" for line in rest)]))


@language.command("test")
@click.argument("language_ids", nargs=-1, metavar="[ID]...")
@click.option("--all", "is_all", is_flag=True, help="Every language that there is a recipe for.")
@click.option("--program", "names", multiple=True, type=click.Choice(list(trials.EXPECTED)), help="Only this program.")
@JSON
@click.pass_obj
def language_test(
    lazy: Lazy, language_ids: tuple[str, ...], names: tuple[str, ...], *, is_all: bool, as_json: bool
) -> None:
    """Judge the test programs of those languages, of all that are offered by default; missing images are built.

    Exit code 1: a program got another verdict than it has to get.
    """
    settings = lazy.settings
    wanted = [languages.language(key) for key in language_ids]
    wanted = wanted or (_known() if is_all else list(languages.offered().values()))
    orders = [trial for recipe in wanted for trial in trials.trials(recipe) if not names or trial.name in names]
    tried = asyncio.run(_tried(settings, orders))
    if as_json:
        click.echo(json.dumps({"programs": [_as_json(item) for item in tried]}))
    else:
        _show_tried(tried)
    sys.exit(0 if all(item.is_ok for item in tried) else 1)


@language.command("add")
@click.argument("recipe", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("programs", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_obj
def language_add(lazy: Lazy, recipe: Path, programs: tuple[Path, ...]) -> None:
    """Put RECIPE, a file ID.toml, and its test PROGRAMS into the folder of the setting languages_dir."""
    folder = lazy.settings.languages_dir
    if folder is None:
        raise UsageError("set languages_dir to a folder of your own: your languages go there, beside ours")
    languages.check(recipe, folder)
    names = {path.stem for path in programs}
    if missing := [name for name in trials.NEEDED if name not in names]:
        raise UsageError(f"a language comes with its test programs: {', '.join(missing)} missing")
    below = folder / "programs" / recipe.stem
    below.mkdir(parents=True, exist_ok=True)
    for path in programs:
        shutil.copy(path, below / path.name)
    shutil.copy(recipe, folder / recipe.name)
    click.echo(
        f"{folder / recipe.name}: next, `judge language test {recipe.stem}`, and add it to the setting languages"
    )


def _known() -> list[Language]:
    return [item for item in languages.languages().values() if not item.is_internal]


async def _tried(settings: Settings, orders: list[Trial]) -> list[Tried]:
    """What becomes of these programs, one after the other: their times are to be believed."""
    found = []
    sources = [trial.source for trial in orders]
    async with workbench(settings, sources, said=lambda line: click.echo(line, err=True)) as bench:
        with trials.data() as files:
            for trial in orders:
                found.append(await trials.attempt(trial, bench, files))
                click.echo(f"{trial.language.id} {trial.name}: {found[-1].judged.verdict.value}", err=True)
    return found


def _as_json(item: Tried) -> dict[str, Any]:
    judged = item.judged
    return {
        "language": item.trial.language.id,
        "program": item.trial.name,
        "expected": item.trial.expected.value,
        "verdict": judged.verdict.value,
        "ok": item.is_ok,
        "compile_cpu_ms": judged.compilation.cpu_us / 1000,
        "slowest_cpu_ms": judged.slowest_cpu_us / 1000,
        "memory_bytes": judged.peak_memory_bytes,
        "message": judged.message or judged.compilation.output,
    }


def _show_tried(tried: list[Tried]) -> None:
    table = Table(box=None)
    for heading in ("language", "program", "expected", "verdict", "compiling", "time", "memory", ""):
        table.add_column(heading, overflow="fold")
    for item in tried:
        judged = item.judged
        said = judged.message or judged.compilation.output or " ".join(run.reason or run.message for run in judged.runs)
        table.add_row(
            item.trial.language.id,
            item.trial.name,
            item.trial.expected.value,
            f"[{'green' if item.is_ok else 'red bold'}]{judged.verdict.value}[/]",
            # What was compiled before is not compiled again.
            f"{judged.compilation.cpu_us / 1e6:.2f} s" if judged.compilation.cpu_us else "-",
            f"{judged.slowest_cpu_us / 1e6:.3f} s" if judged.runs else "-",
            f"{judged.peak_memory_bytes / MIB:.1f} MiB" if judged.runs else "-",
            "" if item.is_ok else escape(said[:400]),
        )
    # What is not a terminal has no width to respect.
    Console(width=None if sys.stdout.isatty() else _WIDTH).print(table)
    wrong = sum(not item.is_ok for item in tried)
    click.echo(f"{len(tried) - wrong} of {len(tried)} programs got the verdict they have to get")


async def _described(settings: Settings, wanted: list[Language]) -> list[dict[str, Any]]:
    """Languages, as ``--json`` prints them."""

    async def describe(item: Language) -> dict[str, Any]:
        version = await host.version(settings, item) if item.version else None
        known = {"id": item.id, "name": item.name, "extensions": list(item.extensions), "image": item.image}
        return known | {"version": version}

    return await asyncio.gather(*(describe(item) for item in wanted))
