"""Balloons of a contest, for those who bring them: what is to be brought where, and who brought what."""

from __future__ import annotations

from aiohttp import web

from judge.colours import COLOURS
from judge.errors import UsageError
from judge.store import balloons, contests
from web import forms, permissions
from web.keys import POOL, SESSION
from web.pages import now, page
from web.translating import gettext


async def show(request: web.Request) -> web.Response:
    """What is to be brought, the earliest first, and what was brought lately. It stops at the freeze for everybody."""
    viewer = permissions.require_viewer(request[SESSION].viewer)
    async with request.app[POOL].acquire() as connection:
        contest = await contests.by_name(connection, request.match_info["contest"])
        permissions.require_balloons(viewer, contest.id)
        listed = await balloons.listed(connection, contest)
    context = {
        "contest": contest,
        "waiting": listed.waiting,
        "all_waiting": listed.all_waiting,
        "delivered": listed.delivered,
        "is_frozen": contest.is_frozen(now()),
        "colours": COLOURS,
        "most_delivered": balloons.MOST_DELIVERED,
    }
    return page(request, "balloons", context)


async def change(request: web.Request) -> web.Response:
    """Note that a balloon was brought, or was not after all."""
    viewer = permissions.require_viewer(request[SESSION].viewer)
    form = await forms.read(request)
    async with request.app[POOL].acquire() as connection:
        contest = await contests.by_name(connection, request.match_info["contest"])
        permissions.require_balloons(viewer, contest.id)
        problem_id, user_id = form.number("problem"), form.number("account")
        if problem_id is None or user_id is None:
            raise UsageError(gettext("There is no such balloon; reload the page and try again."))
        match form.text("action"):
            case "deliver":
                # Whoever comes second finds it brought, and nothing to do.
                await balloons.deliver(connection, contest, problem_id=problem_id, user_id=user_id, by=viewer.id)
            case "take back":
                await balloons.take_back(connection, contest, problem_id=problem_id, user_id=user_id)
            case _:
                raise UsageError(gettext("There is no such change to a balloon; reload the page and try again."))
    raise web.HTTPSeeOther(f"/contests/{contest.name}/balloons")
