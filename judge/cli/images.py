"""Commands about images: ``judge image`` and ``judge language images``."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from judge.cli.documents import JSON, show
from judge.cli.settings import Lazy
from judge.errors import UsageError
from judge.hosts import host
from judge.models import MIB
from judge.recipes.languages import images as known_images
from judge.recipes.languages import languages, offered
from sandbox import engine, images, inventory, pruning
from sandbox.inventory import Contents
from sandbox.trees import Recipe

#: Where the table goes to a file or a pipe.
_WIDTH = 140


@click.command("images")
@JSON
@click.option("--all", "is_all", is_flag=True, help="Those of all languages, not only of those offered.")
@click.option("--packages", "name", metavar="NAME", help="List the packages of that image, with their versions.")
@click.pass_obj
def listed(lazy: Lazy, *, as_json: bool, is_all: bool, name: str | None) -> None:
    """List the images that languages are compiled and run in, and what this host has of them."""
    lazy.settings  # noqa: B018 - which languages there are is the settings' to say.
    recipes = _named((name,) if name else tuple(known_images()) if is_all else ())
    found = asyncio.run(_contents(recipes))
    if name is not None:
        _show_packages(recipes[0], found[0], as_json=as_json)
        return
    old = asyncio.run(pruning.stale({recipe.tag for recipe in host.recipes(known_images())}))
    if as_json:
        described = [_as_json(recipe, held) for recipe, held in zip(recipes, found, strict=True)]
        stale = [{"digest": item.digest, "tags": item.tags, "size_bytes": item.size_bytes} for item in old]
        click.echo(json.dumps({"images": described, "stale": stale}))
        return
    _show_images(recipes, found)
    if old := [item for item in old if not item.used_by]:
        size = _mib(sum(item.size_bytes for item in old))
        click.echo(f"{len(old)} more that no recipe means any more, {size}: `judge image prune` removes them", err=True)


@click.group()
def image() -> None:
    """Language images."""


@image.command("build")
@click.argument("names", nargs=-1)
@click.option("--again", "is_again", is_flag=True, help="Also those that are there: Debian may have newer packages.")
@click.pass_obj
def image_build(lazy: Lazy, names: tuple[str, ...], *, is_again: bool) -> None:
    """Build the images of those NAMES that are missing; of all languages offered by default.

    Equal recipes and packages give equal digests.
    """
    wanted = _named(names)
    settings = lazy.settings

    async def work() -> None:
        settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o711)
        async with engine.running(click.echo, data_dir=settings.data_dir):
            cache_dir = settings.data_dir / "images"
            built = await images.ensure(
                wanted, mirror=settings.debian_mirror, cache_dir=cache_dir, progress=click.echo, is_again=is_again
            )
        for recipe in wanted:
            click.echo(f"{recipe.tag} {built[recipe.name]}")

    asyncio.run(work())


@image.command("prune")
@click.option("--dry-run", "is_dry", is_flag=True, help="Only say what would be removed.")
@click.option("--all", "is_all", is_flag=True, help="Also the images of languages that are not offered.")
@click.pass_obj
def image_prune(lazy: Lazy, *, is_dry: bool, is_all: bool) -> None:
    """Remove the images made here that no recipe means any more, and what killed builds left.

    What a container uses stays, and so does every image that has another name than a recipe would give it.
    """
    cache_dir = lazy.settings.data_dir / "images"
    asyncio.run(_prune(host.recipes(() if is_all else known_images()), cache_dir, is_dry=is_dry))


async def _prune(kept: list[Recipe], cache_dir: Path, *, is_dry: bool) -> None:
    freed_bytes = 0
    if not is_dry:
        await pruning.remove_containers()
    for item in await pruning.stale({recipe.tag for recipe in kept}):
        name = ", ".join(item.tags) or item.digest.removeprefix("sha256:")[:12]
        if item.used_by:
            click.echo(f"{name}: kept, since a container uses it: {', '.join(item.used_by)}")
        elif is_dry or await pruning.remove(item):
            click.echo(f"{name}: {_mib(item.size_bytes)}")
            freed_bytes += item.size_bytes
        else:
            click.echo(f"{name}: kept, since a container uses it by now")
    for folder in await pruning.leftovers(cache_dir, is_removing=not is_dry):
        click.echo(f"{folder.path}: {_mib(folder.size_bytes)}")
        freed_bytes += folder.size_bytes
    click.echo(f"{_mib(freed_bytes)} {'to be freed' if is_dry else 'freed'}")


def _mib(size_bytes: int) -> str:
    return f"{size_bytes / MIB:.1f} MiB"


def _named(names: tuple[str, ...]) -> list[Recipe]:
    """The recipes of those images; by default of all that the languages offered need."""
    known = {recipe.name: recipe for recipe in host.recipes(known_images())}
    if unknown := sorted(set(names) - set(known)):
        raise UsageError(f"no image is called {', '.join(unknown)}; there are: {', '.join(known)}")
    return [known[name] for name in names] or host.recipes()


async def _contents(recipes: list[Recipe]) -> list[Contents | None]:
    return await asyncio.gather(*(inventory.contents(recipe) for recipe in recipes))


def _uses(recipe: Recipe) -> dict[str, list[str]]:
    """The languages compiled in an image, and those run in it: those offered, else whichever there are."""
    every = list(languages().values())
    using = [item for item in every if recipe.name in (item.image, item.runs_in)]
    using = [item for item in using if item.is_internal or item.id in offered()] or using
    return {
        "compiles": [item.id for item in using if item.compile and item.image == recipe.name],
        "runs": [item.id for item in using if item.run and item.runs_in == recipe.name],
    }


def _as_json(recipe: Recipe, held: Contents | None) -> dict[str, Any]:
    """An image as ``--json`` prints it; what is not built has a name and uses only."""
    return {
        "name": recipe.name,
        "tag": recipe.tag,
        **_uses(recipe),
        "is_built": held is not None,
        "size_bytes": held.size_bytes if held else None,
        "packages": len(held.packages) if held else None,
        "digest": held.digest if held else None,
        "built_at": held.built_at.isoformat() if held else None,
    }


def _show_images(recipes: list[Recipe], found: list[Contents | None]) -> None:
    table = Table(box=None)
    for heading in ("image", "for", "languages", "MiB", "packages", "digest", "built"):
        table.add_column(heading, overflow="fold", justify="right" if heading in ("MiB", "packages") else "left")
    for recipe, held in zip(recipes, found, strict=True):
        uses = _uses(recipe)
        purpose = " and ".join(verb for verb, key in (("compiling", "compiles"), ("running", "runs")) if uses[key])
        used_by = ", ".join(dict.fromkeys(uses["compiles"] + uses["runs"]))
        facts = ("-", "-", "-", "not built")
        if held is not None:
            digest, built = held.digest.removeprefix("sha256:")[:12], f"{held.built_at:%Y-%m-%d %H:%M} UTC"
            facts = (f"{held.size_bytes / MIB:.1f}", str(len(held.packages)), digest, built)
        table.add_row(recipe.name, purpose or "-", used_by or "-", *facts)
    # What is not a terminal has no width to respect.
    Console(width=None if sys.stdout.isatty() else _WIDTH).print(table)


def _show_packages(recipe: Recipe, held: Contents | None, *, as_json: bool) -> None:
    if held is None:
        raise UsageError(f"image {recipe.name} is not built: run `judge image build {recipe.name}`")
    listed = [{"name": package.name, "version": package.version} for package in held.packages]
    lines = (f"{item['name']} {item['version']}" for item in listed)
    show({"image": recipe.name, "packages": listed}, lines, as_json=as_json)
