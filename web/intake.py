"""Taking an uploaded package: read and checked whole, then kept as a version that is verified, or not at all."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from judge.errors import NotFound, UsageError
from judge.models import MIB
from judge.preparing import unpacking
from judge.queueing import queue
from judge.store import audit, blobs, contests, problem_access, problems, verifications, versions
from judge.store.contests import Contest
from judge.store.pool import Connection
from judge.store.problem_access import Access
from judge.store.problems import Origin
from judge.store.sessions import Viewer
from judge.store.versions import Version
from problems.amending import Amendment
from problems.package import Package
from problems.zipping import zip_folder
from web import forms, permissions
from web.keys import POOL, SETTINGS
from web.pages import now
from web.translating import N_, gettext

HAS_STARTED = N_("The contest has started: only an admin puts problems into it now.")
NO_ZIP = N_(
    "The package of this version was not kept, so that it cannot be changed here."
    " Import or upload it again, and change it then."
)
#: Packages being taken at a time. Each may fill more than a gigabyte of disk, and keep a processor busy.
MOST_AT_ONCE = 4
_BEING_TAKEN = web.AppKey("packages being taken", asyncio.Semaphore)


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A version that is kept and waits to be verified."""

    version: Version
    #: Whether the same package, as far as judging goes, had not been taken before.
    is_new: bool


def set_up(app: web.Application) -> None:
    """Give the application what its uploads share."""
    app[_BEING_TAKEN] = asyncio.Semaphore(MOST_AT_ONCE)


async def take(request: web.Request, viewer: Viewer) -> Taken:
    """Take the package of a streamed form, whose fields are ``contest`` and ``replace``.

    Raises:
        PackageError: with everything that is wrong with it; nothing was kept.
        UsageError: the form cannot be meant as sent.
        web.HTTPException: it is too large, or too many are being taken.
    """
    async with taking(request) as folder:
        contest = await chosen_contest(request)
        zipped = await forms.save(request, folder, max_bytes=request.app[SETTINGS].max_package_bytes)
        loaded = await unpacking.read(zipped, folder / "unpacked")
        content = await asyncio.to_thread(zipped.read_bytes)
        origin = Origin(by=viewer.id, package=content, file_name=zipped.name)
        may_replace = (await forms.read(request)).text("replace") == "yes"
        return await _keep(request, viewer, loaded, origin, contest=contest, by_itself=may_replace or None)


async def amend(request: web.Request, viewer: Viewer, version: Version, amendment: Amendment, folder: Path) -> Taken:
    """Take the package of a version with something changed, as if it had been uploaded.

    Args:
        request: the form's.
        viewer: may change the problem.
        version: whose package is changed.
        amendment: the change.
        folder: that ``taking`` gave.

    Raises:
        PackageError: with everything that is wrong with it; nothing was kept.
        UsageError: the version has no package, or one that does not take the change from where it was made.
    """
    zipped, before = await _amended(request, version, amendment, folder)
    loaded = await unpacking.read(zipped, folder / "after", makes_answers=True)
    if loaded.name != version.problem or not await unpacking.in_thread(amendment.is_in, before, loaded):
        raise UsageError(gettext("The package is written in a way that does not allow this; change it by hand."))
    content = await asyncio.to_thread(zipped.read_bytes)
    origin = Origin(by=viewer.id, package=content, file_name=version.file_name)
    return await _keep(request, viewer, loaded, origin, contest=None, by_itself=False)


async def _amended(request: web.Request, version: Version, amendment: Amendment, folder: Path) -> tuple[Path, Package]:
    """The zip of the version's package with the change made, and what the package was."""
    try:
        async with request.app[POOL].acquire() as connection:
            sha256 = await versions.package_of(connection, version.id)
    except NotFound as error:
        raise UsageError(gettext(NO_ZIP)) from error
    kept = folder / f"{version.problem}.zip"
    await unpacking.in_thread(kept.write_bytes, await blobs.fetch(request.app[POOL], sha256))
    before = await unpacking.read(kept, folder / "before", makes_answers=True)
    made = folder / "amended.zip"

    def change() -> None:
        amendment.apply(before)
        zip_folder(before.path, made)

    await unpacking.in_thread(change)
    max_bytes = request.app[SETTINGS].max_package_bytes
    if made.stat().st_size > max_bytes:
        raise UsageError(gettext("The package would be larger than %(size)s MiB.", size=max_bytes // MIB))
    return made, before


@asynccontextmanager
async def taking(request: web.Request) -> AsyncIterator[Path]:
    """A folder for a package, unless too many are being taken.

    Raises:
        web.HTTPServiceUnavailable: too many are.
    """
    being_taken = request.app[_BEING_TAKEN]
    if being_taken.locked():
        raise web.HTTPServiceUnavailable(headers={"Retry-After": "60"})
    async with being_taken, unpacking.scratch() as folder:
        yield folder


async def chosen_contest(request: web.Request) -> Contest | None:
    """The form's contest to add the problem to; None where none is chosen.

    Raises:
        UsageError: there is no such contest.
    """
    name = (await forms.read(request)).text("contest")
    if not name:
        return None
    try:
        async with request.app[POOL].acquire() as connection:
            return await contests.by_name(connection, name if name.isprintable() else "")
    except NotFound as error:
        raise UsageError(gettext("There is no such contest; choose one of the list.")) from error


async def _keep(
    request: web.Request,
    viewer: Viewer,
    loaded: Package,
    origin: Origin,
    *,
    contest: Contest | None,
    by_itself: bool | None,
) -> Taken:
    """Keep the version, and have it verified, in one transaction.

    Whether it goes live by itself, once all is as expected, is None where it does unless it replaces another one.
    """
    is_complete = not loaded.recipes and not loaded.timing.is_inferred
    async with request.app[POOL].acquire() as connection, connection.transaction():
        await _check_allowed(connection, viewer, loaded.name)
        live = await versions.live(connection, loaded.name)
        version_id, is_new = await problems.keep(connection, loaded, origin, is_complete=is_complete)
        await verifications.ask(
            connection,
            version_id=version_id,
            by=viewer.id,
            contest_id=contest.id if contest else None,
            goes_live=(live is None or live.id == version_id) if by_itself is None else by_itself,
        )
        data = {
            "problem": loaded.name,
            "problem_version_id": version_id,
            "contest": contest.name if contest else None,
            "file": origin.file_name,
        }
        await audit.record(connection, by=viewer.id, action="upload package", data=data)
        await queue.wake(connection)
        version = await versions.by_id(connection, loaded.name, version_id)
        await check_joining(connection, viewer, version)
    return Taken(version=version, is_new=is_new)


async def check_joining(connection: Connection, viewer: Viewer, version: Version) -> None:
    """Make sure that they may put the problem into the contest that it joins when the version goes live, if any.

    Raises:
        UsageError: they may not, since it has started, maybe after the version was uploaded.
    """
    if version.contest is None:
        return
    contest = await contests.by_name(connection, version.contest)
    if permissions.may_add_to_contest(viewer, contest, now()):
        return
    if contest.name not in {place.contest.name for place in await versions.places(connection, version.problem)}:
        raise UsageError(gettext(HAS_STARTED))


async def _check_allowed(connection: Connection, viewer: Viewer, problem: str) -> None:
    """Give a new problem to whoever uploads it.

    Raises:
        UsageError: the problem is there and not theirs to change.
    """
    if not await problem_access.take_name(connection, problem, by=viewer.id):
        granted = await problem_access.granted(connection, problem, viewer.id)
        if not permissions.may_use_problem(viewer, granted, Access.WRITE):
            raise UsageError(
                gettext(
                    "The problem %(problem)s is not yours to change; choose another name for the package.",
                    problem=problem,
                )
            )
