"""The storm: a judge of several processes, a plan drawn from a seed, and what is true when it is over.

    embedded PostgreSQL ── wire ── daemon "left"  ──┐
          │     │                                   ├── Docker engine
          │     └───────── wire ── worker "right" ──┘
          │                          │
      dispatcher ── broker ──────────┘

Judgehosts are by turns daemons that claim for themselves and workers that a dispatcher claims for.

The plan is a list of faults: each once, in an order of the seed's, then more of them, now and then two at a time, until
the time is over. The storm goes on as soon as a fault is overcome, so that a quick judge is hit more often.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections.abc import AsyncIterator, Coroutine, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from judge.config import physical_cores
from judge.database.embedded import embedded
from judge.database.migrating import migrate
from judge.hosts import fitness
from judge.hosts import host as this_host
from judge.store.pool import open_pool
from sandbox.images import built
from tests.brokers import Broker, Redis
from tests.chaos import findings
from tests.chaos.contest import LANGUAGE, Contest
from tests.chaos.engine import engine_of_its_own
from tests.chaos.faults import FAULTS, PATIENCE_S, Fault, Field, Recovery
from tests.chaos.judgehost import Judgehost, disk
from tests.chaos.service import Service, serving
from tests.chaos.wire import wire
from tests.servers import running

#: What self-tests run, of the image that they run in. All of it would take most of the storm to copy.
_SELF_TEST = (
    *("/tmp", "/bin", "/lib64", "/usr/bin/dash", "/usr/bin/sh", "/usr/bin/sleep", "/usr/bin/true", "/usr/bin/unshare"),
    *("/usr/lib64/ld-linux-x86-64.so.2", "/usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2"),
    "/usr/lib/x86_64-linux-gnu/libc.so.6",
)
_NAMES = ("left", "right", "third", "fourth")
#: How often two faults strike at once, once each has struck alone.
_PAIRS = 0.3
_DRAIN_S = 180.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Weather:
    """How the storm is to be."""

    seed: int
    #: It ends once each fault has struck, so much time is over, and so many programs were submitted.
    seconds: float
    submissions: int
    judgehosts: int = 2
    broker: type[Broker] = Redis


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a storm was like."""

    faults: list[str]
    submissions: int
    seconds: float
    recoveries: list[Recovery]
    #: What should not be.
    findings: list[str]


def plan(seed: int) -> Iterator[tuple[Fault, ...]]:
    """Which faults strike together, without end."""
    drawn = random.Random(seed)
    for fault in drawn.sample(FAULTS, len(FAULTS)):
        yield (fault,)
    while True:
        yield tuple(drawn.sample(FAULTS, 2 if drawn.random() < _PAIRS else 1))


async def storm(weather: Weather, folder: Path) -> Report:
    """Let it rage in an empty folder."""
    names = await built(this_host.recipes((LANGUAGE, fitness.IMAGE)))
    (folder / "engine").mkdir()
    struck: list[str] = []
    began = time.monotonic()
    async with contextlib.AsyncExitStack() as stack:
        dsn = await stack.enter_async_context(embedded(folder / "database", options={"fsync": "off"}))
        engine = await stack.enter_async_context(engine_of_its_own(folder / "engine", [names[LANGUAGE]]))
        await engine.load_files(names[fitness.IMAGE], _SELF_TEST)
        await migrate(dsn)
        pool = await stack.enter_async_context(open_pool(dsn))
        contest = Contest(pool, weather.seed)
        await contest.prepare(folder)
        cluster = (folder / "database" / "postgres").resolve()
        sockets = Path((cluster / "postmaster.pid").read_text().splitlines()[4])
        broker = stack.enter_context(running(weather.broker(folder / "broker")))
        hosts = await _judgehosts(stack, weather, folder, sockets / ".s.PGSQL.5432", engine.url, broker.url)
        dispatcher = Service(
            name="dispatcher",
            command="daemon",
            core=physical_cores()[0],
            log=folder / "broker" / "dispatcher.log",
            environment={
                "JUDGE_DATABASE_URL": dsn,
                "JUDGE_DATA_DIR": str(folder / "broker"),
                "JUDGE_BROKER_URL": broker.url,
            },
        )
        await stack.enter_async_context(serving(dispatcher))
        field = Field(
            pool=pool,
            hosts=hosts,
            dispatcher=dispatcher,
            broker=broker,
            engine=engine,
            postmaster=cluster / "postmaster.pid",
            seed=weather.seed,
        )
        async with _beside(contest.keep_submitting()), _beside(field.forgive_neighbours()):
            for host in hosts:
                await field.progress(host)
            strikes = plan(weather.seed)
            deadline = time.monotonic() + weather.seconds
            while len(struck) < len(FAULTS) or time.monotonic() < deadline or contest.submitted < weather.submissions:
                faults = next(strikes)
                struck.append(" and ".join(fault.__name__ for fault in faults))
                words = f"{time.monotonic() - began:6.1f} s  {struck[-1]}"
                for service in (*hosts, dispatcher):
                    service.mark_log(words)
                click.echo(words)
                await _strike(field, faults)
        await _drain(field)
        found = await findings.of_the_database(pool) + await findings.after_the_end(field)
    return Report(
        faults=struck,
        submissions=contest.submitted,
        seconds=time.monotonic() - began,
        recoveries=field.recoveries,
        findings=found,
    )


async def _strike(field: Field, faults: tuple[Fault, ...]) -> None:
    """All of them at once, each waiting for the judge to cope with it."""
    async with asyncio.TaskGroup() as together:
        for fault in faults:
            together.create_task(fault(field), name=fault.__name__)


@contextlib.asynccontextmanager
async def _beside(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def _judgehosts(
    stack: contextlib.AsyncExitStack, weather: Weather, folder: Path, server: Path, engine_url: str, broker_url: str
) -> list[Judgehost]:
    cores = physical_cores()
    hosts = []
    for number, name in enumerate(_NAMES[: weather.judgehosts]):
        own_wire = await stack.enter_async_context(wire(server))
        await stack.enter_async_context(disk(folder / name / "disk"))
        environment = {"DOCKER_HOST": engine_url}
        if number % 2:
            environment["JUDGE_BROKER_URL"] = broker_url
        host = Judgehost(
            name=name, core=cores[number % len(cores)], folder=folder / name, wire=own_wire, environment=environment
        )
        await stack.enter_async_context(serving(host))
        hosts.append(host)
    return hosts


async def _drain(field: Field) -> None:
    """Wait until all is judged."""

    async def is_empty() -> bool:
        return not await field.ask("SELECT id FROM judgings WHERE state <> 'done' LIMIT 1")

    await field.until(is_empty, "all is judged", _DRAIN_S + PATIENCE_S)
