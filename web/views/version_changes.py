"""What differs between two versions of a problem: what submissions are judged by, and the files of the packages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from aiohttp import web

from judge.errors import NotFound, PackageError
from judge.preparing import unpacking
from judge.store import blobs, versions
from judge.store.pool import Connection
from judge.store.versions import Version
from problems import comparing
from problems.comparing import Change
from web import intake
from web.content.differences import MOST_LINES, Line
from web.keys import POOL, RENDERER
from web.pages import page
from web.translating import gettext
from web.views.sources import is_beside
from web.views.versions import LARGEST_ID, difference_between, find

#: Files in the list; of a package with more that differ, the rest is counted.
MOST_FILES = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A file that differs."""

    change: Change
    #: What differs in it; None: that is not shown.
    lines: list[Line] | None


async def show(request: web.Request) -> web.Response:
    """What is different about the version of the address, compared with the one it names as ``from``."""
    text = request.query.get("from", "")
    if not (text.isascii() and text.isdecimal() and len(text) < 19):
        raise NotFound(gettext("There is no such version of that problem."))
    async with request.app[POOL].acquire() as connection:
        new = await find(request, connection)
        old = await versions.by_id(connection, new.problem, min(int(text), LARGEST_ID))
        others = await versions.of_problem(connection, new.problem)
        difference = await difference_between(connection, old, new)
        digests = [await _zip_of(connection, version) for version in (old, new)]
    files = await _files(request, digests)
    context = {
        "old": old,
        "new": new,
        "others": [version for version in others if version.id != new.id],
        "difference": difference,
        "is_beside": is_beside(request),
        "files": None if files is None else await _compared(request, files[:MOST_FILES]),
        "further": max(0, len(files or ()) - MOST_FILES),
    }
    return page(request, "changes", context)


async def _zip_of(connection: Connection, version: Version) -> bytes | None:
    try:
        return await versions.package_of(connection, version.id)
    except NotFound:
        return None


async def _files(request: web.Request, digests: Sequence[bytes | None]) -> list[Change] | None:
    """The files that differ; None where one of the versions has no zip, or one that cannot be read any more."""
    old, new = digests
    if old is None or new is None:
        return None
    if old == new:
        return []
    async with intake.taking(request) as folder:
        paths = folder / "old.zip", folder / "new.zip"
        for path, digest in zip(paths, (old, new), strict=True):
            await unpacking.in_thread(path.write_bytes, await blobs.fetch(request.app[POOL], digest))
        try:
            return await unpacking.in_thread(comparing.changes, *paths)
        except PackageError:
            return None


async def _compared(request: web.Request, files: Sequence[Change]) -> list[Compared]:
    found = []
    shown, is_easy = 0, True
    for change in files:
        lines = None
        # Texts made to take long hold up everybody else's pages: after the first, no further one is looked into.
        if change.texts is not None and is_easy and shown < MOST_LINES:
            (lines,) = await request.app[RENDERER].differences([change.texts])
            is_easy = lines is not None
            shown += len(lines or ())
        found.append(Compared(change=change, lines=lines))
    return found
