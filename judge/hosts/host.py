"""This judgehost: the slots, images and caches that judging here takes, made from the settings."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import socket
from asyncio.subprocess import DEVNULL, PIPE, STDOUT
from collections.abc import AsyncIterator, Collection, Iterable, Iterator
from pathlib import Path

from judge.config import Isolation, Settings, physical_cores
from judge.errors import SandboxError, UsageError
from judge.models import Source
from judge.pipeline.cache import FileCache
from judge.pipeline.compiling import Programs
from judge.recipes.languages import images, needed_images, snapshot
from judge.recipes.recipe import Language
from sandbox import engine
from sandbox.cell import CellMaker
from sandbox.container import RUNC, ContainerMaker, Runtime, gvisor, virtual_machine
from sandbox.engine import Progress
from sandbox.images import built, ensure
from sandbox.inventory import first_line
from sandbox.local import LocalMaker
from sandbox.pool import CellPool, Slot
from sandbox.trees import Recipe

PROGRAM_CACHE_BYTES = 4 * 1024**3
#: A precompiled header has some ninety MiB.
HEADER_CACHE_BYTES = 1024**3
BLOB_CACHE_BYTES = 20 * 1024**3


def host_name(settings: Settings) -> str:
    """What this judgehost is called: unique among those that share a database."""
    return settings.judgehost_name or socket.gethostname()


@contextlib.contextmanager
def alone(lock: Path, what: str) -> Iterator[None]:
    """Be the only one of that kind for a data directory. The kernel gives the lock back, however we end.

    Raises:
        UsageError: another one is running.
    """
    lock.parent.mkdir(parents=True, exist_ok=True, mode=0o711)
    descriptor = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise UsageError(f"the {what} of {lock.parent} is running already") from error
        yield
    finally:
        os.close(descriptor)


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


def levels(settings: Settings) -> tuple[Isolation, ...]:
    """The isolation levels that this host can give: first that of the settings, then what contests may ask for instead.

    Nobody who asks for walls is given the level ``local``.

    Raises:
        SandboxError: the level of the settings is not to be had here, and what is missing.
    """
    if settings.isolation is Isolation.LOCAL:
        return (Isolation.LOCAL,)
    known = engine.runtimes()
    wanted = (settings.isolation, Isolation.CONTAINER, Isolation.GVISOR, Isolation.VM)
    given = [
        level for level in dict.fromkeys(wanted) if (name := _runtime(settings, level).name) is None or name in known
    ]
    if settings.isolation not in given:
        name = _runtime(settings, settings.isolation).name
        how = "run `make gvisor`" if settings.isolation is Isolation.GVISOR else "see docs/operators.md"
        raise SandboxError(f"the Docker engine knows no runtime {name} for level {settings.isolation.value}: {how}")
    return tuple(given)


def cell_maker(settings: Settings, level: Isolation | None = None) -> CellMaker:
    """Cells at ``level``, by default the isolation level of the settings."""
    level = level or settings.isolation
    cells_dir = settings.data_dir / "cells" / level.value
    cells_dir.mkdir(parents=True, exist_ok=True)
    if level is Isolation.LOCAL:
        return LocalMaker(cells_dir=cells_dir)
    host = f"{host_name(settings)}:{settings.data_dir}:{level.value}"
    return ContainerMaker(cells_dir=cells_dir, host=host, runtime=_runtime(settings, level))


def _runtime(settings: Settings, level: Isolation) -> Runtime:
    if level is Isolation.GVISOR:
        return gvisor(settings.gvisor_runtime)
    if level is Isolation.VM:
        return virtual_machine(settings.vm_runtime)
    return RUNC


@contextlib.asynccontextmanager
async def open_pools(settings: Settings) -> AsyncIterator[dict[Isolation, CellPool]]:
    """The cells of this host, for each level that it can give; first that of the settings.

    Cells of an earlier process are removed first, our own at exit.
    """
    pools: dict[Isolation, CellPool] = {}
    try:
        for level in await asyncio.to_thread(levels, settings):
            maker = cell_maker(settings, level)
            await maker.sweep()
            pools[level] = CellPool(maker, slots(settings))
        yield pools
    finally:
        for pool in pools.values():
            await pool.close()


async def image_names(settings: Settings) -> dict[str, str]:
    """What the images of recipes are called on this host; at level ``local``, where programs are its own, by its name.

    Raises:
        SandboxError: no image has been built, or no engine answers.
    """
    if settings.isolation is Isolation.LOCAL:
        return {name: f"local:{host_name(settings)}" for name in images()}
    return await built(recipes(images()))


async def add_images(settings: Settings, names: dict[str, str], programs: Iterable[Source], said: Progress) -> None:
    """Build what these programs need and ``names`` has not: packages may be in languages that nobody is offered.

    Raises:
        SandboxError: an image cannot be built.
    """
    ids = {program.language for program in programs}
    missing = set(needed_images(ids)) - names.keys() if ids else set()
    if missing:
        cache_dir = settings.data_dir / "images"
        names |= await ensure(recipes(missing), mirror=settings.debian_mirror, cache_dir=cache_dir, progress=said)


async def version(settings: Settings, item: Language) -> str | None:
    """What a language's compiler or interpreter calls itself, where it would run; None where it is not there."""
    if settings.isolation is not Isolation.LOCAL:
        return await first_line(recipes([item.image])[0], item.version, item.environment)
    environment = os.environ | item.environment
    try:
        process = await asyncio.create_subprocess_exec(
            *item.version, stdin=DEVNULL, stdout=PIPE, stderr=STDOUT, env=environment
        )
    except (FileNotFoundError, NotADirectoryError):
        return None
    said, _ = await process.communicate()
    return next(iter(said.decode(errors="replace").splitlines()), "")


def recipes(names: Collection[str] = ()) -> list[Recipe]:
    """How the images of those names are made; by default those that the languages offered need."""
    wanted = names or needed_images()
    return [
        Recipe(
            name=name,
            packages=image.packages,
            is_bare=image.bare,
            programs=image.programs,
            files=tuple(sorted(image.files.items())),
            prepare=image.prepare,
            without=image.without,
            bound=tuple(sorted(image.bound.items())),
            snapshot=snapshot() if image.packages else None,
            oci=image.oci,
        )
        for name, image in images().items()
        if name in wanted
    ]


def open_programs(settings: Settings, names: dict[str, str]) -> Programs:
    """The caches of compiled programs and headers, and the compilers' images. Whoever serves for long prunes them."""
    cache = FileCache(settings.data_dir / "cache" / "programs", most_bytes=PROGRAM_CACHE_BYTES)
    headers = FileCache(settings.data_dir / "cache" / "headers", most_bytes=HEADER_CACHE_BYTES)
    return Programs(cache=cache, images=names, headers=headers)


async def open_blob_cache(settings: Settings) -> FileCache:
    """The cache of test data, pruned."""
    cache = FileCache(settings.data_dir / "cache" / "blobs", most_bytes=BLOB_CACHE_BYTES)
    await asyncio.to_thread(cache.prune)
    return cache
