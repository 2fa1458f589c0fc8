"""A judgehost at work: its slots and what every process that has some does beside judging.

    keep       renews the leases held, says that the host is there, and abandons judgings whose lease was lost
    sweep      queues again what was being judged or tried out where the holder is gone
    watch      tests this host, by canaries too, and looks at it from outside its cells
    deliver    writes down what was seen there
    prefetch   has test data here before it is wanted

``LocalExecutor`` judges; who claims is not said here.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import structlog

from judge.config import Isolation, Settings
from judge.errors import JudgeError
from judge.hosts import fitness, host
from judge.hosts.canaries import Aviary
from judge.hosts.executor import LocalExecutor
from judge.hosts.patrol import Patrol
from judge.hosts.watching import Guard
from judge.pipeline.compiling import Programs
from judge.pipeline.judging import PackageData
from judge.pipeline.room import Bench
from judge.queueing import assigning, queue
from judge.queueing.assisting import Assistance
from judge.queueing.prefetching import prefetch
from judge.queueing.tryouts import Tryouts
from judge.queueing.uploads import Uploads
from judge.recipes import toolchains
from judge.recipes.languages import needed_images
from judge.store import judgehosts, judgings, tryouts, verifications
from judge.store.objects import open_store
from judge.store.pool import DISCONNECTED, Connection, Pool, connect, open_pool, wait_to_reconnect
from sandbox.pool import CellPool, Kind

log = structlog.get_logger()

#: How often a lease is renewed before it would run out: one renewal may fail, and the next be late.
RENEWALS = 3
#: How often lapsed leases are looked for within the length of one.
SWEEPS = 7


class Stopped(Exception):
    """Raised within ``opened`` to end everything there in good order."""


@dataclass(kw_only=True)
class Judgehost:
    """What judges here."""

    id: int
    name: str
    pool: Pool
    executor: LocalExecutor
    assistance: Assistance
    tryouts: Tryouts
    uploads: Uploads
    patrol: Patrol
    guard: Guard
    tasks: asyncio.TaskGroup
    #: How many slots messages reach; none where nobody listens to any.
    open_slots: Callable[[], int] = lambda: 0

    def begin(self, work: Coroutine[Any, Any, None], name: str) -> None:
        """Have a coroutine run for as long as the host judges."""
        self.tasks.create_task(work, name=name)


@contextlib.asynccontextmanager
async def opened(settings: Settings, dsn: str) -> AsyncIterator[Judgehost]:
    """This host with its cells, registered and looked after. At exit, what is not finished is given back.

    Raises:
        JudgeError: this host cannot judge, with what to do about it.
    """
    async with contextlib.AsyncExitStack() as stack:
        # What an earlier process left is cleared away, and must not be a living one's.
        stack.enter_context(host.alone(settings.data_dir / "judgehost.lock", "judgehost"))
        pool = await stack.enter_async_context(open_pool(dsn, objects=open_store(settings)))
        pools = await stack.enter_async_context(host.open_pools(settings))
        cells = pools[settings.isolation]
        programs = host.open_programs(settings, await host.image_names(settings))
        leave_cores_to_slots(cells)
        _warm(cells, programs)
        judgehost_id, locked = await _register(pool, settings, pools)
        patrol = _patrol(settings, pool, cells, programs, judgehost_id)
        self_test = partial(_self_test, cells, programs, patrol)
        guard = Guard(pool=pool, cells=cells, judgehost_id=judgehost_id, self_test=self_test, locked=locked)
        patrol.on_incident = guard.report
        # In the end the last is done first. Cells that are closed may have left something to be told of.
        stack.push_async_callback(guard.deliver_rest)
        for others in pools.values():
            others.on_incident = guard.report
            stack.push_async_callback(others.close)
        stack.push_async_callback(_say_goodbye, pool, judgehost_id)
        await asyncio.to_thread(programs.prune)
        blob_cache = await host.open_blob_cache(settings)
        try:
            async with asyncio.TaskGroup() as tasks:
                executor = LocalExecutor(
                    pool=pool,
                    judgehost_id=judgehost_id,
                    cells=pools,
                    programs=programs,
                    blob_cache=blob_cache,
                    tasks=tasks,
                )
                here = Judgehost(
                    id=judgehost_id,
                    name=host.host_name(settings),
                    pool=pool,
                    executor=executor,
                    assistance=Assistance(pool=pool, executor=executor, judgehost_id=judgehost_id),
                    tryouts=Tryouts(pool=pool, executor=executor, judgehost_id=judgehost_id, lease_s=settings.lease_s),
                    uploads=Uploads(pool=pool, executor=executor, settings=settings, judgehost_id=judgehost_id),
                    patrol=patrol,
                    guard=guard,
                    tasks=tasks,
                )
                executor.run_tryouts = here.tryouts.fill_slots
                here.begin(toolchains.tell(pool, judgehost_id, settings, programs), "tell toolchains")
                here.begin(keep(here, dsn, lease_s=settings.lease_s), "keep")
                here.begin(sweep(pool, lease_s=settings.lease_s), "sweep")
                here.begin(prefetch(pool, executor), "prefetch")
                here.begin(guard.watch(), "watch")
                here.begin(guard.deliver(), "deliver")
                log.info("judging", slots=len(cells.slots), levels=[level.value for level in pools])
                yield here
        except* Stopped:
            log.info("judging has ended")
        except* JudgeError as errors:
            raise errors.exceptions[0] from None


async def keep(here: Judgehost, dsn: str, *, lease_s: float) -> None:
    """Keep the leases of what is being judged.

    On a connection of its own: whatever the others wait for must not cost the leases.
    """
    said = 0
    while True:
        try:
            async with _in_time(lease_s, dsn) as connection:
                while True:
                    async with asyncio.timeout(lease_s / 2):
                        said = await _renew(here, connection, lease_s=lease_s, said=said)
                    await asyncio.sleep(lease_s / RENEWALS)
        except (*DISCONNECTED, JudgeError) as error:
            await wait_to_reconnect(error)


@contextlib.asynccontextmanager
async def _in_time(lease_s: float, dsn: str) -> AsyncIterator[Connection]:
    """A connection that was made before a lease runs out."""
    async with contextlib.AsyncExitStack() as stack:
        async with asyncio.timeout(lease_s / 2):
            connection = await stack.enter_async_context(connect(dsn))
        yield connection


async def _renew(here: Judgehost, connection: Connection, *, lease_s: float, said: int) -> int:
    """Renew once; how many open slots it said there are."""
    held = here.executor.held()
    kept = await judgings.renew(connection, claims=held, lease_s=lease_s)
    for claim in held:
        if claim.judging_id not in kept:
            here.executor.abandon(claim)
    open_slots = here.open_slots()
    await assigning.tell_slots(connection, judgehost_id=here.id, open_slots=open_slots, is_news=open_slots > said)
    return open_slots


async def sweep(pool: Pool, *, lease_s: float) -> None:
    """Queue again what others, or an earlier life of ours, lost."""
    while True:
        try:
            async with pool.acquire() as connection:
                count = await queue.reap(connection)
                lost_tryouts = await tryouts.reap(connection)
                if lost_tryouts:
                    await queue.wake(connection)
        except DISCONNECTED as error:
            await wait_to_reconnect(error)
            continue
        if count:
            log.warning("queued lost judgings again", count=count)
        if lost_tryouts:
            log.warning("gave back lost tryouts", count=lost_tryouts)
        await asyncio.sleep(lease_s / SWEEPS)


def leave_cores_to_slots(cells: CellPool) -> None:
    """Keep this process off the cores that runs are measured on, where there are others."""
    others = os.sched_getaffinity(0) - {slot.core for slot in cells.slots}
    if others:
        os.sched_setaffinity(0, others)


def _warm(cells: CellPool, programs: Programs) -> None:
    for slot in cells.slots:
        # Others are made when they are first asked for: a cell that waits takes memory.
        for name in dict.fromkeys(programs.images[key] for key in needed_images() if key in programs.images):
            cells.warm(slot, Kind(image=name, shows_data=False))


def _patrol(settings: Settings, pool: Pool, cells: CellPool, programs: Programs, judgehost_id: int) -> Patrol:
    """The canaries of this host, at the level of the settings."""
    bench = Bench(pool=cells, programs=programs, data=PackageData({}))
    aviary = Aviary(bench, settings.data_dir / "canaries", settings.isolation)
    return Patrol(pool=pool, aviary=aviary, judgehost_id=judgehost_id, interval_s=60 * settings.canary_minutes)


async def _self_test(cells: CellPool, programs: Programs, patrol: Patrol) -> str | None:
    """Why this host must not judge: first what takes half a second to find out, then what takes some seconds."""
    why = await fitness.fit(cells, programs.images.get(fitness.IMAGE))
    return await patrol.first(cells.slots[0]) if why is None else why


async def _register(pool: Pool, settings: Settings, pools: Mapping[Isolation, CellPool]) -> tuple[int, str | None]:
    """This judgehost's id, and why it is locked, if it is."""
    async with pool.acquire() as connection:
        judgehost_id = await judgehosts.register(
            connection,
            name=host.host_name(settings),
            slots=len(pools[settings.isolation].slots),
            isolation=settings.isolation.value,
            levels=[level.value for level in pools],
            pools=settings.pools,
        )
        lost = await queue.take_back(connection, judgehost_id=judgehost_id)
        await verifications.take_back(connection, judgehost_id)
        await tryouts.take_back(connection, judgehost_id)
        locked = await judgehosts.locked(connection, judgehost_id)
    if lost:
        log.warning("queued again what this host held when it ended", count=lost)
    return judgehost_id, locked


async def _say_goodbye(pool: Pool, judgehost_id: int) -> None:
    """Give back what was being judged: at once, instead of when the leases run out."""
    with contextlib.suppress(*DISCONNECTED):
        async with asyncio.timeout(10), pool.acquire() as connection:
            await judgehosts.seen(connection, judgehost_id)
            await queue.give_back(connection, judgehost_id=judgehost_id)
