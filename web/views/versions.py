"""The versions of problems: which there are, how verifying one goes, and the decision to make one live."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from judge.errors import JudgeError, UsageError
from judge.store import blobs, problems, selections, verifications, versions
from judge.store.pool import Connection
from judge.store.selections import Selection, Target
from judge.store.versions import Version
from web import forms, notices, permissions
from web.changes import Changes, changes
from web.keys import POOL, SESSION
from web.pages import page, sentence

_LARGEST_ID = 2**63 - 1
#: What a report says while nothing of it is known.
_NOTHING_YET: Mapping[str, Any] = {
    "step": "",
    "percent": 0,
    "errors": [],
    "submissions": [],
    "runs": None,
    "insights": {},
}
_NO_INSIGHTS: Mapping[str, Any] = {"unfailed_tests": [], "uncaught_submissions": [], "mixups": []}


async def index(request: web.Request) -> web.Response:
    """All problems that were ever taken, in contests or not."""
    permissions.require_judge(request[SESSION].viewer)
    async with request.app[POOL].acquire() as connection:
        listed = await versions.every_problem(connection)
    return page(request, "packages", {"problems": listed})


async def of_problem(request: web.Request) -> web.Response:
    """The versions of one problem, the newest first."""
    permissions.require_judge(request[SESSION].viewer)
    async with request.app[POOL].acquire() as connection:
        listed = await versions.of_problem(connection, request.match_info["problem"])
    return page(request, "versions", {"versions": listed})


async def show(request: web.Request) -> web.Response:
    """One version: how far its verification is, what it found, and what is different from the version that is live."""
    permissions.require_judge(request[SESSION].viewer)
    return await _version_page(request)


async def decide(request: web.Request) -> web.Response:
    """Make the version live, or let it go live by itself later, or not."""
    viewer = permissions.require_judge(request[SESSION].viewer)
    decision = (await forms.read(request)).text("decision")
    try:
        async with request.app[POOL].acquire() as connection:
            version = await find(request, connection)
            if decision == "live":
                await versions.make_live(connection, version, by=viewer.id)
                said = "This version is live: new submissions are judged by it from now on."
            elif decision in ("confirm", "hold"):
                is_confirmed = decision == "confirm"
                await verifications.decide(connection, version_id=version.id, by=viewer.id, goes_live=is_confirmed)
                said = (
                    "It goes live once everything is as expected." if is_confirmed else "It does not go live by itself."
                )
            else:
                raise UsageError("The form says nothing that can be done; reload the page and send it again.")
    except UsageError as error:
        return await _version_page(request, error=sentence(error), status=409)
    redirect = web.HTTPSeeOther(request.path)
    notices.leave(request, redirect, [said])
    raise redirect


async def package(request: web.Request) -> web.Response:
    """The zip as it was uploaded."""
    permissions.require_judge(request[SESSION].viewer)
    async with request.app[POOL].acquire() as connection:
        version = await find(request, connection)
        sha256 = await versions.package_of(connection, version.id)
    content = await blobs.fetch(request.app[POOL], sha256)
    name = f"{version.problem}-{version.id}.zip"
    headers = {"Content-Type": "application/zip", "Content-Disposition": f'attachment; filename="{name}"'}
    return web.Response(body=content, headers=headers)


async def find(request: web.Request, connection: Connection) -> Version:
    """The version of the address."""
    number = min(int(request.match_info["version"]), _LARGEST_ID)
    return await versions.by_id(connection, request.match_info["problem"], number)


async def _version_page(request: web.Request, *, error: str = "", status: int = 200) -> web.Response:
    async with (
        request.app[POOL].acquire() as connection,
        connection.transaction(isolation="repeatable_read", readonly=True),
    ):
        version = await find(request, connection)
        report = await verifications.report_of(connection, version.id)
        live = await versions.live(connection, version.problem)
        difference = await _difference(connection, live, version)
        stale = await _stale(connection, version)
    report = {**_NOTHING_YET, "warnings": version.warnings, **report}
    report["insights"] = {**_NO_INSIGHTS, **report["insights"]}
    context = {
        "version": version,
        "report": report,
        "live": live,
        "difference": difference,
        "stale": stale,
        "error": error,
    }
    return page(request, "version", context, status=status)


async def _stale(connection: Connection, version: Version) -> int:
    """How many submissions this version would judge with other tests, limits or checker than they were judged with."""
    if not version.is_complete:
        return 0
    selection = Selection(problem=version.problem, is_stale=True)
    return await selections.count(connection, selection, Target(version_id=version.id))


async def _difference(connection: Connection, live: Version | None, version: Version) -> Changes | None:
    """What would change by making the version live; None where nothing is live, or it is not known yet."""
    if live is None or live.id == version.id or not version.is_complete:
        return None
    try:
        return changes(await problems.load(connection, live.id), await problems.load(connection, version.id))
    except JudgeError:
        # A version of long ago may be one that can be shown but not read any more.
        return None
