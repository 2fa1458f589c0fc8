"""For admins: where everything that they do begins, with what needs somebody's attention."""

from __future__ import annotations

from aiohttp import web

from judge.store import attention, contests
from web import permissions
from web.keys import POOL, SESSION, SETTINGS
from web.pages import now, page


async def show(request: web.Request) -> web.Response:
    """What to look at now, and the contests that run or are to come."""
    permissions.require_admin(request[SESSION].viewer)
    async with request.app[POOL].acquire() as connection:
        needed = await attention.needed(connection, lost_after_s=request.app[SETTINGS].lease_s)
        everything = await contests.all_contests(connection)
    moment = now()
    context = {
        "needed": needed,
        "ready": sum(row.ready for row in needed.queue.waiting),
        "held": sum(row.held for row in needed.queue.waiting),
        "longest_wait_s": max((row.longest_wait_s for row in needed.queue.waiting), default=0.0),
        "working": [host for host in needed.queue.judgehosts if host.takes_work],
        "contests": [contest for contest in reversed(everything) if not contest.has_ended(moment)],
    }
    return page(request, "overview", context)
