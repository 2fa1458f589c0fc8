"""What a rejudging does to scoreboards: counted and ranked as these are, once with each set of judgings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from judge.scoring import Cells, Row, rank
from judge.store import contests, previews, scores
from judge.store.contests import Contest, ContestProblem
from judge.store.pool import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A contestant's line of the scoreboard before and after."""

    name: str
    old: Row
    new: Row
    #: Whether the scoreboard that the public sees changes in it too.
    is_public: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class First:
    """Who solved a problem first, before and after; None: nobody that can be named."""

    label: str
    old: str | None
    new: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What becomes of one contest's scoreboard."""

    contest: Contest
    #: Submissions whose verdict changes, whether they count there or not.
    submissions: int
    #: Whether the public sees a board that stopped at the freeze.
    is_frozen: bool
    #: Those that change, the best of the new board first.
    lines: tuple[Line, ...]
    firsts: tuple[First, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """A scoreboard's rows before and after: as they are, and as the public sees them."""

    old: list[Row]
    new: list[Row]
    public_old: list[Row]
    public_new: list[Row]


async def effects(connection: Connection, rejudging_id: int, now: datetime) -> list[Effect]:
    """For each contest in which the rejudging changes verdicts."""
    found = []
    for name, changed in (await previews.changed_judgings(connection, rejudging_id)).items():
        contest = await contests.by_name(connection, name)
        problems = await contests.problems(connection, contest.id)
        sides = await _sides(connection, contest, changed)
        found.append(effect(contest, sides, problems, submissions=len(changed.old), now=now))
    return found


def effect(
    contest: Contest, sides: Sides, problems: list[ContestProblem], *, submissions: int, now: datetime
) -> Effect:
    """What differs between the two sides of a contest's scoreboard, of which so many submissions change."""
    olds = _by_user(sides.old)
    seen_before, seen_after = _by_user(sides.public_old), _by_user(sides.public_new)
    lines = tuple(
        Line(
            name=row.name,
            old=olds[row.user_id],
            new=row,
            is_public=seen_before[row.user_id] != seen_after[row.user_id],
        )
        for row in sides.new
        if olds[row.user_id] != row
    )
    return Effect(
        contest=contest,
        submissions=submissions,
        is_frozen=contest.is_frozen(now),
        lines=lines,
        firsts=tuple(_firsts(sides.old, sides.new, problems)),
    )


async def _sides(connection: Connection, contest: Contest, changed: previews.Changed) -> Sides:
    whole = await scores.read(connection, contest.id, is_public=False)
    public = await scores.read(connection, contest.id, is_public=True)
    old, public_old = await scores.counted_instead(connection, contest.id, changed.old)
    new, public_new = await scores.counted_instead(connection, contest.id, changed.new)

    def ranked(board: scores.Scores, instead: Cells) -> list[Row]:
        return rank(contest.rules, _with(board.cells, instead), board.names)

    return Sides(
        old=ranked(whole, old),
        new=ranked(whole, new),
        public_old=ranked(public, public_old),
        public_new=ranked(public, public_new),
    )


def _with(cells: Cells, instead: Cells) -> Cells:
    return {user_id: {**own, **instead.get(user_id, {})} for user_id, own in cells.items()}


def _by_user(rows: list[Row]) -> dict[int, Row]:
    return {row.user_id: row for row in rows}


def _firsts(before: list[Row], after: list[Row], problems: list[ContestProblem]) -> list[First]:
    sides = [_first_by_problem(rows) for rows in (before, after)]
    return [
        First(label=problem.label, old=sides[0].get(problem.id), new=sides[1].get(problem.id))
        for problem in problems
        if sides[0].get(problem.id) != sides[1].get(problem.id)
    ]


def _first_by_problem(rows: list[Row]) -> dict[int, str]:
    return {problem_id: row.name for row in rows for problem_id in row.firsts}
