"""The versions of problems: which there are, how verifying one goes, and the decision to make one live."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from judge.errors import JudgeError, UsageError
from judge.store import blobs, contests, problem_access, problems, selections, verifications, versions
from judge.store.pool import Connection
from judge.store.problem_access import Access
from judge.store.selections import Selection, Target
from judge.store.versions import Version
from web import forms, intake, matrix, notices, permissions
from web.changes import Changes, changes
from web.events.streams import known_id, tell_changes
from web.keys import POOL, SESSION
from web.pages import now, page, sentence
from web.translating import gettext

LARGEST_ID = 2**63 - 1
#: What a report says while nothing of it is known.
_NOTHING_YET: Mapping[str, Any] = {
    "step": "",
    "percent": 0,
    "errors": [],
    "submissions": [],
    "runs": None,
    "times": None,
    "insights": {},
}
_NO_INSIGHTS: Mapping[str, Any] = {"unfailed_tests": [], "uncaught_submissions": [], "mixups": []}


async def index(request: web.Request) -> web.Response:
    """All problems that were ever taken and the viewer may see, in contests or not."""
    viewer = permissions.require_setter(request[SESSION].viewer)
    async with request.app[POOL].acquire() as connection:
        listed = await versions.every_problem(connection, viewer.id)
    shown = [problem for problem in listed if permissions.may_use_problem(viewer, problem.granted)]
    return page(request, "packages", {"problems": shown})


async def of_problem(request: web.Request) -> web.Response:
    """A problem: its versions, the newest first, the contests that it is in, and who may do what with it."""
    return await problem_page(request)


async def show(request: web.Request) -> web.Response:
    """One version: how far its verification is, what it found, and what is different from the version that is live."""
    return await version_page(request)


async def follow(request: web.Request) -> web.StreamResponse:
    """Word to the version's page whenever there is something new of its verification."""
    pool = request.app[POOL]
    async with pool.acquire() as connection:
        version = await find(request, connection)
        is_over = version.state.is_over and await verifications.revision(connection, version.id) <= known_id(request)
    if is_over:
        # Which tells the browser not to ask again.
        return web.Response(status=204)

    async def revision() -> int:
        async with pool.acquire() as connection:
            return await verifications.revision(connection, version.id)

    return await tell_changes(request, verifications.topic(version.id), revision)


async def jury_submission(request: web.Request) -> web.Response:
    """What one of the jury's submissions got on each test case, and what the checker said of it."""
    path = request.query.get("path", "")
    async with request.app[POOL].acquire() as connection:
        version = await find(request, connection)
        line = await verifications.submission_of(connection, version.id, path if path.isprintable() else "")
        ordinals = await problems.ordinals(connection, version.id)
    context = {"version": version, "line": line, "runs": matrix.row(line).runs, "ordinals": ordinals}
    return page(request, "jury_submission", context)


async def decide(request: web.Request) -> web.Response:
    """Make the version live, or let it go live by itself later, or not."""
    viewer = permissions.require_setter(request[SESSION].viewer)
    decision = (await forms.read(request)).text("decision")
    try:
        async with request.app[POOL].acquire() as connection:
            version = await find(request, connection, Access.WRITE)
            if decision != "hold":
                await intake.check_joining(connection, viewer, version)
            if decision == "live":
                await versions.make_live(connection, version, by=viewer.id)
                said = gettext("This version is live: new submissions are judged by it from now on.")
            elif decision in ("confirm", "hold"):
                is_confirmed = decision == "confirm"
                await verifications.decide(connection, version_id=version.id, by=viewer.id, goes_live=is_confirmed)
                live, held = (
                    gettext("It goes live once everything is as expected."),
                    gettext("It does not go live by itself."),
                )
                said = live if is_confirmed else held
            else:
                raise UsageError(gettext("The form says nothing that can be done; reload the page and send it again."))
    except UsageError as error:
        return await version_page(request, error=sentence(error), status=409)
    redirect = web.HTTPSeeOther(request.path)
    notices.leave(request, redirect, [said])
    raise redirect


async def package(request: web.Request) -> web.Response:
    """The zip as it was uploaded."""
    async with request.app[POOL].acquire() as connection:
        version = await find(request, connection)
        sha256 = await versions.package_of(connection, version.id)
    content = await blobs.fetch(request.app[POOL], sha256)
    name = f"{version.problem}-{version.id}.zip"
    headers = {"Content-Type": "application/zip", "Content-Disposition": f'attachment; filename="{name}"'}
    return web.Response(body=content, headers=headers)


async def granted(request: web.Request, connection: Connection, needed: Access = Access.READ) -> Access | None:
    """What the viewer was given of the address's problem, and that is as much as is needed.

    Raises:
        LoginNeeded: nobody is logged in.
        NotFound: there is no such problem for them.
    """
    viewer = permissions.require_setter(request[SESSION].viewer)
    access = await problem_access.granted(connection, request.match_info["problem"], viewer.id)
    permissions.require_problem(viewer, access, needed)
    return access


async def find(request: web.Request, connection: Connection, needed: Access = Access.READ) -> Version:
    """The version of the address, where the viewer may do that much with its problem."""
    await granted(request, connection, needed)
    number = min(int(request.match_info["version"]), LARGEST_ID)
    return await versions.by_id(connection, request.match_info["problem"], number)


async def problem_page(request: web.Request, *, error: str = "", status: int = 200) -> web.Response:
    """The page of the address's problem."""
    problem = request.match_info["problem"]
    viewer = permissions.require_setter(request[SESSION].viewer)
    async with request.app[POOL].acquire() as connection:
        access = await granted(request, connection)
        listed = await versions.of_problem(connection, problem)
        places = await versions.places(connection, problem)
        shared = await problem_access.sharing(connection, problem)
        every = await contests.all_contests(connection)
    taken = {place.contest.name for place in places}
    context = {
        "problem": problem,
        "versions": listed,
        "places": places,
        "shared": shared,
        "may_write": permissions.may_use_problem(viewer, access, Access.WRITE),
        "may_share": permissions.may_use_problem(viewer, access, Access.OWN),
        "open_contests": [
            each for each in every if each.name not in taken and permissions.may_add_to_contest(viewer, each, now())
        ],
        "error": error,
    }
    return page(request, "versions", context, status=status)


async def version_page(request: web.Request, *, error: str = "", status: int = 200) -> web.Response:
    viewer = permissions.require_setter(request[SESSION].viewer)
    async with (
        request.app[POOL].acquire() as connection,
        connection.transaction(isolation="repeatable_read", readonly=True),
    ):
        access = await granted(request, connection)
        version = await find(request, connection)
        report = await verifications.report_of(connection, version.id)
        revision = await verifications.revision(connection, version.id)
        ordinals = await problems.ordinals(connection, version.id)
        live = await versions.live(connection, version.problem)
        other = None if live is None or live.id == version.id else live
        difference = None if other is None else await difference_between(connection, other, version)
        stale = await _stale(connection, version)
    report = {**_NOTHING_YET, "warnings": version.warnings, **report}
    report["insights"] = {**_NO_INSIGHTS, **report["insights"]}
    context = {
        "version": version,
        "report": report,
        "revision": revision,
        "matrix": matrix.matrix(report),
        "ordinals": ordinals,
        "live": live,
        "difference": difference,
        "stale": stale,
        "may_write": permissions.may_use_problem(viewer, access, Access.WRITE),
        "error": error,
    }
    return page(request, "version", context, status=status)


async def _stale(connection: Connection, version: Version) -> int:
    """How many submissions this version would judge with other tests, limits or checker than they were judged with."""
    if not version.is_complete:
        return 0
    selection = Selection(problem=version.problem, is_stale=True)
    return await selections.count(connection, selection, Target(version_id=version.id))


async def difference_between(connection: Connection, old: Version, new: Version) -> Changes | None:
    """What submissions would be judged by that they are not judged by now; None where that is not known."""
    if not (old.is_complete and new.is_complete):
        return None
    try:
        return changes(await problems.load(connection, old.id), await problems.load(connection, new.id))
    except JudgeError:
        # A version of long ago may be one that can be shown but not read any more.
        return None
