"""Uploading a problem package: read and checked whole, then kept in one transaction or not at all."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path
from typing import ParamSpec, TypeVar

from aiohttp import web

from judge.errors import NotFound, PackageError, UsageError
from judge.models import MIB
from judge.store import audit, contests, problems
from judge.store.contests import Contest
from judge.store.sessions import Viewer
from problems import archive, package
from problems.package import Package
from web import forms, notices, permissions
from web.keys import POOL, SESSION, SETTINGS
from web.pages import page, sentence

P = ParamSpec("P")
T = TypeVar("T")

#: Packages being taken at a time. Each may fill more than a gigabyte of disk, and keep a processor busy.
MOST_AT_ONCE = 4
_BEING_TAKEN = web.AppKey("packages being taken", asyncio.Semaphore)


def set_up(app: web.Application) -> None:
    """Give the application what its uploads share."""
    app[_BEING_TAKEN] = asyncio.Semaphore(MOST_AT_ONCE)


async def upload_form(request: web.Request) -> web.Response:
    """The form to upload with."""
    permissions.require_judge(request[SESSION].viewer)
    return await _form_page(request)


@forms.streamed
async def upload(request: web.Request) -> web.Response:
    """Take a package, or show the form again with everything that is wrong with it."""
    viewer = permissions.require_judge(request[SESSION].viewer)
    being_taken = request.app[_BEING_TAKEN]
    if being_taken.locked():
        raise web.HTTPServiceUnavailable(headers={"Retry-After": "60"})
    max_bytes = request.app[SETTINGS].max_package_bytes
    try:
        async with being_taken, _scratch() as folder:
            contest = await _chosen_contest(request)
            zipped = await forms.save(request, folder, max_bytes=max_bytes)
            loaded = await _in_thread(_unpack_and_load, zipped, folder / "unpacked")
            label = await _publish(request, loaded, contest, viewer, zipped.name)
    except PackageError as error:
        return await _form_page(request, wrong=error.problems, status=422)
    except UsageError as error:
        return await _form_page(request, error=sentence(error), status=400)
    except web.HTTPRequestEntityTooLarge:
        text = f"The file is larger than {max_bytes // MIB} MiB, which is the most that is taken."
        return await _form_page(request, error=text, status=413)
    address = f"/contests/{contest.name}/problems/{label}" if contest else "/problems"
    redirect = web.HTTPSeeOther(address)
    notices.leave(request, redirect, [_said(loaded, contest), *(f"Warning: {line}" for line in loaded.warnings)])
    raise redirect


async def _chosen_contest(request: web.Request) -> Contest | None:
    """The contest to add the problem to; None where it is only to be kept.

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
        raise UsageError("There is no such contest; choose one of the list.") from error


def _unpack_and_load(zipped: Path, into: Path) -> Package:
    return package.load(archive.unpack(zipped, into))


async def _publish(
    request: web.Request, loaded: Package, contest: Contest | None, viewer: Viewer, file_name: str
) -> str:
    """Make the package the live version of its problem; the problem's label in the contest, if one was chosen."""
    async with request.app[POOL].acquire() as connection, connection.transaction():
        version_id = await problems.publish(connection, loaded, created_by=viewer.id)
        label = ""
        if contest is not None:
            problem_id = await problems.problem_of(connection, version_id)
            await contests.add_problem(connection, contest_id=contest.id, problem_id=problem_id)
            listed = await contests.problems(connection, contest.id)
            label = next(problem.label for problem in listed if problem.id == problem_id)
        data = {
            "problem": loaded.name,
            "problem_version_id": version_id,
            "contest": contest.name if contest else None,
            "file": file_name,
        }
        await audit.record(connection, by=viewer.id, action="upload package", data=data)
    return label


def _said(loaded: Package, contest: Contest | None) -> str:
    count = len(loaded.problem.testcases)
    tests = "1 test case" if count == 1 else f"{count} test cases"
    if contest is not None:
        return f"The package {loaded.name} was taken, with {tests}: this is how new submissions are judged from now on."
    return (
        f"The package {loaded.name} was taken, with {tests}. If the problem is in no contest yet, nobody sees it: "
        "upload the package again and choose one."
    )


async def _form_page(
    request: web.Request, *, wrong: Sequence[str] = (), error: str = "", status: int = 200
) -> web.Response:
    chosen = (await forms.read(request)).text("contest") if request.method == "POST" else ""
    async with request.app[POOL].acquire() as connection:
        listed = await contests.all_contests(connection)
    context = {
        "contests": listed,
        "chosen": chosen,
        "wrong": wrong,
        "error": error,
        "max_bytes": request.app[SETTINGS].max_package_bytes,
    }
    return page(request, "upload", context, status=status)


@asynccontextmanager
async def _scratch() -> AsyncIterator[Path]:
    """A directory to unpack in; removing one full of files takes a while."""
    stack = ExitStack()
    folder = stack.enter_context(archive.scratch())
    try:
        yield folder
    finally:
        await _in_thread(stack.close)


async def _in_thread(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run something slow, and do not leave before it ends, not even when cancelled: it works in a directory of ours."""
    running = asyncio.ensure_future(asyncio.to_thread(function, *args, **kwargs))
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        await asyncio.gather(running, return_exceptions=True)
        raise
