"""The problems of a contest, as far as whoever looks may see them."""

from __future__ import annotations

from collections.abc import Sequence

from judge.errors import NotFound
from judge.store import contests, problem_access
from judge.store.contests import Contest, ContestProblem
from judge.store.pool import Connection
from judge.store.sessions import Viewer
from web import permissions
from web.pages import now
from web.translating import gettext


async def problems(connection: Connection, viewer: Viewer | None, contest: Contest) -> list[ContestProblem]:
    """The contest's problems that they may see, by label."""
    return (await by_contest(connection, viewer, [contest])).get(contest.id, [])


async def by_contest(
    connection: Connection, viewer: Viewer | None, listed: Sequence[Contest]
) -> dict[int, list[ContestProblem]]:
    """The problems of each of these contests that they may see any of, by its id."""
    open_to = {contest.id: contest for contest in listed if permissions.may_see_problems(viewer, contest, now())}
    found = await contests.problems_of(connection, list(open_to))
    if viewer is None or all(permissions.may_see_every_problem(viewer, open_to[id_], now()) for id_ in found):
        return found
    readable = await problem_access.readable(connection, viewer.id)
    return {
        id_: shown
        for id_, problems in found.items()
        if (
            shown := [
                problem
                for problem in problems
                if problem.id in readable or permissions.may_see_every_problem(viewer, open_to[id_], now())
            ]
        )
    }


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
    raise NotFound(gettext("There is no such problem in this contest."))
