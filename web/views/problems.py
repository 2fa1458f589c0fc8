"""Problems: the list of them, and the page of one with its statement and the form to submit with."""

from __future__ import annotations

from collections.abc import Mapping

from aiohttp import web

from judge.models import Limits
from judge.recipes import languages
from judge.recipes.recipe import Language
from judge.store import contests, submissions
from judge.store.contests import Contest, ContestProblem
from judge.store.pool import Connection
from judge.store.sessions import Viewer
from judge.store.submissions import Seen, Summary
from web import feedback, permissions, visible
from web.content import reading
from web.filled import Filled, asked_for, guesses
from web.keys import POOL, SESSION, SETTINGS
from web.pages import now, page
from web.views.statements import statement_of

#: Of the viewer's own, beside the statement.
_OWN_SHOWN = 5


async def index(request: web.Request) -> web.Response:
    """All problems of the contests that have started."""
    viewer = request[SESSION].viewer
    async with request.app[POOL].acquire() as connection:
        listed = await contests.all_contests(connection)
        problems = await visible.by_contest(connection, viewer, listed)
    shown = [(contest, problems[contest.id]) for contest in listed if contest.id in problems]
    return page(request, "problems", {"listed": shown})


async def show(request: web.Request) -> web.Response:
    """The statement with its samples, and the form to submit with."""
    async with request.app[POOL].acquire() as connection:
        filled = await asked_for(request, connection)
    return await problem_page(request, filled, status=200)


async def find(request: web.Request, connection: Connection) -> tuple[Contest, ContestProblem]:
    """The contest and problem of the address, where the viewer may see them."""
    contest = await contests.by_name(connection, request.match_info["contest"])
    return contest, await visible.problem(connection, request[SESSION].viewer, contest, request.match_info["label"])


async def problem_page(request: web.Request, filled: Filled, *, status: int) -> web.Response:
    """The page of a problem, with that in its form."""
    viewer = request[SESSION].viewer
    async with request.app[POOL].acquire() as connection:
        contest, problem = await find(request, connection)
        own = await _own(connection, viewer, contest, problem)
    taken = languages_taken(problem)
    statement = await statement_of(
        request, problem.version_id, here=f"/contests/{contest.name}/problems/{problem.label}"
    )
    response = page(
        request,
        "problem",
        {
            "contest": contest,
            "problem": problem,
            "statement": statement,
            "languages": list(taken.values()),
            "guesses": guesses(taken),
            "untried": [item.name for item in taken.values() if permissions.why_not_try(problem, item.id) is not None],
            "limits_by_language": limits_by_language(problem.limits, taken),
            "own": [feedback.of_summary(summary, permissions.feedback(viewer, summary)) for summary in own],
            "filled": filled,
            "refusal": permissions.why_not_submit(viewer, contest, now()),
            "max_bytes": min(problem.limits.code_bytes, request.app[SETTINGS].max_source_bytes),
        },
        status=status,
    )
    reading.remember(request, response, statement.chosen)
    return response


def languages_taken(problem: ContestProblem) -> dict[str, Language]:
    """The languages offered that the problem takes, by id."""
    offered = languages.offered()
    return {key: item for key, item in offered.items() if problem.languages is None or key in problem.languages}


def limits_by_language(limits: Limits, taken: Mapping[str, Language]) -> list[tuple[str, int, int]]:
    """Name, time in ms and memory in bytes, of the languages that get other limits than the problem says."""
    own = [(item.name, item.time_ms(limits.time_ms), item.memory_bytes(limits.memory_bytes)) for item in taken.values()]
    return [line for line in own if line[1:] != (limits.time_ms, limits.memory_bytes)]


async def _own(
    connection: Connection, viewer: Viewer | None, contest: Contest, problem: ContestProblem
) -> list[Summary]:
    """The viewer's latest submissions to the problem."""
    if viewer is None:
        return []
    return await submissions.page(
        connection,
        contest_id=contest.id,
        problem_id=problem.id,
        viewer_id=viewer.id,
        seen=Seen.OWN,
        limit=_OWN_SHOWN,
    )
