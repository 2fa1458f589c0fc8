"""What contestants may write in: how each language is compiled and run, its limits, and a program that works."""

from __future__ import annotations

import shlex
from dataclasses import dataclass

from aiohttp import web

from judge import languages, trials
from judge.recipe import Language
from judge.store import toolchains
from judge.store.toolchains import Toolchain
from web import highlight, permissions
from web.keys import POOL, SESSION
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

    @property
    def versions(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(item.version for item in self.toolchains))

    @property
    def differs(self) -> bool:
        """Whether judgehosts compile or run it with different images."""
        return len(self.toolchains) > 1


async def index(request: web.Request) -> web.Response:
    """Every language that submissions may be written in."""
    async with request.app[POOL].acquire() as connection:
        known = await toolchains.by_language(connection)
    described = [_described(recipe, known.get(recipe.id, ())) for recipe in languages.offered().values()]
    return page(
        request,
        "languages",
        {"languages": described, "shows_digests": permissions.is_judge(request[SESSION].viewer)},
    )


def _described(recipe: Language, known: tuple[Toolchain, ...]) -> Described:
    text = trials.sample(recipe)
    return Described(
        recipe=recipe,
        toolchains=known,
        compile="\n".join(_shown(vector) for vector in recipe.compile),
        run=_shown(recipe.run),
        sample=highlight.to_html(text, recipe.id) if text else "",
    )


def _shown(vector: tuple[str, ...]) -> str:
    """A command as one would type it, with its placeholders in words."""
    words = {"sources": "FILES", "main": "MAIN-FILE", "main_stem": "MAIN", "main_class": "CLASS", "memory_mib": "MIB"}
    return shlex.join(word.format_map(words) for word in vector)
