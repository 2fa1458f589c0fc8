"""The judge daemon: claims judgings as slots fall free, keeps their leases, and puts right what others lost.

Six tasks in one group; if any fails, all end, and whoever started the daemon starts it anew:

    claim      wait for a free slot and a fit host, then for work; woken by NOTIFY, backed up by a slow poll. While
               there is none, idle slots assist other judgehosts, or verify what was uploaded
    listen     turns notifications into wake-ups
    heartbeat  renews the leases held, and abandons judgings whose lease was lost all the same
    sweep      queues judgings again whose holder is gone
    watch      tests this host, and looks at it from outside its cells
    deliver    writes down what was seen there
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Mapping
from functools import partial

import structlog

from judge import fitness, host, queue, toolchains
from judge.assisting import Assistance
from judge.config import Isolation, Settings
from judge.errors import JudgeError
from judge.executor import Executor, LocalExecutor
from judge.languages import needed_images
from judge.store import judgehosts, judgings, verifications
from judge.store.listening import listen
from judge.store.objects import open_store
from judge.store.pool import DISCONNECTED, Pool, open_pool, wait_to_reconnect
from judge.uploads import Uploads
from judge.watching import Guard
from sandbox.pool import CellPool, Kind

log = structlog.get_logger()

#: How long a missed notification can delay a judging.
POLL_S = 5.0


async def run(settings: Settings, dsn: str) -> None:
    """Judge until cancelled; then give back what is not finished.

    Raises:
        JudgeError: this host cannot judge, with what to do about it.
    """
    async with contextlib.AsyncExitStack() as stack:
        pool = await stack.enter_async_context(open_pool(dsn, objects=open_store(settings)))
        pools = await stack.enter_async_context(host.open_pools(settings))
        cells = pools[settings.isolation]
        programs = host.open_programs(settings, await host.image_names(settings))
        leave_cores_to_slots(cells)
        for slot in cells.slots:
            # Others are made when they are first asked for: a cell that waits takes memory.
            for name in dict.fromkeys(programs.images[key] for key in needed_images() if key in programs.images):
                cells.warm(slot, Kind(image=name, shows_data=False))
        judgehost_id, locked = await _register(pool, settings, pools)
        self_test = partial(fitness.fit, cells, programs.images.get(fitness.IMAGE))
        guard = Guard(pool=pool, cells=cells, judgehost_id=judgehost_id, self_test=self_test, locked=locked)
        # In the end the last is done first. Cells that are closed may have left something to be told of.
        stack.push_async_callback(guard.deliver_rest)
        for others in pools.values():
            others.on_incident = guard.report
            stack.push_async_callback(others.close)
        stack.push_async_callback(_say_goodbye, pool, judgehost_id)
        await asyncio.to_thread(programs.cache.prune)
        blob_cache = await host.open_blob_cache(settings)
        async with asyncio.TaskGroup() as tasks:
            executor = LocalExecutor(pool=pool, cells=pools, programs=programs, blob_cache=blob_cache, tasks=tasks)
            uploads = Uploads(pool=pool, executor=executor, settings=settings, judgehost_id=judgehost_id)
            daemon = Daemon(
                pool=pool,
                executor=executor,
                assistance=Assistance(pool=pool, executor=executor, judgehost_id=judgehost_id),
                uploads=uploads,
                guard=guard,
                judgehost_id=judgehost_id,
                lease_s=settings.lease_s,
            )
            tasks.create_task(toolchains.tell(pool, judgehost_id, settings, programs), name="tell toolchains")
            tasks.create_task(daemon.claim(), name="claim")
            tasks.create_task(daemon.listen(dsn), name="listen")
            tasks.create_task(daemon.heartbeat(), name="heartbeat")
            tasks.create_task(daemon.sweep(), name="sweep")
            tasks.create_task(guard.watch(), name="watch")
            tasks.create_task(guard.deliver(), name="deliver")
            log.info("judging", slots=len(cells.slots), levels=[level.value for level in pools])


class Daemon:
    """The first four tasks, and what they share."""

    def __init__(
        self,
        *,
        pool: Pool,
        executor: Executor,
        assistance: Assistance,
        uploads: Uploads,
        guard: Guard,
        judgehost_id: int,
        lease_s: float,
    ) -> None:
        self._pool = pool
        self._executor = executor
        self._assistance = assistance
        self._uploads = uploads
        self._guard = guard
        self._judgehost_id = judgehost_id
        self._lease_s = lease_s
        self._wake = asyncio.Event()

    async def claim(self) -> None:
        """Fill free slots for as long as there is work."""
        while True:
            await self._executor.free_slot()
            await self._guard.fit()
            self._wake.clear()
            try:
                async with self._pool.acquire() as connection:
                    claim = await queue.claim(connection, judgehost_id=self._judgehost_id, lease_s=self._lease_s)
                if claim is None:
                    await self._assistance.fill_idle_slots()
                    await self._uploads.fill_idle_slots()
            except DISCONNECTED as error:
                await wait_to_reconnect(error)
                continue
            if claim is not None:
                self._executor.start(claim)
                continue
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(POLL_S):
                    await self._wake.wait()

    async def listen(self, dsn: str) -> None:
        """Wake ``claim`` when something is queued."""
        while True:
            try:
                await listen(dsn, queue.CHANNEL, heard=lambda _: self._wake.set(), connected=self._wake.set)
            except JudgeError as error:
                await wait_to_reconnect(error)

    async def heartbeat(self) -> None:
        """Keep the leases of what is being judged."""
        while True:
            await asyncio.sleep(self._lease_s / 3)
            held = self._executor.held()
            try:
                async with self._pool.acquire() as connection:
                    kept = await judgings.renew(connection, claims=held, lease_s=self._lease_s)
                    await judgehosts.seen(connection, self._judgehost_id)
            except DISCONNECTED as error:
                await wait_to_reconnect(error)
                continue
            for claim in held:
                if claim.judging_id not in kept:
                    self._executor.abandon(claim)

    async def sweep(self) -> None:
        """Queue again what others, or an earlier life of ours, lost."""
        while True:
            try:
                async with self._pool.acquire() as connection:
                    count = await queue.reap(connection)
            except DISCONNECTED as error:
                await wait_to_reconnect(error)
                continue
            if count:
                log.warning("queued lost judgings again", count=count)
            await asyncio.sleep(self._lease_s / 3)


def leave_cores_to_slots(cells: CellPool) -> None:
    """Keep this process off the cores that runs are measured on, where there are others."""
    others = os.sched_getaffinity(0) - {slot.core for slot in cells.slots}
    if others:
        os.sched_setaffinity(0, others)


async def _register(pool: Pool, settings: Settings, pools: Mapping[Isolation, CellPool]) -> tuple[int, str | None]:
    """This judgehost's id, and why it is locked, if it is."""
    async with pool.acquire() as connection:
        judgehost_id = await judgehosts.register(
            connection,
            name=host.host_name(),
            slots=len(pools[settings.isolation].slots),
            isolation=settings.isolation.value,
            levels=[level.value for level in pools],
            pools=settings.pools,
        )
        lost = await queue.take_back(connection, judgehost_id=judgehost_id)
        await verifications.take_back(connection, judgehost_id)
        locked = await judgehosts.locked(connection, judgehost_id)
    if lost:
        log.warning("queued again what this host held when it ended", count=lost)
    return judgehost_id, locked


async def _say_goodbye(pool: Pool, judgehost_id: int) -> None:
    """Give back what was being judged: at once, instead of when the leases run out."""
    with contextlib.suppress(*DISCONNECTED):
        async with asyncio.timeout(10), pool.acquire() as connection:
            await queue.give_back(connection, judgehost_id=judgehost_id)
