"""Which page of a large site is the slowest, and how the database comes by what it shows."""

from __future__ import annotations

import re
import statistics
import time
from dataclasses import dataclass
from http import HTTPStatus

from judge.bench.browsing import Browser
from judge.bench.figures import Figure
from judge.bench.stage import Stage, stage
from judge.bench.standings import PROBLEMS, TEAMS, TRIES, fill
from judge.config import Settings
from judge.store import accounts
from judge.store.pool import Asked
from judge.store.sessions import Viewer
from sandbox.engine import Progress
from web.app import paths, serving
from web.identity import sessions
from web.identity.sessions import SessionState

ROUNDS = 5
TESTS = 11
#: A page that waits for news is none that is shown.
_ENDLESS = ("/events", "/healthz", "/static")
_PARAMETER = re.compile(r"\{(\w+)\}")
_FIRST_ROWS = 4
_PLAN = "EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY ON) "


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shown:
    """A page, and what it took, at the median."""

    path: str
    ms: float
    slowest: Asked | None
    queries: int


async def measure_pages(settings: Settings, said: Progress) -> list[Figure]:
    """Ask for every page as an admin, who sees the most, in a contest with many of everything."""
    heard: list[Asked] = []
    async with stage(settings, commands=()) as on:
        said(f"every page of a site with {TEAMS} teams, {TRIES} submissions and {TRIES * TESTS} runs")
        await fill(on)
        await _add_runs(on)
        # In this process, where it can be heard.
        async with serving(settings, on.dsn, port=on.port, heard=heard.append) as app:
            browser = await _admin(on)
            filled = await _filled(on, paths(app))
            shown = [made for path in filled if (made := await _show(browser, heard, path)) is not None]
            await browser.close()
        shown.sort(key=lambda one: -one.ms)
        said("slowest pages: " + ", ".join(f"{one.path} {one.ms:.1f} ms" for one in shown[:_FIRST_ROWS]))
        asked = [(one.path, one.slowest) for one in shown if one.slowest is not None]
        path, slowest = max(asked, key=lambda pair: float(pair[1].elapsed))
        said(f"slowest statement, {1000 * slowest.elapsed:.1f} ms, of {path}:\n{slowest.query}")
        plan = await on.connection.fetch(_PLAN + slowest.query, *slowest.args)
        said("\n".join(row[0] for row in plan))
    return [
        Figure(
            name=f"slowest of {len(shown)} pages with {TEAMS} teams, {PROBLEMS} problems and {TRIES} submissions",
            value=shown[0].ms,
            unit="ms",
            compared_with={
                f"median of all, {statistics.median(one.queries for one in shown):.0f} statements": statistics.median(
                    one.ms for one in shown
                )
            },
        ),
        Figure(name="slowest statement of any page", value=1000 * slowest.elapsed, unit="ms"),
    ]


async def _add_runs(on: Stage) -> None:
    await on.connection.execute(
        "INSERT INTO runs (judging_id, ordinal, attempt, testcase, verdict, cpu_us, wall_us, memory_bytes)"
        " SELECT id, n, attempt, 'secret/' || n, 'AC', 20000, 21000, 9000000 FROM judgings, generate_series(1, $1) n",
        TESTS,
        timeout=600,
    )
    await on.connection.execute("ANALYZE")


async def _admin(on: Stage) -> Browser:
    """Somebody who may see everything, logged in."""
    role = accounts.Role.ADMIN
    user_id = await accounts.create(on.connection, login="looks", name="looks", password_hash=None, role=role)
    state = SessionState()
    viewer = Viewer(id=user_id, login="looks", name="looks", role=role)
    await sessions.begin(on.connection, state, viewer=viewer)
    return Browser(port=on.port, cookie=f"session={state.new_token}")


async def _filled(on: Stage, patterns: set[str]) -> list[str]:
    """Every address that can be made of what there is one of."""
    row = await on.connection.fetchrow(
        "SELECT p.name AS problem, v.id AS version, s.id AS submission, s.user_id AS account"
        " FROM submissions s JOIN problems p ON p.id = s.problem_id JOIN problem_versions v ON v.problem_id = p.id"
        " ORDER BY s.id LIMIT 1"
    )
    assert row is not None
    values = {
        **{name: str(value) for name, value in row.items()},
        "contest": "bench",
        "label": "A",
        "language": "en",
        "format": "html",
        "ordinal": "1",
        "number": "1",
        "kind": "in",
        "file": "csv",
    }
    known = [
        pattern.format(**values)
        for pattern in sorted(patterns)
        if not pattern.endswith(_ENDLESS) and set(_PARAMETER.findall(pattern)) <= set(values)
    ]
    return [*known, "/contests/bench/standings?page=all", "/contests/bench/submissions?verdict=AC"]


async def _show(browser: Browser, heard: list[Asked], path: str) -> _Shown | None:
    """None: there is nothing to show there."""
    if (await browser.get(path)).status != HTTPStatus.OK:
        return None
    times = []
    for _ in range(ROUNDS):
        heard.clear()
        began = time.perf_counter()
        await browser.get(path)
        times.append((time.perf_counter() - began) * 1000)
    asked = [query for query in heard if query.query.lstrip().startswith(("SELECT", "WITH"))]
    slowest = max(asked, key=lambda query: float(query.elapsed), default=None)
    return _Shown(path=path, ms=statistics.median(times), slowest=slowest, queries=len(heard))
