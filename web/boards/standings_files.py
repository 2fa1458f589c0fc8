"""Scoreboards as files: CSV for spreadsheets, JSON for programs."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

from judge.scoring import Cell, Row
from judge.store.contests import Contest, ContestProblem
from web.boards.standings import Board

#: In many countries a semicolon begins another cell, whatever stands before it; blanks and quotes do not count there.
#: Some take the wide forms of the signs as well.
_FORMULA = re.compile(r"((?:^|[;|\t])[\s\"']*)(?=[=+\-@\uff1d\uff0b\uff0d\uff20])")


def as_csv(contest: Contest, problems: list[ContestProblem], board: Board) -> str:
    """A line for each contestant, with a column for each problem: its points, or the minute in which it was solved."""
    scoring = contest.scoring
    output = io.StringIO()
    writer = csv.writer(output)
    totals = ["points" if scoring.has_points else "solved", *(["penalty_s"] if scoring.has_penalty else [])]
    names = [f"{problem.label} {what}" for problem in problems for what in ("score", "tries", "seconds")]
    writer.writerow(["rank", "id", "name", *totals, *names])
    for row in board.rows:
        total = [f"{row.score:g}", *([row.penalty_s] if scoring.has_penalty else [])]
        cells = [value for problem in problems for value in _cell(row.cells.get(problem.id))]
        writer.writerow([row.rank, row.user_id, _harmless(row.name), *total, *cells])
    return output.getvalue()


def as_json(contest: Contest, problems: list[ContestProblem], board: Board, *, is_frozen: bool) -> dict[str, Any]:
    """The whole scoreboard."""
    labels = {problem.id: problem.label for problem in problems}
    return {
        "contest": contest.name,
        "scoring": contest.scoring.value,
        "penalty_minutes": contest.penalty_minutes,
        "is_frozen": is_frozen,
        "version": board.version,
        "problems": [{"label": problem.label, "title": problem.title} for problem in problems],
        "rows": [_row(row, labels) for row in board.rows],
    }


def _row(row: Row, labels: dict[int, str]) -> dict[str, Any]:
    return {
        "rank": row.rank,
        "id": row.user_id,
        "name": row.name,
        "solved": row.solved,
        "score": row.score,
        "penalty_s": row.penalty_s,
        "problems": {
            labels[problem_id]: {
                "score": cell.score,
                "is_accepted": cell.is_accepted,
                "tries": cell.tries,
                "pending": cell.pending,
                "seconds": cell.contest_s,
                "is_first": problem_id in row.firsts,
            }
            for problem_id, cell in row.cells.items()
            if problem_id in labels
        },
    }


def _cell(cell: Cell | None) -> tuple[str, str, str]:
    if cell is None:
        return "", "", ""
    return f"{cell.score:g}", str(cell.tries), "" if cell.contest_s is None else str(cell.contest_s)


def _harmless(name: str) -> str:
    """A name that no spreadsheet takes for a formula, not even one to which a line's cells end elsewhere."""
    return _FORMULA.sub(r"\1'", name)
