"""The judge daemon: claims judgings as slots fall free, and puts right what others lost.

Its slots are this host's, or with a broker those of every judgehost that runs ``judge worker``; then it needs neither
slots nor Docker itself, and several of it may run. Its tasks are in one group with those of ``judgehost.py``; if any
fails, all end, and whoever started the daemon starts it anew:

    claim      wait for a free slot, then for work; woken by NOTIFY, backed up by a slow poll. While there is none,
               idle slots judge canaries, assist other judgehosts, or verify what was uploaded
    listen     turns notifications into wake-ups
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

import structlog

from judge.config import Settings
from judge.errors import JudgeError
from judge.hosts import judgehost
from judge.hosts.broker import Sender
from judge.hosts.dispatching import CeleryExecutor
from judge.hosts.executor import Executor
from judge.queueing import queue
from judge.store.listening import listen
from judge.store.pool import DISCONNECTED, Pool, open_pool, wait_to_reconnect

log = structlog.get_logger()

#: How long a missed notification can delay a judging.
POLL_S = 5.0


async def run(settings: Settings, dsn: str) -> None:
    """Judge until cancelled; then give back what is not finished.

    Raises:
        JudgeError: this host cannot judge, or no broker can have that address, with what to do about it.
    """
    if settings.broker_url:
        await _dispatch(settings, settings.broker_url, dsn)
        return
    async with judgehost.opened(settings, dsn) as here:

        async def wait_for_slot() -> None:
            while True:
                await here.executor.free_slot()
                await here.guard.fit()
                if not here.patrol.patrol(here.executor, is_quiet=False):
                    return

        async def lend_idle_slots() -> None:
            here.patrol.patrol(here.executor, is_quiet=True)
            await here.assistance.fill_idle_slots()
            await here.uploads.fill_idle_slots()

        daemon = Daemon(pool=here.pool, executor=here.executor, lease_s=settings.lease_s)
        here.executor.on_free = daemon.wake
        here.begin(daemon.claim(ready=wait_for_slot, idle=lend_idle_slots), "claim")
        here.begin(daemon.listen(dsn, queue.CHANNEL), "listen")


async def _dispatch(settings: Settings, broker_url: str, dsn: str) -> None:
    async with open_pool(dsn) as pool, Sender(broker_url) as sender, asyncio.TaskGroup() as tasks:
        executor = CeleryExecutor(pool=pool, sender=sender, tasks=tasks, lease_s=settings.lease_s)
        daemon = Daemon(pool=pool, executor=executor, lease_s=settings.lease_s)
        tasks.create_task(executor.stay_connected(), name="stay connected")
        tasks.create_task(daemon.claim(ready=executor.free_slot), name="claim")
        for channel in (queue.CHANNEL, queue.SLOTS_CHANNEL):
            tasks.create_task(daemon.listen(dsn, channel), name=f"listen on {channel}")
        tasks.create_task(judgehost.sweep(pool, lease_s=settings.lease_s), name="sweep")
        log.info("dispatching", broker=sender.address)


async def _nothing() -> None:
    """What a daemon without slots of its own does while nobody waits."""


class Daemon:
    """The first two tasks, and what they share."""

    def __init__(self, *, pool: Pool, executor: Executor, lease_s: float) -> None:
        self._pool = pool
        self._executor = executor
        self._lease_s = lease_s
        self._wake = asyncio.Event()

    def wake(self) -> None:
        """Have ``claim`` look for work now."""
        self._wake.set()

    async def claim(
        self, *, ready: Callable[[], Awaitable[None]], idle: Callable[[], Awaitable[None]] = _nothing
    ) -> None:
        """Fill free slots for as long as there is work.

        Args:
            ready: waits until a claim could be started.
            idle: called when there is none.
        """
        while True:
            await ready()
            self._wake.clear()
            try:
                async with self._pool.acquire() as connection:
                    claim = await self._executor.claim(connection, lease_s=self._lease_s)
                if claim is None:
                    await idle()
            except DISCONNECTED as error:
                await wait_to_reconnect(error)
                continue
            if claim is not None:
                self._executor.start(claim)
                continue
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(POLL_S):
                    await self._wake.wait()

    async def listen(self, dsn: str, channel: str) -> None:
        """Wake ``claim`` when something is queued, or a slot falls free elsewhere."""
        while True:
            try:
                await listen(dsn, channel, heard=lambda _: self.wake(), connected=self.wake)
            except JudgeError as error:
                await wait_to_reconnect(error)
