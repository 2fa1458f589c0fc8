"""A contest's scoreboard."""

from __future__ import annotations

from aiohttp import web

from judge.store import contests
from web import permissions, visible
from web.keys import BOARDS, POOL, SESSION
from web.pages import now, page


async def show(request: web.Request) -> web.Response:
    """The scoreboard, as much of it as the viewer may see."""
    viewer = request[SESSION].viewer
    pool = request.app[POOL]
    async with pool.acquire() as connection:
        contest = await contests.by_name(connection, request.match_info["contest"])
        is_open = permissions.may_see_problems(viewer, contest, now())
        problems = await visible.problems(connection, viewer, contest)
    hidden_from = permissions.hidden_from(viewer, contest)
    rows = await request.app[BOARDS].get(pool, contest, hidden_from=hidden_from) if is_open else []
    is_frozen = hidden_from is not None and now() >= hidden_from
    return page(
        request,
        "standings",
        {"contest": contest, "problems": problems, "rows": rows, "is_open": is_open, "is_frozen": is_frozen},
    )
