"""What a large contest's scoreboard takes: to show, to make anew after a verdict, and to keep right with each."""

from __future__ import annotations

import asyncio
import statistics
import time
from http import HTTPStatus

from judge.bench.browsing import Browser
from judge.bench.figures import Figure
from judge.bench.stage import Stage, stage
from judge.config import Settings
from judge.errors import JudgeError
from judge.store import scores
from judge.store.pool import Connection
from sandbox.engine import Progress

TEAMS, PROBLEMS, TRIES = 2000, 15, 60_000
ROUNDS = 15
MOST_SHOWN_MS = 50.0

_PATH = "/contests/bench/standings"
_READY_S = 30.0


async def measure_standings(settings: Settings, said: Progress) -> list[Figure]:
    """Run the benchmark on a database and a web server of its own."""
    async with stage(settings, commands=("web",)) as on:
        said(f"a contest of {TEAMS} teams, {PROBLEMS} problems and {TRIES} submissions")
        await fill(on)
        browser = Browser(port=on.port)
        await _until_ready(browser)
        whole = await _shown_ms(browser, f"{_PATH}?page=all")
        first = await _shown_ms(browser, _PATH)
        changed = [await _changed_ms(on, browser) for _ in range(ROUNDS)]
        counting = [await _counted_ms(on.connection) for _ in range(ROUNDS * 4)]
        recount_s = await _recount_s(on)
        await browser.close()
    where = f"standings of {TEAMS} teams and {PROBLEMS} problems"
    return [
        _at_most(f"{where}, all lines", whole, MOST_SHOWN_MS),
        _at_most(f"{where}, a page of them", first, MOST_SHOWN_MS),
        Figure(name=f"{where}, a page after a verdict", value=statistics.median(changed), unit="ms"),
        Figure(
            name="counting one account's problem again, within a verdict", value=statistics.median(counting), unit="ms"
        ),
        Figure(name=f"counting {TRIES} submissions again", value=recount_s, unit="s"),
    ]


async def fill(on: Stage) -> None:
    """Tries at everything, half of them accepted, spread over a running contest's first four hours."""
    to = on.connection
    await to.execute(
        "UPDATE contests SET starts_at = now() - interval '4 hours', ends_at = now() + interval '1 hour' WHERE id = $1",
        on.contest_id,
    )
    await to.execute(
        "WITH made AS ("
        "  INSERT INTO problems (name) SELECT 'problem' || n FROM generate_series(2, $3::int) n RETURNING id),"
        " versions AS (INSERT INTO problem_versions (problem_id, digest, title, limits, checker, document, live_at)"
        "  SELECT made.id, digest, title, limits, checker, document, now() FROM made, problem_versions v"
        "  WHERE v.problem_id = $2)"
        " INSERT INTO contest_problems (contest_id, problem_id, label)"
        " SELECT $1, id, chr(65 + row_number() OVER (ORDER BY id)::int) FROM made",
        *(on.contest_id, on.problem_id, PROBLEMS),
    )
    await to.execute(
        "INSERT INTO users (login, name) SELECT 'team' || n, 'Team number ' || n FROM generate_series(1, $1::int) n",
        TEAMS,
    )
    await to.execute(
        "WITH team AS (SELECT array_agg(id ORDER BY id) AS ids FROM users WHERE login LIKE 'team%'),"
        " place AS (SELECT array_agg(problem_id) AS ids FROM contest_problems WHERE contest_id = $1),"
        " sent AS (INSERT INTO submissions (contest_id, problem_id, user_id, language, submitted_at)"
        "  SELECT $1, place.ids[1 + (n / $3) % $4], team.ids[1 + n % $3], 'python3',"
        "   now() - interval '4 hours' + n * interval '4 hours' / $2"
        "  FROM team, place, generate_series(0, $2::int - 1) n"
        "  RETURNING id, problem_id)"
        " INSERT INTO judgings (submission_id, problem_version_id, state, verdict, finished_at)"
        " SELECT sent.id, v.id, 'done', CASE WHEN sent.id * 7919 % 100 < 50 THEN 'AC' ELSE 'WA' END, now()"
        " FROM sent JOIN problem_versions v ON v.problem_id = sent.problem_id",
        *(on.contest_id, TRIES, TEAMS, PROBLEMS),
        timeout=300,
    )
    await to.execute("ANALYZE submissions, judgings, scores, users")


async def _until_ready(browser: Browser) -> None:
    async with asyncio.timeout(_READY_S):
        is_ready = False
        while not is_ready:
            try:
                is_ready = (await browser.get("/healthz")).status == HTTPStatus.OK
            except (OSError, asyncio.IncompleteReadError):
                await asyncio.sleep(0.1)


async def _shown_ms(browser: Browser, path: str) -> float:
    await _get_ms(browser, path)
    return statistics.median([await _get_ms(browser, path) for _ in range(ROUNDS)])


async def _get_ms(browser: Browser, path: str) -> float:
    began = time.perf_counter()
    answer = await browser.get(path)
    took_ms = (time.perf_counter() - began) * 1000
    if answer.status != HTTPStatus.OK or b"Team number" not in answer.body:
        raise JudgeError(f"{path} was answered with HTTP {answer.status}, or without teams")
    return took_ms


async def _changed_ms(on: Stage, browser: Browser) -> float:
    """How long a page takes after a verdict has changed, once the server may make the scoreboard anew."""
    await asyncio.sleep(2)
    await on.connection.execute(
        "UPDATE judgings SET verdict = CASE verdict WHEN 'AC' THEN 'WA' ELSE 'AC' END"
        " WHERE id = (SELECT id FROM judgings WHERE is_current ORDER BY random() LIMIT 1)"
    )
    return await _get_ms(browser, _PATH)


async def _counted_ms(connection: Connection) -> float:
    row = await connection.fetchrow("SELECT contest_id, user_id, problem_id FROM scores ORDER BY random() LIMIT 1")
    assert row is not None
    began = time.perf_counter()
    await connection.execute("SELECT recount($1, ARRAY[$2::bigint], ARRAY[$3::bigint])", *row)
    return (time.perf_counter() - began) * 1000


async def _recount_s(on: Stage) -> float:
    began = time.perf_counter()
    await scores.recount(on.connection, on.contest_id)
    return time.perf_counter() - began


def _at_most(name: str, value: float, most: float) -> Figure:
    return Figure(name=name, value=value, unit="ms", target=f"<= {most:.0f}", ok=value <= most)
