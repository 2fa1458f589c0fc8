"""How much of the time slots are busy, while more is queued than they can take: by themselves, and over a broker.

The shape is that of a contest's rush: every submission is compiled, and run for a tenth of a second on each of fifty
tests; a hundred of them make 5,000 runs. How many there are is scaled to the slots and the time that is to be spent.
Busy is a slot while a compiler or a run is in progress, and not between two runs or two judgings.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import shutil
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path

from judge.bench.figures import Figure
from judge.bench.stage import Stage, free_port, stage
from judge.config import Settings
from judge.errors import BrokerError, JudgeError
from judge.hosts.broker import Sender
from judge.recipes.languages import pasted
from sandbox.engine import Progress

TESTS = 50
RUN_S = 0.1
LEAST_BUSY_LOCAL = 0.95
LEAST_BUSY_CELERY = 0.92
_LANGUAGE = "c"
#: Runs for that long by the processor's clock, and then is right.
_PROGRAM = """\
#include <stdio.h>
#include <time.h>

int main(void) {
  int n;
  if (scanf("%d", &n) != 1) return 1;
  while (clock() < CLOCKS_PER_SEC / 10) {}
  printf("%d\\n", n);
  return 0;
}
"""
_START_S = 10.0
#: A busy host is slow; one that takes longer than that has stopped.
_MOST_TIMES_SLOWER = 30
_POLL_S = 0.1


async def measure(settings: Settings, said: Progress, *, seconds: int) -> list[Figure]:
    """Run the benchmark on judges of its own; without a broker, only that which needs none."""
    submissions = max(2, round(settings.slot_count * seconds / (TESTS * RUN_S)))
    figures = []
    with tempfile.TemporaryDirectory(prefix="judge-bench-") as made:
        folder = Path(made)
        _write_package(folder / "package")
        said(f"{submissions} submissions with {TESTS} runs each, on {settings.slot_count} slots of the daemon itself")
        async with stage(settings, package=folder / "package", commands=("daemon",)) as on:
            figures.append(await _busy(on, settings, submissions, "in the daemon", LEAST_BUSY_LOCAL))
        async with _broker(settings, folder) as url:
            if url is None:
                said("no broker: set JUDGE_BROKER_URL, or install redis-server, to have the same through Celery")
                return figures
            said("the same through Celery")
            commands, environment = ("worker", "daemon"), {"JUDGE_BROKER_URL": url}
            async with stage(settings, package=folder / "package", commands=commands, environment=environment) as on:
                figures.append(await _busy(on, settings, submissions, "over Celery", LEAST_BUSY_CELERY))
    return figures


def _write_package(folder: Path) -> None:
    """A problem whose answer is its input."""
    secret = folder / "data" / "secret"
    secret.mkdir(parents=True)
    (folder / "problem.yaml").write_text("name: Echo\nlicense: cc0\nlimits:\n  time_limit: 2\n  memory: 64\n")
    for number in range(1, TESTS + 1):
        (secret / f"{number:02}.in").write_text(f"{number}\n{number}\n")
        (secret / f"{number:02}.ans").write_text(f"{number}\n")
    accepted = folder / "submissions" / "accepted"
    accepted.mkdir(parents=True)
    (accepted / "echo.c").write_text(_PROGRAM)


async def _busy(on: Stage, settings: Settings, submissions: int, how: str, least: float) -> Figure:
    """Judge them all; the part of the slots' time, from the first claim to the last verdict, that was work."""
    first: int = await on.connection.fetchval("SELECT max(id) FROM judgings")
    users = [await on.user(f"team{number}") for number in range(min(submissions, 20))]
    for number in range(submissions):
        source = pasted(_LANGUAGE, f"{_PROGRAM}// {secrets.token_hex(8)}\n".encode())
        await on.submit(users[number % len(users)], source)
    most_s = 60 + _MOST_TIMES_SLOWER * submissions * TESTS * RUN_S / settings.slot_count
    deadline = time.monotonic() + most_s
    while await on.connection.fetchval("SELECT count(*) FROM judgings WHERE id > $1 AND state <> 'done'", first):
        if time.monotonic() > deadline:
            raise JudgeError(f"{submissions} submissions are not judged after {most_s:.0f} s")
        await asyncio.sleep(_POLL_S)
    row = await on.connection.fetchrow(
        "SELECT extract(epoch FROM max(finished_at) - min(claimed_at))::float8 AS wall_s,"
        " sum(compile_cpu_us)::float8 / 1e6 AS compiling_s, bool_and(verdict = 'AC') AS is_right,"
        " (SELECT sum(wall_us)::float8 / 1e6 FROM runs WHERE judging_id > $1) AS running_s"
        " FROM judgings WHERE id > $1",
        first,
    )
    assert row is not None
    busy = (row["compiling_s"] + row["running_s"]) / (settings.slot_count * row["wall_s"])
    return Figure(
        name=f"slots busy {how}, {submissions} compiles and {submissions * TESTS} runs of {RUN_S} s",
        value=100 * busy,
        unit="%",
        target=f">= {100 * least:.0f}",
        ok=bool(row["is_right"]) and busy >= least,
        compared_with={"all of the time": 100.0},
    )


@contextlib.asynccontextmanager
async def _broker(settings: Settings, folder: Path) -> AsyncIterator[str | None]:
    """That of the settings, or a Redis of one's own, gone afterwards; None where there is neither."""
    program = shutil.which("redis-server")
    if settings.broker_url or program is None:
        yield settings.broker_url
        return
    port = free_port()
    options = ("--bind", "127.0.0.1", "--port", str(port), "--dir", str(folder), "--save", "")
    process = await asyncio.create_subprocess_exec(
        *("setpriv", "--pdeathsig", "TERM", "--", program, *options),
        stdout=asyncio.subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        url = f"redis://127.0.0.1:{port}/0"
        await _until_reachable(url)
        yield url
    finally:
        process.terminate()
        await process.wait()


async def _until_reachable(url: str) -> None:
    async with Sender(url) as sender, asyncio.timeout(_START_S):
        while True:
            with contextlib.suppress(BrokerError):
                await sender.check()
                return
            await asyncio.sleep(_POLL_S)
