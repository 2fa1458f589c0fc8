"""Packages for programs: uploading, watching a verification, making a version live. JSON in and out.

Whoever asks is known by HTTP basic authentication, or by a session of the site.
"""

from __future__ import annotations

from typing import Any

from aiohttp import web

from judge.errors import PackageError, UsageError
from judge.store import verifications, versions
from judge.store.problem_access import Access
from judge.store.versions import Version
from web import forms, intake, permissions
from web.keys import POOL, SESSION
from web.pages import sentence
from web.views.versions import find, granted


@forms.streamed
async def upload(request: web.Request) -> web.Response:
    """Take a package: fields ``contest`` and ``replace``, then the file ``package``."""
    viewer = permissions.require_setter(request[SESSION].viewer)
    try:
        taken = await intake.take(request, viewer)
    except PackageError as error:
        body = {"code": 422, "message": "The package was not taken.", "problems": list(error.problems)}
        return web.json_response(body, status=422)
    headers = {"Location": _address(taken.version)}
    return web.json_response(_described(taken.version), status=202, headers=headers)


async def index(request: web.Request) -> web.Response:
    """The versions of a problem, the newest first."""
    async with request.app[POOL].acquire() as connection:
        await granted(request, connection)
        listed = await versions.of_problem(connection, request.match_info["problem"])
    return web.json_response([_described(version) for version in listed])


async def show(request: web.Request) -> web.Response:
    """One version, with how far its verification is and what it found."""
    async with request.app[POOL].acquire() as connection:
        version = await find(request, connection)
        report = await verifications.report_of(connection, version.id)
    return web.json_response({**_described(version), "report": report})


async def make_live(request: web.Request) -> web.Response:
    """Make a version live whose verification has ended without errors."""
    viewer = permissions.require_setter(request[SESSION].viewer)
    async with request.app[POOL].acquire() as connection:
        version = await find(request, connection, Access.WRITE)
        try:
            await intake.check_joining(connection, viewer, version)
            await versions.make_live(connection, version, by=viewer.id)
        except UsageError as error:
            return web.json_response({"code": 409, "message": sentence(error)}, status=409)
        version = await find(request, connection)
    return web.json_response(_described(version))


def _described(version: Version) -> dict[str, Any]:
    return {
        "id": version.id,
        "problem": version.problem,
        "title": version.title,
        "created_at": version.created_at.isoformat(),
        "created_by": version.created_by,
        "state": version.state.value,
        "is_live": version.is_live,
        "goes_live": version.goes_live and not version.state.is_over,
        "contest": version.contest,
        "warnings": list(version.warnings),
        "url": _address(version),
        "page": f"/packages/{version.problem}/versions/{version.id}",
    }


def _address(version: Version) -> str:
    return f"/api/problems/{version.problem}/versions/{version.id}"
