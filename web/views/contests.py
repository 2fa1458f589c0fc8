"""The list of contests, and the page of one."""

from __future__ import annotations

from aiohttp import web

from judge.store import contests
from judge.store.contests import Attempts, Feedback
from web import feedback, permissions, visible
from web.keys import POOL, SESSION
from web.pages import now, page


async def index(request: web.Request) -> web.Response:
    """Every contest: running, upcoming, past."""
    async with request.app[POOL].acquire() as connection:
        everything = await contests.all_contests(connection)
    moment = now()
    return page(
        request,
        "contests",
        {
            "running": [contest for contest in everything if contest.is_running(moment)],
            # The next one to start comes first.
            "upcoming": [contest for contest in reversed(everything) if not contest.has_started(moment)],
            "past": [contest for contest in everything if contest.has_ended(moment)],
        },
    )


async def to_index(_: web.Request) -> web.Response:
    """Where people look for the list who shorten a contest's address."""
    raise web.HTTPPermanentRedirect("/")


async def show(request: web.Request) -> web.Response:
    """A contest's times and problems, with what the viewer made of each."""
    viewer = request[SESSION].viewer
    attempts: dict[int, Attempts] = {}
    async with request.app[POOL].acquire() as connection:
        contest = await contests.by_name(connection, request.match_info["contest"])
        is_open = permissions.may_see_problems(viewer, contest, now())
        problems = await visible.problems(connection, viewer, contest)
        if viewer is not None and is_open:
            tried = await contests.attempts(connection, contest.id, viewer.id)
            shown = permissions.feedback_in(viewer, contest)
            attempts = {key: feedback.of_attempts(item, shown) for key, item in tried.items()}
    return page(
        request,
        "contest",
        {
            "contest": contest,
            "problems": problems,
            "attempts": attempts,
            "is_open": is_open,
            "hides_verdicts": permissions.feedback_in(viewer, contest) is Feedback.NONE,
        },
    )
