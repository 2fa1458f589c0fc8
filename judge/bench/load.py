"""A contest's load on one web process: hundreds of open live pages, requests at a fixed rate, verdicts coming in.

Judging is simulated: verdicts come through the real queue, as the daemon writes them, as often as in a busy contest;
nothing is compiled or run. Requests are sent when they are due, whether or not earlier ones were answered; their times
count from when they were due.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import random
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

from judge.bench.browsing import Browser
from judge.bench.figures import Figure
from judge.bench.stage import Stage, free_port, stage
from judge.config import Settings
from judge.errors import JudgeError
from judge.models import MIB, Compilation, Judged, Run
from judge.queueing import queue
from judge.queueing.reporting import Reporter
from judge.store import accounts, judgehosts
from judge.store.judgings import Claim
from judge.store.pool import Pool, open_pool
from judge.store.sessions import Viewer
from judge.verdicts import Verdict
from sandbox.engine import Progress
from sandbox.yardsticks.leftovers import Footprint
from web.identity import sessions
from web.identity.sessions import SessionState

PAGES = 500
PER_S = 50
JUDGINGS_PER_S = 5
TESTS = 11
JUDGING_S = 0.5

MOST_P99_MS = 100.0
MOST_MORE_MIB = 16.0
MOST_PAGE_KB = 60.0
MOST_REQUESTS = 10.0

#: The same visits each time.
_CHOICES = random.Random(1)  # noqa: S311 - no secret
_READY_S = 30.0
_SETTLE_S = 10.0
#: One request in so many goes to a handler that does nothing, and one is a submission.
_BARE_EVERY, _SUBMIT_EVERY = 10, 25
#: What memory grows to at first is caches and the like.
_WARM_SHARE = 0.25
_BARE = """
import sys
from aiohttp import web
app = web.Application()
async def bare(request):
    return web.Response(text="x" * 10_000)
app.router.add_get("/", bare)
web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), print=None)
"""


@dataclass(slots=True, kw_only=True)
class _Team:
    """Somebody with a page open."""

    user_id: int
    browser: Browser
    csrf: str
    submission_id: int = 0
    #: By submission: the events that came, in order, and when the verdict did.
    received: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    verdict_at: dict[int, float] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class _Load:
    """All of it, and what was seen meanwhile."""

    on: Stage
    pool: Pool
    teams: list[_Team]
    bare_port: int
    open_pages: int = 0
    fewest_pages: int = PAGES
    times_ms: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    failed: list[str] = field(default_factory=list)

    async def follow(self, team: _Team) -> None:
        """Keep a live page open: of the submission that waits, and after its verdict of the next."""
        while True:
            async with self.pool.acquire() as connection:
                team.submission_id = await self.on.submit(team.user_id, on=connection)
            submission_id = team.submission_id
            self.open_pages += 1
            try:
                async for known, kind, at in team.browser.events(f"/submissions/{submission_id}/events"):
                    team.received[submission_id].append(int(known))
                    if kind == "verdict":
                        team.verdict_at[submission_id] = at
            finally:
                self.open_pages -= 1

    async def judge(self) -> None:
        """Judgings as a busy contest has them, until cancelled."""
        async with self.pool.acquire() as connection:
            host = await judgehosts.register(connection, name="simulated", slots=8, isolation="container")
        async with asyncio.TaskGroup() as judging:
            async for _ in _ticks(JUDGINGS_PER_S):
                async with self.pool.acquire() as connection:
                    claim = await queue.claim(connection, judgehost_id=host, lease_s=60)
                if claim is not None:
                    judging.create_task(_judged(self.pool, claim))

    async def visit(self, number: int, due: float) -> None:
        """One request, and how long it took from when it was due."""
        team = _CHOICES.choice(self.teams)
        kind, path = _address(number, team)
        clock = asyncio.get_running_loop().time
        try:
            if kind == "bare handler":
                answer = await Browser(port=self.bare_port).get("/")
            elif kind == "submit":
                fields = {"csrf": team.csrf, "language": "python3", "source": f"print({number})\n"}
                answer = await team.browser.post(path, fields)
            else:
                answer = await team.browser.get(path)
        except (OSError, TimeoutError, asyncio.IncompleteReadError) as error:
            self.failed.append(f"{path}: {error or type(error).__name__}")
            return
        self.times_ms[kind].append((clock() - due) * 1000)
        if answer.status != (303 if kind == "submit" else 200):
            self.failed.append(f"{path}: HTTP {answer.status}")


def _address(number: int, team: _Team) -> tuple[str, str]:
    """What a request is for: contestants look at the contest, its standings, a problem and their own submissions."""
    if number % _BARE_EVERY == 0:
        return "bare handler", "/"
    if number % _SUBMIT_EVERY == 1:
        return "submit", "/contests/bench/problems/A"
    return _CHOICES.choice(
        [
            ("contest", "/contests/bench"),
            ("standings", "/contests/bench/standings"),
            ("problem", "/contests/bench/problems/A"),
            ("submissions", "/contests/bench/submissions"),
            ("submission", f"/submissions/{team.submission_id}"),
        ]
    )


async def measure_load(settings: Settings, said: Progress, *, seconds: int) -> list[Figure]:
    """Run it on a database and a web server of its own."""
    async with stage(settings, commands=("web",)) as on, open_pool(on.dsn) as pool, _bare() as bare_port:
        await asyncio.gather(_until_ready(on.port), _until_ready(bare_port))
        said(f"{PAGES} accounts, each with a live page open")
        load = _Load(on=on, pool=pool, teams=[await _team(on, n) for n in range(PAGES)], bare_port=bare_port)
        weights = await _weigh(load)
        # Each has come by a page, over a connection that stays open like the browser's.
        for team in load.teams:
            await team.browser.get("/contests/bench")
        async with asyncio.TaskGroup() as group:
            followers = [group.create_task(load.follow(team)) for team in load.teams]
            async with asyncio.timeout(_READY_S):
                while load.open_pages < PAGES or not all(team.received for team in load.teams):
                    await asyncio.sleep(0.05)
            said(f"{PER_S} requests and {JUDGINGS_PER_S} judgings a second for {seconds} s")
            judge = group.create_task(load.judge())
            memory = await _press(load, seconds)
            judge.cancel()
            missed, events = await _missed(load)
            for follower in followers:
                follower.cancel()
        delays = await _delays_ms(load)
        for team in load.teams:
            await team.browser.close()
    for text in load.failed[:10]:
        said(f"failed: {text}")
    return [*_time_figures(load), *_live_figures(load, missed, events, delays, memory), *weights]


async def _press(load: _Load, seconds: int) -> tuple[float, float]:
    """Send requests when they are due; the server's memory once it is warm, and at the end, in MiB."""
    pid = load.on.pids["web"]
    warm = 0.0
    number = 0
    async with asyncio.TaskGroup() as visits:
        async for due in _ticks(PER_S):
            load.fewest_pages = min(load.fewest_pages, load.open_pages)
            if number == int(seconds * PER_S * _WARM_SHARE):
                warm = Footprint.of(pid).memory_bytes / MIB
            if number == seconds * PER_S:
                break
            visits.create_task(load.visit(number, due))
            number += 1
    return warm, Footprint.of(pid).memory_bytes / MIB


async def _missed(load: _Load) -> tuple[int, int]:
    """How many events never came to the page that was open for them, or not once and in order; and of how many."""
    statement = "SELECT submission_id, array_agg(id ORDER BY id) AS ids FROM events GROUP BY submission_id"
    deadline = time.monotonic() + _SETTLE_S
    while True:
        rows = await load.on.connection.fetch(statement)
        told = {row["submission_id"]: row["ids"] for row in rows}
        followed = {number: ids for team in load.teams for number, ids in team.received.items()}
        wrong = sum(_differences(told[number], ids) for number, ids in followed.items())
        if not wrong or time.monotonic() > deadline:
            return wrong, sum(len(told[number]) for number in followed)
        await asyncio.sleep(0.1)


def _differences(told: Sequence[int], received: Sequence[int]) -> int:
    missing = len(set(told) - set(received))
    return missing or (0 if list(told) == list(received) else abs(len(told) - len(received)) or 1)


async def _delays_ms(load: _Load) -> list[float]:
    """From each verdict's commit, about, to its coming to the open page."""
    rows = await load.on.connection.fetch(
        "SELECT submission_id, extract(epoch FROM finished_at)::float8 AS at FROM judgings WHERE state = 'done'"
    )
    finished = {row["submission_id"]: row["at"] for row in rows}
    return [
        (at - finished[number]) * 1000
        for team in load.teams
        for number, at in team.verdict_at.items()
        if number in finished
    ]


async def _weigh(load: _Load) -> list[Figure]:
    """What a browser that has nothing kept gets for each page."""
    team = load.teams[0]
    async with load.pool.acquire() as connection:
        team.submission_id = await load.on.submit(team.user_id, on=connection)
    heaviest, most = 0.0, 0
    pages = (
        "/",
        "/contests/bench",
        "/contests/bench/problems/A",
        "/contests/bench/standings",
        "/contests/bench/submissions",
    )
    for path in (*pages, f"/submissions/{team.submission_id}"):
        page = await team.browser.get(path)
        assets = [await team.browser.get(asset) for asset in sorted(page.assets)]
        heaviest = max(heaviest, (page.wire_bytes + sum(asset.wire_bytes for asset in assets)) / 1000)
        most = max(most, 1 + len(assets))
    return [
        _at_most("heaviest page with all that it asks for, nothing kept, over the wire", heaviest, "kB", MOST_PAGE_KB),
        _at_most("most requests for a page", most, "", MOST_REQUESTS),
    ]


def _time_figures(load: _Load) -> list[Figure]:
    bare = sorted(load.times_ms.pop("bare handler"))
    every = sorted(itertools.chain.from_iterable(load.times_ms.values()))
    peer = {"a bare aiohttp handler, in between": _share(bare, 0.99)}
    by_kind = {f"{kind}, median": statistics.median(times) for kind, times in sorted(load.times_ms.items())}
    return [
        Figure(
            name=f"{len(every)} requests at {PER_S}/s, {PAGES} live pages open, 99th percentile",
            value=_share(every, 0.99),
            unit="ms",
            target=f"<= {MOST_P99_MS:.0f}",
            ok=_share(every, 0.99) <= MOST_P99_MS and not load.failed,
            compared_with=peer,
        ),
        Figure(
            name="the same, median",
            value=statistics.median(every),
            unit="ms",
            compared_with={"a bare aiohttp handler, in between": statistics.median(bare), **by_kind},
        ),
        _at_most("requests that failed", len(load.failed), "", 0),
    ]


def _live_figures(
    load: _Load, missed: int, events: int, delays: list[float], memory: tuple[float, float]
) -> list[Figure]:
    warm, end = memory
    return [
        Figure(
            name="fewest live pages open at once",
            value=load.fewest_pages,
            unit="",
            target=f">= {PAGES - JUDGINGS_PER_S}",
            ok=load.fewest_pages >= PAGES - JUDGINGS_PER_S,
        ),
        _at_most(f"events that an open page missed, of {events}", missed, "", 0),
        Figure(
            name=f"verdict to open page, {len(delays)} of them, 99th percentile",
            value=_share(sorted(delays), 0.99),
            unit="ms",
            compared_with={"median": statistics.median(delays)},
        ),
        Figure(
            name="memory of the web server: more than when it was warm",
            value=end - warm,
            unit="MiB",
            target=f"<= {MOST_MORE_MIB:.0f}",
            ok=end - warm <= MOST_MORE_MIB,
            compared_with={"warm": warm, "at the end": end},
        ),
    ]


def _at_most(name: str, value: float, unit: str, most: float) -> Figure:
    return Figure(name=name, value=value, unit=unit, target=f"<= {most:.0f}", ok=value <= most)


def _share(ordered: Sequence[float], share: float) -> float:
    if not ordered:
        raise JudgeError("nothing was measured")
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


async def _team(on: Stage, number: int) -> _Team:
    """An account that is logged in."""
    login = f"team{number:03}"
    user_id = await on.user(login)
    state = SessionState()
    viewer = Viewer(id=user_id, login=login, name=login, role=accounts.Role.CONTESTANT)
    await sessions.begin(on.connection, state, viewer=viewer)
    browser = Browser(port=on.port, cookie=f"session={state.new_token}")
    return _Team(user_id=user_id, browser=browser, csrf=state.csrf_token)


async def _judged(pool: Pool, claim: Claim) -> None:
    """What the database and open pages see of a judging, in about the time that one takes."""
    reporter = Reporter(pool, claim, tests_total=TESTS)
    runs = [
        Run(testcase=f"secret/{n:02}", verdict=Verdict.AC, cpu_us=20_000, wall_us=21_000, memory_bytes=9_000_000)
        for n in range(1, TESTS + 1)
    ]
    async with asyncio.TaskGroup() as both:
        both.create_task(reporter.work())
        reporter.compiling()
        reporter.running()
        for ordinal, run in enumerate(runs, start=1):
            await asyncio.sleep(JUDGING_S / TESTS)
            reporter.ran(ordinal, run)
        reporter.stop()
    judged = Judged(verdict=Verdict.AC, compilation=Compilation(is_ok=True), runs=tuple(runs))
    async with pool.acquire() as connection:
        await queue.complete(connection, claim, judged, announced=reporter.unannounced())


async def _ticks(per_s: float) -> AsyncIterator[float]:
    """The moments at which something is due, so many in a second, none left out."""
    clock = asyncio.get_running_loop().time
    begun = clock()
    for number in itertools.count():
        due = begun + number / per_s
        await asyncio.sleep(max(0.0, due - clock()))
        yield due


@contextlib.asynccontextmanager
async def _bare() -> AsyncIterator[int]:
    """A server of one handler that does nothing; its port."""
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        *("setpriv", "--pdeathsig", "TERM", "--", sys.executable, "-c", _BARE, str(port)),
        env=dict(os.environ),
    )
    try:
        yield port
    finally:
        process.terminate()
        await process.wait()


async def _until_ready(port: int) -> None:
    async with asyncio.timeout(_READY_S):
        while True:
            with contextlib.suppress(OSError):
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.close()
                return
            await asyncio.sleep(0.05)
