"""This judgehost: the slots, images and caches that judging here takes, made from the settings."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator

from judge.cache import FileCache
from judge.compiling import Programs
from judge.config import Isolation, Settings, physical_cores
from judge.errors import UsageError
from judge.languages import images
from sandbox.cell import CellMaker
from sandbox.container import ContainerMaker
from sandbox.images import Recipe, built
from sandbox.local import LocalMaker
from sandbox.pool import CellPool, Slot

PROGRAM_CACHE_BYTES = 4 * 1024**3
BLOB_CACHE_BYTES = 20 * 1024**3


def host_name() -> str:
    """What this judgehost is called: unique among those that share a database."""
    return socket.gethostname()


def slots(settings: Settings) -> tuple[Slot, ...]:
    """One slot for each physical core that runs are pinned to, the last ones first: the first core is the busiest.

    Raises:
        UsageError: more slots than cores, which would make runs disturb each other.
    """
    cores = physical_cores()
    if settings.slot_count > len(cores):
        raise UsageError(
            f"setting slots: {settings.slot_count} slots need as many physical cores, and this host has {len(cores)}"
        )
    return tuple(Slot(index=index, core=core) for index, core in enumerate(cores[::-1][: settings.slot_count]))


def cell_maker(settings: Settings) -> CellMaker:
    """Cells at the isolation level of the settings."""
    cells_dir = settings.data_dir / "cells"
    cells_dir.mkdir(parents=True, exist_ok=True)
    if settings.isolation is Isolation.LOCAL:
        return LocalMaker(cells_dir=cells_dir)
    return ContainerMaker(cells_dir=cells_dir, host=f"{host_name()}:{settings.data_dir}")


@contextlib.asynccontextmanager
async def open_pool(settings: Settings) -> AsyncIterator[CellPool]:
    """The cells of this host; those of an earlier process are removed first, our own at exit."""
    maker = cell_maker(settings)
    await maker.sweep()
    pool = CellPool(maker, slots(settings))
    try:
        yield pool
    finally:
        await pool.close()


async def image_names(settings: Settings) -> dict[str, str]:
    """What the images of recipes are called on this host; at level ``local``, where programs are its own, by its name.

    Raises:
        SandboxError: no image has been built, or no engine answers.
    """
    if settings.isolation is Isolation.LOCAL:
        return {name: f"local:{host_name()}" for name in images()}
    return await built([Recipe(name=name, packages=image.packages) for name, image in images().items()])


def open_programs(settings: Settings, names: dict[str, str]) -> Programs:
    """The cache of compiled programs, with the images they are compiled in. Whoever serves for long prunes it."""
    cache = FileCache(settings.data_dir / "cache" / "programs", most_bytes=PROGRAM_CACHE_BYTES)
    return Programs(cache=cache, images=names)


async def open_blob_cache(settings: Settings) -> FileCache:
    """The cache of test data, pruned."""
    cache = FileCache(settings.data_dir / "cache" / "blobs", most_bytes=BLOB_CACHE_BYTES)
    await asyncio.to_thread(cache.prune)
    return cache
