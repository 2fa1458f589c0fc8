"""Commands about languages and their images: ``judge language`` and ``judge image``."""

from __future__ import annotations

import asyncio
import json
from asyncio.subprocess import DEVNULL, PIPE, STDOUT
from typing import Any

import click

from judge import up
from judge.cli.context import Lazy
from judge.config import Isolation, Settings
from judge.errors import UsageError
from judge.languages import Language, languages
from judge.languages import images as language_images
from sandbox import engine, images
from sandbox.images import Recipe


@click.group()
def language() -> None:
    """Languages that submissions may be written in."""


@language.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_obj
def language_list(lazy: Lazy, *, as_json: bool) -> None:
    """List the languages, with the version each image has. Without its image a language has no version."""
    described = asyncio.run(_described_languages(lazy.settings))
    if as_json:
        click.echo(json.dumps({"languages": described}))
        return
    for item in described:
        extensions = ", ".join(item["extensions"])
        click.echo(f"{item['id']:10} {item['name']:22} {extensions:24} {item['version'] or '(image not built)'}")


@click.group()
def image() -> None:
    """Language images."""


@image.command("build")
@click.argument("names", nargs=-1)
@click.pass_obj
def image_build(lazy: Lazy, names: tuple[str, ...]) -> None:
    """Build the images of those NAMES that are missing; of all languages by default."""
    known = {recipe.name: recipe for recipe in up.recipes()}
    if unknown := sorted(set(names) - set(known)):
        raise UsageError(f"no image is called {', '.join(unknown)}; there are: {', '.join(known)}")
    settings = lazy.settings

    async def work() -> None:
        settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o711)
        async with engine.running(click.echo, data_dir=settings.data_dir):
            wanted = [known[name] for name in names or known]
            cache_dir = settings.data_dir / "images"
            built = await images.ensure(wanted, mirror=settings.debian_mirror, cache_dir=cache_dir, progress=click.echo)
        for recipe in wanted:
            click.echo(f"{recipe.tag} {built[recipe.name]}")

    asyncio.run(work())


async def _described_languages(settings: Settings) -> list[dict[str, Any]]:
    """Every language, as ``--json`` prints it."""

    async def describe(item: Language) -> dict[str, Any]:
        version = await _version(item, settings.isolation)
        known = {"id": item.id, "name": item.name, "extensions": list(item.extensions), "image": item.image}
        return known | {"version": version}

    return await asyncio.gather(*(describe(item) for item in languages().values()))


async def _version(item: Language, isolation: Isolation) -> str | None:
    """What the compiler or interpreter calls itself, where it would run; None where it is not there."""
    if isolation is Isolation.CONTAINER:
        return await images.first_line(
            Recipe(name=item.image, packages=language_images()[item.image].packages), item.version
        )
    try:
        process = await asyncio.create_subprocess_exec(*item.version, stdin=DEVNULL, stdout=PIPE, stderr=STDOUT)
    except FileNotFoundError:
        return None
    said, _ = await process.communicate()
    return next(iter(said.decode(errors="replace").splitlines()), "")
