"""Scoreboards by the rules of the ICPC.

More problems solved ranks higher, then less penalty: for each solved problem the minutes until it was accepted, and the
contest's penalty for each rejected try before that. Whoever got their last problem accepted earlier breaks a tie.
Compile errors and judge errors cost nothing, nor do tries at a problem never solved.
"""

from __future__ import annotations

import time
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from judge.store import contests
from judge.store.contests import Contest, Scores, Try
from judge.store.pool import Pool
from judge.verdicts import Verdict

#: A scoreboard that many look at is computed once in this time.
FRESH_S = 2.0


@dataclass(slots=True, kw_only=True)
class Cell:
    """What one contestant made of one problem."""

    rejected: int = 0
    #: Tries without a verdict to show: not judged yet, or made after the freeze.
    pending: int = 0
    #: Whole minutes from the contest's start; None: not solved.
    solved_minutes: int | None = None
    solved_at: datetime | None = None
    is_first: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One contestant's line."""

    rank: int
    user_id: int
    name: str
    solved: int
    penalty_minutes: int
    #: By problem id; problems never tried are absent.
    cells: dict[int, Cell]


class Boards:
    """Scoreboards, kept for a moment each."""

    def __init__(self) -> None:
        self._kept: dict[tuple[int, datetime | None], tuple[float, list[Row]]] = {}

    async def get(self, pool: Pool, contest: Contest, *, hidden_from: datetime | None) -> list[Row]:
        """The contest's scoreboard, with verdicts of tries made at ``hidden_from`` or later kept back."""
        key = (contest.id, hidden_from)
        made_at, rows = self._kept.get(key, (float("-inf"), []))
        if time.monotonic() - made_at > FRESH_S:
            async with pool.acquire() as connection:
                rows = rank(contest, await contests.scores(connection, contest), hidden_from=hidden_from)
            self._kept = {k: kept for k, kept in self._kept.items() if time.monotonic() - kept[0] <= FRESH_S}
            self._kept[key] = (time.monotonic(), rows)
        return rows


def rank(contest: Contest, scores: Scores, *, hidden_from: datetime | None) -> list[Row]:
    """The lines of the scoreboard, the best first. Equals share a rank and stand in the order of their names."""
    cells = _cells(contest, scores.tries, hidden_from)
    unranked = [_unranked(contest, user_id, scores.names[user_id], row) for user_id, row in cells.items()]
    unranked.sort(key=lambda row: (_key(row), row.name.casefold(), row.user_id))
    ranked: list[Row] = []
    for place, row in enumerate(unranked, start=1):
        is_tied = bool(ranked) and _key(ranked[-1]) == _key(row)
        ranked.append(_with_rank(row, ranked[-1].rank if is_tied else place))
    return ranked


def _cells(contest: Contest, tries: tuple[Try, ...], hidden_from: datetime | None) -> dict[int, dict[int, Cell]]:
    board: dict[int, dict[int, Cell]] = defaultdict(lambda: defaultdict(Cell))
    #: Problems of which nobody can be said to be the first any more: somebody is, or may turn out to be.
    decided: set[int] = set()
    for made in tries:
        cell = board[made.user_id][made.problem_id]
        if cell.solved_at is not None:
            continue
        if made.verdict is None or (hidden_from is not None and made.submitted_at >= hidden_from):
            cell.pending += 1
            decided.add(made.problem_id)
        elif made.verdict is Verdict.AC:
            cell.solved_at = made.submitted_at
            cell.solved_minutes = int((made.submitted_at - contest.starts_at).total_seconds()) // 60
            cell.pending = 0
            cell.is_first = made.problem_id not in decided
            decided.add(made.problem_id)
        elif made.verdict.is_penalised:
            cell.rejected += 1
    return board


def _unranked(contest: Contest, user_id: int, name: str, cells: dict[int, Cell]) -> Row:
    solved = [(cell, cell.solved_minutes) for cell in cells.values() if cell.solved_minutes is not None]
    return Row(
        rank=0,
        user_id=user_id,
        name=name,
        solved=len(solved),
        penalty_minutes=sum(minutes + contest.penalty_minutes * cell.rejected for cell, minutes in solved),
        cells=dict(cells),
    )


def _key(row: Row) -> tuple[int, int, float]:
    last = max((cell.solved_at.timestamp() for cell in row.cells.values() if cell.solved_at), default=0.0)
    return (-row.solved, row.penalty_minutes, last)


def _with_rank(row: Row, place: int) -> Row:
    return Row(
        rank=place,
        user_id=row.user_id,
        name=row.name,
        solved=row.solved,
        penalty_minutes=row.penalty_minutes,
        cells=row.cells,
    )
