"""A contest's scoreboard: the page, live, and as a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from aiohttp import web

from judge.errors import NotFound
from judge.scoring import Row
from judge.store import contests, scores
from judge.store.contests import Contest, ContestProblem
from web import permissions, translating, visible
from web.boards import standings_files
from web.boards.standings import Board
from web.events.streams import tell_changes
from web.keys import BOARDS, POOL, SESSION
from web.pages import now, page
from web.translating import gettext

#: Lines of one page.
PAGE_ROWS = 200
MOST_QUERY_CHARS = 100
#: Of more, the viewer's own is shown above them too, and there is something to look for.
FEW_ROWS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Which lines are asked for."""

    name: str
    group: str
    #: From 1; 0: all lines on one page.
    number: int

    def address(self, number: int) -> str:
        """That of another page of the same."""
        chosen = {"q": self.name, "group": self.group, "page": str(number) if number else "all"}
        return "?" + urlencode({name: value for name, value in chosen.items() if value})


async def show(request: web.Request) -> web.Response:
    """The scoreboard, as much of it as the viewer may see."""
    viewer = request[SESSION].viewer
    contest, problems = await _find(request)
    if not permissions.may_see_problems(viewer, contest, now()):
        return page(request, "standings", {"contest": contest, "is_open": False})
    board = await _board(request, contest)
    part = _part(request)
    rows = board.of(group=part.group, name=part.name)
    part = replace(part, number=min(part.number, _count(rows)))
    shown = rows[(part.number - 1) * PAGE_ROWS : part.number * PAGE_ROWS] if part.number else rows
    own = board.of_user(viewer.id) if viewer else None
    return page(
        request,
        "standings",
        {
            "contest": contest,
            "problems": problems,
            "is_open": True,
            "is_kept_back": contest.is_frozen(now()) and not permissions.sees_frozen(viewer, contest.id),
            "holds_ceremony": permissions.may_hold_ceremony(viewer, contest, now()),
            "board": board,
            "groups": board.groups,
            # What a line's markup depends on beside the line; names of contestants are within it.
            "depends_on": (translating.current(), *((problem.id, problem.label) for problem in problems)),
            "part": part,
            "found": len(rows),
            "rows": shown,
            "pinned": own if own and len(shown) > FEW_ROWS else None,
            "few": FEW_ROWS,
            "pages": _pages(part, len(rows)),
        },
    )


async def download(request: web.Request) -> web.Response:
    """The same as a file for programs and spreadsheets."""
    if request.match_info["file"] == "json":
        return await as_json(request)
    contest, problems = await _started(request)
    board = await _board(request, contest)
    return web.Response(
        text=standings_files.as_csv(contest, problems, board),
        content_type="text/csv",
        charset="utf-8",
        headers={"Content-Disposition": f'attachment; filename="{contest.name}-standings.csv"'},
    )


async def as_json(request: web.Request) -> web.Response:
    """The same for programs."""
    contest, problems = await _started(request)
    board = await _board(request, contest)
    is_frozen = contest.is_frozen(now()) and not permissions.sees_frozen(request[SESSION].viewer, contest.id)
    return web.json_response(standings_files.as_json(contest, problems, board, is_frozen=is_frozen))


async def follow(request: web.Request) -> web.StreamResponse:
    """Tells the page when to ask for itself again."""
    contest, _ = await _started(request)

    async def version() -> int:
        # Times and rules may have changed as well.
        async with request.app[POOL].acquire() as connection:
            found = await contests.by_name(connection, contest.name)
        return (await _board(request, found, waits=True)).version

    return await tell_changes(request, scores.topic(contest.id), version)


async def _find(request: web.Request) -> tuple[Contest, list[ContestProblem]]:
    async with request.app[POOL].acquire() as connection:
        contest = await contests.by_name(connection, request.match_info["contest"])
        return contest, await visible.problems(connection, request[SESSION].viewer, contest)


async def _started(request: web.Request) -> tuple[Contest, list[ContestProblem]]:
    """The contest and its problems, where there may be standings."""
    contest, problems = await _find(request)
    if not permissions.may_see_problems(request[SESSION].viewer, contest, now()):
        raise NotFound(gettext("The contest has not started yet."))
    return contest, problems


async def _board(request: web.Request, contest: Contest, *, waits: bool = False) -> Board:
    is_public = not permissions.sees_frozen(request[SESSION].viewer, contest.id)
    return await request.app[BOARDS].get(request.app[POOL], contest, is_public=is_public, waits=waits)


def _part(request: web.Request) -> Part:
    asked = request.query
    number = asked.get("page", "1")
    is_number = number.isascii() and number.isdecimal() and len(number) < 6
    return Part(
        name=" ".join(asked.get("q", "")[:MOST_QUERY_CHARS].split()),
        group=asked.get("group", "")[:MOST_QUERY_CHARS],
        number=0 if number == "all" else max(1, int(number)) if is_number else 1,
    )


def _count(rows: Sequence[Row]) -> int:
    return max(1, -(-len(rows) // PAGE_ROWS))


def _pages(part: Part, total: int) -> Sequence[tuple[int, int, str, bool]]:
    """The first and the last line of each page, where it is, and whether it is the present one; none where all fit."""
    if not part.number or total <= PAGE_ROWS:
        return []
    return [
        (first + 1, min(first + PAGE_ROWS, total), part.address(number), number == part.number)
        for number, first in enumerate(range(0, total, PAGE_ROWS), start=1)
    ]
