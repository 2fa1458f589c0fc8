"""What contestants may write in: how each language is compiled and run, its limits, and a program that works."""

from __future__ import annotations

import shlex
from dataclasses import dataclass

from aiohttp import web

from judge.recipes import languages, trials
from judge.recipes.recipe import PLACEHOLDERS, Language
from judge.store import toolchains
from judge.store.toolchains import Toolchain
from web import permissions
from web.content import highlight
from web.keys import POOL, SESSION, SETTINGS
from web.pages import page


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """A language as the page shows it."""

    recipe: Language
    toolchains: tuple[Toolchain, ...]
    compile: str
    run: str
    #: Marked up; empty where there is none.
    sample: str
    #: Whether judgehosts compile or run it with different images.
    differs: bool

    @property
    def versions(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(item.version for item in self.toolchains))


async def index(request: web.Request) -> web.Response:
    """Every language that submissions may be written in."""
    async with request.app[POOL].acquire() as connection:
        known = await toolchains.by_language(connection)
        differing = await toolchains.differing(connection, lost_after_s=request.app[SETTINGS].lease_s)
    differ = {key for keys in differing.values() for key in keys}
    described = [
        _described(recipe, known.get(recipe.id, ()), differs=recipe.id in differ)
        for recipe in languages.offered().values()
    ]
    return page(
        request,
        "languages",
        {"languages": described, "shows_digests": permissions.is_setter(request[SESSION].viewer)},
    )


def _described(recipe: Language, known: tuple[Toolchain, ...], *, differs: bool) -> Described:
    text = trials.sample(recipe)
    return Described(
        recipe=recipe,
        toolchains=known,
        compile="\n".join(_shown(vector) for vector in recipe.compile),
        run=_shown(recipe.run),
        sample=highlight.to_html(text, recipe.id) if text else "",
        differs=differs,
    )


def _shown(vector: tuple[str, ...]) -> str:
    """A command as one would type it, with its placeholders in words."""
    return shlex.join(word.format_map(PLACEHOLDERS) for word in vector)
