"""What a rejudging does to scoreboards: made with the very code that makes them, once with each set of verdicts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from judge.store import contests, previews
from judge.store.contests import Contest, ContestProblem, Scores
from judge.store.pool import Connection
from judge.verdicts import Verdict
from web.standings import Row, rank


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


async def effects(connection: Connection, rejudging_id: int, now: datetime) -> list[Effect]:
    """For each contest in which the rejudging changes verdicts."""
    found = []
    for name, changed in (await previews.verdicts(connection, rejudging_id)).items():
        contest = await contests.by_name(connection, name)
        scores = await contests.scores(connection, contest)
        problems = await contests.problems(connection, contest.id)
        found.append(effect(contest, scores, problems, changed, now))
    return found


def effect(
    contest: Contest,
    scores: Scores,
    problems: list[ContestProblem],
    changed: Mapping[int, tuple[Verdict, Verdict]],
    now: datetime,
) -> Effect:
    """What changed verdicts, old and new by submission, make of a contest's scoreboard."""
    old, new = (_with(scores, {key: pair[side] for key, pair in changed.items()}) for side in (0, 1))
    before, after = (rank(contest, each, hidden_from=None) for each in (old, new))
    seen_before, seen_after = (_by_user(rank(contest, each, hidden_from=contest.freeze_at)) for each in (old, new))
    olds = _by_user(before)
    lines = tuple(
        Line(
            name=row.name,
            old=olds[row.user_id],
            new=row,
            is_public=seen_before[row.user_id] != seen_after[row.user_id],
        )
        for row in after
        if olds[row.user_id] != row
    )
    return Effect(
        contest=contest,
        submissions=len(changed),
        is_frozen=contest.freeze_at is not None and now >= contest.freeze_at,
        lines=lines,
        firsts=tuple(_firsts(before, after, problems)),
    )


def _with(scores: Scores, verdicts: Mapping[int, Verdict]) -> Scores:
    tries = tuple(replace(made, verdict=verdicts.get(made.submission_id, made.verdict)) for made in scores.tries)
    return replace(scores, tries=tries)


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
    return {problem_id: row.name for row in rows for problem_id, cell in row.cells.items() if cell.is_first}
