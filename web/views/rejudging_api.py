"""Rejudgings for programs: JSON out, forms in, with the words of ``judge.queueing.plans``."""

from __future__ import annotations

from aiohttp import web

from judge.errors import UsageError
from judge.queueing import plans, rejudging
from judge.store import rejudgings, selections, submissions
from web import forms, permissions
from web.described import described, described_rejudging
from web.keys import POOL, SESSION
from web.pages import sentence
from web.views.overrides import overridden
from web.views.rejudgings import FIELDS, decided, number_of


async def index(request: web.Request) -> web.Response:
    """The latest rejudgings, the newest first."""
    permissions.require_admin(request[SESSION].viewer)
    async with request.app[POOL].acquire() as connection:
        found = await rejudgings.page(connection)
    return web.json_response({"rejudgings": [described_rejudging(each) for each in found]})


async def create(request: web.Request) -> web.Response:
    """Make one; with ``dry_run`` only say how many submissions it would judge again."""
    admin = permissions.require_admin(request[SESSION].viewer)
    sent = await forms.read(request)
    fields = {name: sent.text(name) for name in FIELDS}
    try:
        plan = plans.plan(fields)
        async with request.app[POOL].acquire() as connection:
            if sent.text("dry_run") == "1":
                number = await selections.count(connection, plan.selection, plan.target)
                return web.json_response({"submissions": number})
            rejudging_id = await rejudging.create(connection, plan, by=admin.id)
            body = described_rejudging(await rejudgings.by_id(connection, rejudging_id))
    except UsageError as error:
        return _refused(error, 400)
    return web.json_response(body, status=201, headers={"Location": f"/api/rejudgings/{rejudging_id}"})


async def show(request: web.Request) -> web.Response:
    """One, with all that it would change."""
    permissions.require_admin(request[SESSION].viewer)
    async with (
        request.app[POOL].acquire() as connection,
        connection.transaction(isolation="repeatable_read", readonly=True),
    ):
        return web.json_response(await described(connection, number_of(request)))


async def decide(request: web.Request) -> web.Response:
    """Apply, undo or cancel it, as the address says."""
    admin = permissions.require_admin(request[SESSION].viewer)
    sent = await forms.read(request)
    fields = {**sent.fields, "decision": request.match_info["decision"]}
    try:
        async with request.app[POOL].acquire() as connection:
            said = await decided(connection, number_of(request), fields, by=admin.id)
            body = described_rejudging(await rejudgings.by_id(connection, number_of(request)))
    except UsageError as error:
        return _refused(error, 409)
    return web.json_response({**body, "message": said})


async def override(request: web.Request) -> web.Response:
    """Set a submission's verdict by hand, or take that back: fields ``verdict``, ``reason``, ``score``."""
    admin = permissions.require_admin(request[SESSION].viewer)
    submission_id = int(request.match_info["submission"])
    sent = await forms.read(request)
    try:
        async with request.app[POOL].acquire() as connection:
            await overridden(connection, submission_id, sent, by=admin.id)
            now = await submissions.by_id(connection, submission_id, viewer_id=admin.id)
    except UsageError as error:
        return _refused(error, 409)
    body = {"submission_id": now.id, "verdict": now.verdict, "score": now.score, "is_overridden": now.is_overridden}
    return web.json_response(body)


def _refused(error: UsageError, status: int) -> web.Response:
    return web.json_response({"code": status, "message": sentence(error)}, status=status)
