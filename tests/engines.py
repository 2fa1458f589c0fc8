"""The engine and the images that tests need, had once for the whole suite or for a part that is run alone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from judge import samples
from judge.hosts import host
from judge.recipes.languages import needed_images
from sandbox import engine
from sandbox.images import ensure

SAMPLES = Path(__file__).parents[1] / "problems" / "samples"


@asynccontextmanager
async def images_there(folder: Path) -> AsyncIterator[dict[str, str]]:
    """An engine that runs, and the images on it of every language that is offered or that samples are written in."""
    wanted = {*needed_images(), *needed_images(samples.languages(samples.packages(SAMPLES)))}
    async with engine.running(print, data_dir=folder):
        yield await ensure(host.recipes(wanted), mirror=None, cache_dir=folder / "images", progress=print)
