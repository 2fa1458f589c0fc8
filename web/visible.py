"""The problems of a contest, as far as whoever looks may see them."""

from __future__ import annotations

from judge.errors import NotFound
from judge.store import contests, problem_access
from judge.store.contests import Contest, ContestProblem
from judge.store.pool import Connection
from judge.store.sessions import Viewer
from web import permissions
from web.pages import now


async def problems(connection: Connection, viewer: Viewer | None, contest: Contest) -> list[ContestProblem]:
    """The contest's problems that they may see, by label."""
    if not permissions.may_see_problems(viewer, contest, now()):
        return []
    listed = await contests.problems(connection, contest.id)
    if viewer is None or permissions.may_see_every_problem(viewer, contest, now()):
        return listed
    readable = await problem_access.readable(connection, viewer.id)
    return [problem for problem in listed if problem.id in readable]


async def problem(connection: Connection, viewer: Viewer | None, contest: Contest, label: str) -> ContestProblem:
    """One problem of the contest.

    Raises:
        NotFound: none has that label, or it is not for them to see.
    """
    if permissions.may_see_problems(viewer, contest, now()):
        found = await contests.problem(connection, contest.id, label)
        if permissions.may_see_every_problem(viewer, contest, now()):
            return found
        if viewer is not None and found.id in await problem_access.readable(connection, viewer.id):
            return found
    raise NotFound("There is no such problem in this contest.")
