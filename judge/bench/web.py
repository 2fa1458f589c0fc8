"""How soon a verdict is on its way into an open page, and what a web process does under a contest's load."""

from __future__ import annotations

import asyncio
import http.client
import re
import statistics
import time
from urllib.parse import urlencode

from judge.bench.figures import Figure
from judge.bench.load import measure_load
from judge.bench.pages import measure_pages
from judge.bench.stage import Stage, stage
from judge.bench.standings import measure_standings
from judge.config import Settings
from judge.errors import JudgeError
from sandbox.engine import Progress
from web.identity.passwords import Passwords

SUBMISSIONS = 20
MOST_SHOWN_MS = 200.0
_LOGIN, _PASSWORD = "watcher", "only for this benchmark"
_TIMEOUT_S = 30.0


async def measure(settings: Settings, said: Progress, *, seconds: int) -> list[Figure]:
    """Run the benchmark on databases and web servers of its own."""
    return [
        *await _measure_verdicts(settings, said),
        *await measure_load(settings, said, seconds=seconds),
        *await measure_standings(settings, said),
        *await measure_pages(settings, said),
    ]


async def _measure_verdicts(settings: Settings, said: Progress) -> list[Figure]:
    async with stage(settings) as on:
        user_id = await on.user(_LOGIN, await Passwords().hash(_PASSWORD))
        cookie = await asyncio.to_thread(_log_in, on.port)
        said(f"{SUBMISSIONS} submissions, each watched like an open page does")
        delays = [await _delay_ms(on, user_id, cookie) for _ in range(SUBMISSIONS)]
    shown = statistics.median(delays)
    return [
        Figure(
            name="last test judged to verdict received by an open page, median",
            value=shown,
            unit="ms",
            target=f"<= {MOST_SHOWN_MS:.0f}",
            ok=shown <= MOST_SHOWN_MS,
        )
    ]


async def _delay_ms(on: Stage, user_id: int, cookie: str) -> float:
    submission_id = await on.submit(user_id)
    received = await asyncio.to_thread(_await_verdict, on.port, cookie, submission_id)
    await on.until_judged(submission_id)
    finished: float = await on.connection.fetchval(
        "SELECT extract(epoch FROM finished_at)::float8 FROM judgings WHERE submission_id = $1", submission_id
    )
    return (received - finished) * 1000


def _await_verdict(port: int, cookie: str, submission_id: int) -> float:
    """Follow the submission's events; when that of the verdict came, by the clock that the database uses too."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_TIMEOUT_S)
    try:
        connection.request("GET", f"/submissions/{submission_id}/events", headers={"Cookie": cookie})
        response = connection.getresponse()
        while line := response.readline():
            if line.strip() == b"event: verdict":
                return time.time()
    finally:
        connection.close()
    raise JudgeError(f"the events of submission {submission_id} ended without a verdict (HTTP {response.status})")


def _log_in(port: int) -> str:
    """The cookie of a new session."""
    page, _, cookie = _exchange(port, "GET", "/login", {}, "")
    token = re.search(r'name="csrf" value="([^"]*)"', page)
    if token is None:
        raise JudgeError("the log-in page has no form")
    fields = {"login": _LOGIN, "password": _PASSWORD, "csrf": token.group(1)}
    _, status, session = _exchange(port, "POST", "/login", fields, cookie)
    if status != http.client.SEE_OTHER:
        raise JudgeError(f"logging in was answered with HTTP {status}")
    return session


def _exchange(port: int, method: str, path: str, fields: dict[str, str], cookie: str) -> tuple[str, int, str]:
    """One request; the page, its status and the cookies to send from now on."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_TIMEOUT_S)
    try:
        headers = {"Cookie": cookie, "Origin": f"http://127.0.0.1:{port}"}
        headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request(method, path, body=urlencode(fields), headers=headers)
        response = connection.getresponse()
        page = response.read().decode()
        made = [value.split(";")[0] for key, value in response.getheaders() if key.lower() == "set-cookie"]
        return page, response.status, "; ".join(made) or cookie
    finally:
        connection.close()
