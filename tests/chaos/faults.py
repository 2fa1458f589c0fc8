"""What may go wrong in the storm. Each fault strikes, waits until the judge has coped, and puts right what it broke.

A fault that is told whom it hurts is *measured*: what that judgehost held has to be judged by another soon
(``Recovery``).
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import time
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from judge.store.pool import DISCONNECTED, Pool
from tests.brokers import Broker
from tests.chaos.engine import Engine
from tests.chaos.judgehost import Judgehost
from tests.chaos.service import Service

#: Longer than anything takes that is not stuck, on a machine with other things to do.
PATIENCE_S = 90.0
#: Of users that cells have at level ``local``, which is not the storm's.
NEIGHBOURS = r" of user 6[01]\d{3} "
_LOOK_S = 0.05
_YEAR_S = 365 * 24 * 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovery:
    """How long it took until others judged what a judgehost held that was hit."""

    fault: str
    seconds: float
    #: Processes that wanted to run, for each core; about 2 when nothing but the storm does.
    load: float

    def is_within(self, most_s: float) -> bool:
        """Whether that is soon enough, on a machine that has nothing else to do; else as much later as it is slower."""
        return self.seconds <= most_s * max(1.0, self.load / 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A judging, at the moment when its holder was hit."""

    judging_id: int
    attempt: int


class Field:
    """All that faults need: who can be hit, and what the database says of it."""

    def __init__(
        self,
        *,
        pool: Pool,
        hosts: list[Judgehost],
        dispatcher: Service,
        broker: Broker,
        engine: Engine,
        postmaster: Path,
        seed: int,
    ) -> None:
        self.pool = pool
        self.hosts = hosts
        self.dispatcher = dispatcher
        self.broker = broker
        self.engine = engine
        self.random = random.Random(seed)
        self.recoveries: list[Recovery] = []
        self._postmaster = postmaster

    def postmaster(self) -> int:
        """The process id of the database server."""
        return int(self._postmaster.read_text().splitlines()[0])

    async def ask(self, query: str, *arguments: object) -> list[dict[str, object]]:
        """Rows from the database, which may be restarting."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            try:
                async with self.pool.acquire() as connection:
                    return [dict(row) for row in await connection.fetch(query, *arguments)]
            except DISCONNECTED:
                assert time.monotonic() < deadline
                await asyncio.sleep(_LOOK_S)

    async def until(self, holds: Callable[[], Awaitable[bool]], what: str, timeout_s: float = PATIENCE_S) -> None:
        """Wait for a condition."""
        deadline = time.monotonic() + timeout_s
        while not await holds():
            assert time.monotonic() < deadline, f"still waiting after {timeout_s:.0f} s: {what}"
            await asyncio.sleep(_LOOK_S)

    async def held(self, host: Judgehost) -> list[Held]:
        rows = await self.ask(
            "SELECT judgings.id AS judging_id, attempt FROM judgings JOIN judgehosts ON judgehosts.id = judgehost_id"
            " WHERE state = 'judging' AND name = $1",
            host.name,
        )
        return [Held(**row) for row in rows]  # type: ignore[arg-type]

    async def forgive_neighbours(self) -> None:
        """Be the admin who unlocks hosts that saw processes of other tests on this machine, until cancelled."""
        while True:
            await self.ask(
                "UPDATE judgehosts SET unfit = NULL, is_locked = false WHERE is_locked AND unfit ~ $1", NEIGHBOURS
            )
            await asyncio.sleep(1)

    async def busy(self, host: Judgehost) -> list[Held]:
        """What the host holds, once it holds something."""
        held: list[Held] = []

        async def holds() -> bool:
            held[:] = await self.held(host)
            return bool(held)

        await self.until(holds, f"{host.name} takes work")
        return held

    async def done(self) -> int:
        (row,) = await self.ask("SELECT count(*) AS done FROM judgings WHERE state = 'done'")
        return int(str(row["done"]))

    async def progress(self, host: Judgehost | None = None) -> None:
        """Wait until something more is judged, by that host if one is given."""
        name = None if host is None else host.name
        query = (
            "SELECT count(*) AS done FROM judgings JOIN judgehosts ON judgehosts.id = judgehost_id"
            " WHERE state = 'done' AND ($1::text IS NULL OR name = $1)"
        )
        (before,) = await self.ask(query, name)

        async def more() -> bool:
            (now,) = await self.ask(query, name)
            return now["done"] != before["done"]

        await self.until(more, f"something is judged by {name or 'anybody'}")

    async def taken_over(self, host: Judgehost, held: list[Held], fault: str) -> None:
        """Measure how long it takes until others judge what the host held."""
        struck = time.monotonic()

        async def is_elsewhere() -> bool:
            rows = await self.ask(
                "SELECT judgings.id FROM judgings JOIN judgehosts ON judgehosts.id = judgehost_id"
                " JOIN unnest($1::bigint[], $2::int[]) AS held (judging_id, held_attempt) ON judging_id = judgings.id"
                " WHERE state = 'done' OR (state = 'judging' AND attempt > held_attempt AND name <> $3)",
                [each.judging_id for each in held],
                [each.attempt for each in held],
                host.name,
            )
            return len(rows) == len(held)

        await self.until(is_elsewhere, f"what {host.name} held is judged elsewhere after {fault}")
        load = os.getloadavg()[0] / (os.cpu_count() or 1)
        self.recoveries.append(Recovery(fault=fault, seconds=time.monotonic() - struck, load=load))

    def victim(self) -> Judgehost:
        return self.random.choice(self.hosts)


#: Returns when it is overcome.
Fault: TypeAlias = Callable[[Field], Coroutine[Any, Any, None]]


async def kill_daemon(field: Field) -> None:
    """Kill -9 a daemon with work, for longer than its lease."""
    host = field.victim()
    await field.busy(host)
    await host.kill()
    await field.taken_over(host, await field.held(host), "kill -9 of a daemon")
    await host.start()


async def restart_daemon(field: Field) -> None:
    """Kill -9 a daemon with work, and start it again at once: it takes back what it held."""
    host = field.victim()
    await field.busy(host)
    await host.kill()
    await host.start()
    await field.progress(host)


async def stop_daemon(field: Field) -> None:
    """Tell a daemon with work to end: it gives it back."""
    host = field.victim()
    await field.busy(host)
    assert await host.stop() == 0
    assert await field.held(host) == []
    await host.start()


async def pause_daemon(field: Field) -> None:
    """Pause a daemon beyond its lease, and let it come back with what it believes to hold."""
    host = field.victim()
    await field.busy(host)
    host.signal(signal.SIGSTOP)
    try:
        await field.taken_over(host, await field.held(host), "pausing a daemon")
    finally:
        host.signal(signal.SIGCONT)
    await field.progress(host)


async def kill_cells(field: Field) -> None:
    """Kill -9 every launcher of a judgehost, twice in a row: the idle cells, too."""
    host = field.victim()
    for _ in range(2):
        await field.busy(host)
        for pid in await field.engine.launchers(str(host.data_dir)):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
    await field.progress(host)


async def kill_postgres(field: Field) -> None:
    """Kill -9 the database server."""
    os.kill(field.postmaster(), signal.SIGKILL)
    await field.progress()


async def stop_postgres(field: Field) -> None:
    """Have the database server end all sessions and shut down."""
    os.kill(field.postmaster(), signal.SIGINT)
    await field.progress()


async def cut_wires(field: Field) -> None:
    """Reset connections in the middle of what is being said, again and again."""
    host = field.victim()
    for _ in range(4):
        host.wire.cut_in_the_middle(field.random.randint(1, 3))
        await asyncio.sleep(field.random.uniform(0.1, 1.0))
    host.wire.cut_in_the_middle(0)
    await field.progress(host)


async def pull_cable(field: Field) -> None:
    """Let a judgehost's connections fall silent for longer than its lease, then pass on all that was said."""
    host = field.victim()
    await field.busy(host)
    host.wire.stall()
    try:
        await field.taken_over(host, await field.held(host), "pulling a judgehost's cable")
    finally:
        if field.random.random() < 0.5:
            host.wire.cut()
        host.wire.flow()
    await field.progress(host)


async def kill_engine(field: Field) -> None:
    """Kill -9 the Docker engine of all judgehosts, and start it again, at once or after a while."""
    await field.engine.end(signal.SIGKILL)
    await asyncio.sleep(field.random.choice([0, 0, 8]))
    await field.engine.start()
    for host in field.hosts:
        await field.progress(host)


async def restart_engine(field: Field) -> None:
    """Restart the Docker engine as an administrator would."""
    await field.engine.end(signal.SIGTERM)
    await field.engine.start()
    for host in field.hosts:
        await field.progress(host)


async def fill_disk(field: Field) -> None:
    """Leave a judgehost no room on its disk for a while."""
    host = field.victim()
    await field.busy(host)
    host.fill_disk()
    try:
        await field.taken_over(host, await field.held(host), "filling a judgehost's disk")
    finally:
        host.free_disk()
    await field.progress(host)


async def skew_clock(field: Field) -> None:
    """Set a judgehost's time of day wrong, by seconds or by a year."""
    host = field.victim()
    host.set_clock(field.random.choice([-_YEAR_S, -3600, -20, 20, 3600, _YEAR_S]))
    await asyncio.sleep(1.5)
    await field.progress(host)


async def kill_dispatcher(field: Field) -> None:
    """Kill -9 the daemon that claims for workers, and start it again."""
    await field.dispatcher.kill()
    await field.dispatcher.start()
    for host in field.hosts:
        await field.progress(host)


async def kill_broker(field: Field) -> None:
    """Kill -9 the broker with whatever it has not delivered, and start it again."""
    await asyncio.to_thread(field.broker.end, signal.SIGKILL)
    await field.progress()
    await asyncio.to_thread(field.broker.start)
    for host in field.hosts:
        await field.progress(host)


async def restart_broker(field: Field) -> None:
    """Restart the broker as an administrator would."""
    await asyncio.to_thread(field.broker.end)
    await asyncio.to_thread(field.broker.start)
    for host in field.hosts:
        await field.progress(host)


async def pause_broker(field: Field) -> None:
    """Let the broker hang for a while."""
    field.broker.pause()
    await field.progress()
    field.broker.go_on()
    for host in field.hosts:
        await field.progress(host)


#: All of them; a storm has each at least once.
FAULTS: tuple[Fault, ...] = (
    kill_daemon,
    restart_daemon,
    stop_daemon,
    pause_daemon,
    kill_cells,
    kill_postgres,
    stop_postgres,
    cut_wires,
    pull_cable,
    kill_engine,
    restart_engine,
    fill_disk,
    skew_clock,
    kill_dispatcher,
    kill_broker,
    restart_broker,
    pause_broker,
)
