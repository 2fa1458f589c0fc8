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


class Ranking:
    """Ranks by the same rules, again and again: what did not change since the last time is not worked out anew."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        #: By account: the cells that it was made of, the key, and how many problems are accepted.
        self._known: dict[int, tuple[Mapping[int, Cell], _Key, int]] = {}

    def rank(self, cells: Cells, names: Mapping[int, str]) -> list[Row]:
        """The lines of the scoreboard, the best first. Equals share a rank and stand in the order of their names."""
        firsts: dict[int, set[int]] = {}
        if self._rules.scoring is not Scoring.IOI:
            for problem_id, user_id in first_to_solve(cells).items():
                firsts.setdefault(user_id, set()).add(problem_id)
        self._known = {user_id: self._keyed(user_id, own) for user_id, own in cells.items() if user_id in names}
        order = sorted((key, names[user_id].casefold(), user_id) for user_id, (_, key, _) in self._known.items())
        rows: list[Row] = []
        last: _Key | None = None
        for place, (key, _, user_id) in enumerate(order, start=1):
            own, _, solved = self._known[user_id]
            row = Row(
                rank=rows[-1].rank if key == last else place,
                user_id=user_id,
                name=names[user_id],
                solved=solved,
                score=-key[0],
                penalty_s=key[1],
                cells=own,
                firsts=frozenset(firsts.get(user_id, ())),
            )
            rows.append(row)
            last = key
        return rows

    def _keyed(self, user_id: int, own: Mapping[int, Cell]) -> tuple[Mapping[int, Cell], _Key, int]:
        known = self._known.get(user_id)
        if known is not None and known[0] is own:
            return known
        return own, _key(self._rules, own), sum(cell.is_accepted for cell in own.values())


def rank(rules: Rules, cells: Cells, names: Mapping[int, str]) -> list[Row]:
    """The lines of a scoreboard that is looked at once."""
    return Ranking(rules).rank(cells, names)


def first_to_solve(cells: Cells) -> dict[int, int]:
    """Who solved each problem first, unless somebody who tried earlier may yet turn out to be."""
    solved: dict[int, tuple[datetime, int, int]] = {}
    waiting: list[tuple[int, datetime, int]] = []
    for user_id, own in cells.items():
        for problem_id, cell in own.items():
            _, _, is_accepted, _, _, best_at, _, submission_id, waiting_at = cell
            if is_accepted and best_at is not None and submission_id is not None:
                best = solved.get(problem_id)
                if best is None or best_at < best[0] or (best_at == best[0] and submission_id < best[1]):
                    solved[problem_id] = (best_at, submission_id, user_id)
            if waiting_at is not None:
                waiting.append((problem_id, waiting_at, user_id))
    for problem_id, sent_at, user_id in waiting:
        first = solved.get(problem_id)
        if first is not None and sent_at <= first[0] and user_id != first[2]:
            del solved[problem_id]
    return {problem_id: user_id for problem_id, (_, _, user_id) in solved.items()}


def _key(rules: Rules, own: Mapping[int, Cell]) -> _Key:
    score = round(sum(cell.score for cell in own.values()), _ROUNDING)
    last = 0.0
    if rules.scoring is Scoring.ICPC:
        last = max((cell.best_at.timestamp() for cell in own.values() if cell.best_at), default=0.0)
    return -score, rules.penalty_s(own.values()), last
