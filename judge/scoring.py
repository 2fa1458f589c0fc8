"""Scoreboards: who stands above whom, by each way of scoring a contest.

What somebody made of one problem is counted in the database (``store/scores.py``); here are the rules that make ranks
of it.

    icpc     more problems solved; less penalty; the last problem solved earlier.
             Penalty: for each solved problem the minutes until it was, and the contest's minutes for each rejected try.
    ioi      more points. Who have the same number share a rank.
    atcoder  more points; less penalty.
             Penalty: the time until points were gained last, and the contest's minutes for each rejected try before
             a problem's best one.

Compile errors and judge errors cost nothing, nor do tries at a problem without points.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

#: What sums of decimal fractions may be off by.
_ROUNDING = 9


class Scoring(StrEnum):
    """How a contest is scored."""

    ICPC = "icpc"
    IOI = "ioi"
    ATCODER = "atcoder"

    @property
    def has_points(self) -> bool:
        """Whether a problem gives points, and not only is solved or not."""
        return self is not Scoring.ICPC

    @property
    def has_penalty(self) -> bool:
        return self is not Scoring.IOI


class Cell(NamedTuple):
    """What one contestant made of one problem."""

    #: Those that count.
    submissions: int = 0
    #: 1 for solved by the rules of the ICPC, points elsewhere.
    score: float = 0.0
    is_accepted: bool = False
    #: Rejected tries before the best one, or all of them where none gave anything.
    tries: int = 0
    #: Tries without a verdict to show that may yet matter: not judged yet, or made after the freeze.
    pending: int = 0
    #: When the best one was sent; None: none gave anything.
    best_at: datetime | None = None
    #: The same by the contest's clock, in whole seconds.
    contest_s: int | None = None
    #: The best one.
    submission_id: int | None = None
    #: When the first of those was sent that may yet turn out to be better.
    waiting_at: datetime | None = None

    @property
    def minutes(self) -> int | None:
        return None if self.contest_s is None else self.contest_s // 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One contestant's line."""

    rank: int
    user_id: int
    name: str
    #: Problems with an accepted submission.
    solved: int
    score: float
    penalty_s: int
    #: By problem id; problems never tried are absent.
    cells: Mapping[int, Cell]
    #: The problems that nobody solved earlier.
    firsts: frozenset[int]

    @property
    def penalty_minutes(self) -> int:
        return self.penalty_s // 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What of a contest decides about ranks."""

    scoring: Scoring = Scoring.ICPC
    penalty_minutes: int = 20

    def cost_s(self, cell: Cell) -> int:
        """What a problem adds to the penalty."""
        if not cell.score or cell.contest_s is None or not self.scoring.has_penalty:
            return 0
        own_s = cell.contest_s // 60 * 60 if self.scoring is Scoring.ICPC else 0
        return own_s + 60 * self.penalty_minutes * cell.tries

    def penalty_s(self, cells: Iterable[Cell]) -> int:
        """The penalty of a whole line."""
        tried = list(cells)
        last_s = max((cell.contest_s or 0 for cell in tried), default=0) if self.scoring is Scoring.ATCODER else 0
        return last_s + sum(map(self.cost_s, tried))


#: Who, and what they made of each problem.
Cells = Mapping[int, Mapping[int, Cell]]
_Key = tuple[float, int, float]


def rank(rules: Rules, cells: Cells, names: Mapping[int, str]) -> list[Row]:
    """The lines of the scoreboard, the best first. Equals share a rank and stand in the order of their names."""
    firsts = first_to_solve(cells) if rules.scoring is not Scoring.IOI else {}
    keyed = sorted(
        (_key(rules, own), names[user_id].casefold(), user_id) for user_id, own in cells.items() if user_id in names
    )
    rows: list[Row] = []
    last: _Key | None = None
    for place, (key, _, user_id) in enumerate(keyed, start=1):
        own = cells[user_id]
        row = Row(
            rank=rows[-1].rank if key == last else place,
            user_id=user_id,
            name=names[user_id],
            solved=sum(cell.is_accepted for cell in own.values()),
            score=-key[0],
            penalty_s=key[1],
            cells=own,
            firsts=frozenset(problem for problem in own if firsts.get(problem) == user_id),
        )
        rows.append(row)
        last = key
    return rows


def first_to_solve(cells: Cells) -> dict[int, int]:
    """Who solved each problem first, unless somebody who tried earlier may yet turn out to be."""
    solved: dict[int, list[tuple[datetime, int, int]]] = {}
    waiting: dict[int, list[tuple[datetime, int]]] = {}
    for user_id, own in cells.items():
        for problem_id, cell in own.items():
            if cell.is_accepted and cell.best_at is not None and cell.submission_id is not None:
                solved.setdefault(problem_id, []).append((cell.best_at, cell.submission_id, user_id))
            if cell.waiting_at is not None:
                waiting.setdefault(problem_id, []).append((cell.waiting_at, user_id))
    firsts = {}
    for problem_id, everybody in solved.items():
        at, _, user_id = min(everybody)
        if not any(sent_at <= at and other != user_id for sent_at, other in waiting.get(problem_id, ())):
            firsts[problem_id] = user_id
    return firsts


def _key(rules: Rules, own: Mapping[int, Cell]) -> _Key:
    score = round(sum(cell.score for cell in own.values()), _ROUNDING)
    last = 0.0
    if rules.scoring is Scoring.ICPC:
        last = max((cell.best_at.timestamp() for cell in own.values() if cell.best_at), default=0.0)
    return -score, rules.penalty_s(own.values()), last
