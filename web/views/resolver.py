"""For the jury: revealing, one try after the other, what a frozen scoreboard kept back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from judge.scoring import Cell, Row, Rules
from judge.store import contests
from judge.store.contests import Contest, ContestProblem
from web import permissions, visible
from web.boards.standings import Board
from web.keys import BOARDS, POOL, SESSION
from web.pages import now, page


async def show(request: web.Request) -> web.Response:
    """The page of the ceremony; its script fetches what there is to reveal."""
    contest, _ = await _find(request)
    return page(request, "resolver", {"contest": contest, "is_frozen": contest.is_frozen(now())})


async def described(request: web.Request) -> web.Response:
    """All of it: what the public sees, and what is behind."""
    contest, problems = await _find(request)
    boards, pool = request.app[BOARDS], request.app[POOL]
    seen = await boards.get(pool, contest, is_public=True, waits=True)
    whole = await boards.get(pool, contest, is_public=False, waits=True)
    labels = {problem.id: problem.label for problem in problems}
    return web.json_response(
        {
            "scoring": contest.scoring.value,
            "problems": [{"label": problem.label, "title": problem.title} for problem in problems],
            "teams": _teams(contest.rules, seen, whole, labels),
        },
        headers={"Cache-Control": "no-store"},
    )


async def _find(request: web.Request) -> tuple[Contest, list[ContestProblem]]:
    async with request.app[POOL].acquire() as connection:
        contest = await contests.by_name(connection, request.match_info["contest"])
        viewer = permissions.require_ceremony(request[SESSION].viewer, contest, now())
        return contest, await visible.problems(connection, viewer, contest)


def _teams(rules: Rules, seen: Board, whole: Board, labels: Mapping[int, str]) -> list[dict[str, Any]]:
    """Everybody on the scoreboard, in the order in which equals stand."""
    behind = {row.user_id: row for row in whole.rows}
    return [
        {
            "id": row.user_id,
            "name": row.name,
            "group": whole.people[row.user_id].group or "",
            "cells": _cells(rules, row, behind[row.user_id], labels),
        }
        for row in sorted(seen.rows, key=lambda row: (row.name.casefold(), row.user_id))
        # Whoever came between the two looks is on the next.
        if row.user_id in behind
    ]


def _cells(rules: Rules, seen: Row, whole: Row, labels: Mapping[int, str]) -> dict[str, Any]:
    return {
        labels[problem_id]: _both(rules, cell, whole.cells.get(problem_id, cell))
        for problem_id, cell in seen.cells.items()
        if problem_id in labels
    }


def _both(rules: Rules, seen: Cell, whole: Cell) -> dict[str, Any]:
    """What is behind only where that is something else: most of a large scoreboard is as everybody sees it."""
    told = {"seen": _cell(rules, seen)}
    return told if whole == seen else {**told, "whole": _cell(rules, whole)}


def _cell(rules: Rules, cell: Cell) -> dict[str, Any]:
    return {
        "score": cell.score,
        "is_accepted": cell.is_accepted,
        "tries": cell.tries,
        "pending": cell.pending,
        "minutes": cell.minutes,
        "seconds": cell.contest_s or 0,
        "cost_s": rules.cost_s(cell),
        "last": cell.best_at.timestamp() if cell.best_at else 0,
    }
