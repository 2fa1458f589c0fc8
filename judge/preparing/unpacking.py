"""Room on disk for a package that is unpacked beside the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path
from typing import ParamSpec, TypeVar

from problems import archive, package
from problems.package import Package

P = ParamSpec("P")
T = TypeVar("T")


@asynccontextmanager
async def scratch() -> AsyncIterator[Path]:
    """A directory to unpack in; removing one full of files takes a while."""
    stack = ExitStack()
    folder = stack.enter_context(archive.scratch())
    try:
        yield folder
    finally:
        await in_thread(stack.close)


async def read(zipped: Path, into: Path, *, makes_answers: bool = False) -> Package:
    """The package in a zip, unpacked.

    Args:
        zipped: the zip.
        into: where its folder is made.
        makes_answers: whether answers that are missing are to be made by an accepted submission.

    Raises:
        PackageError: it cannot be judged, or not even be unpacked.
    """
    return await in_thread(lambda: package.load(archive.unpack(zipped, into), makes_answers=makes_answers))


async def in_thread(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run something slow, and do not leave before it ends, not even when cancelled: it works in a directory of ours."""
    running = asyncio.ensure_future(asyncio.to_thread(function, *args, **kwargs))
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        await asyncio.gather(running, return_exceptions=True)
        raise
