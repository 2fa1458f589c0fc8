"""A judgehost that judges what a daemon elsewhere claims for it and the broker tells it of.

Told to end, it drains: it is given nothing more, finishes what it has, and ends; told again, or after a while, it gives
back what is left.
"""

from __future__ import annotations

import asyncio
import contextlib

import structlog

from judge.config import Settings
from judge.errors import BrokerError, JudgeError, UsageError
from judge.hosts import judgehost
from judge.hosts.broker import MOST_JUDGING_S, Message, Receiver, check_url
from judge.hosts.executor import until_connected
from judge.hosts.judgehost import Judgehost, Stopped
from judge.queueing import assigning, queue
from judge.store import dispatching
from judge.store.judgings import BEFORE_TRYOUTS, Claim
from judge.store.listening import listen
from judge.store.pool import DISCONNECTED, wait_to_reconnect

log = structlog.get_logger()

#: How often an idle host asks whether something waits to be verified.
_IDLE_POLL_S = 5.0
_DRAIN_POLL_S = 0.2


def broker_url(settings: Settings) -> str:
    """Where the broker is.

    Raises:
        UsageError: the settings do not say, or name no broker.
    """
    if not settings.broker_url:
        raise UsageError(
            "a worker is told through a broker what to judge: set JUDGE_BROKER_URL, here and for `judge daemon`;"
            " without a broker, `judge daemon` judges by itself"
        )
    check_url(settings.broker_url)
    return settings.broker_url


async def run(settings: Settings, dsn: str, told: asyncio.Event) -> None:
    """Judge until cancelled, or until ``told`` is set and the host is drained.

    Raises:
        JudgeError: this host cannot judge, or there is no broker, with what to do about it.
    """
    url = broker_url(settings)
    async with judgehost.opened(settings, dsn) as here:
        inbox = Inbox(here, lease_s=settings.lease_s)
        slots = here.executor.usable_slots()
        async with Receiver(url, here.name, slots=slots, judge=inbox.judge) as receiver:
            here.open_slots = lambda: (
                here.executor.usable_slots() if receiver.is_listening and here.guard.is_fit and not told.is_set() else 0
            )
            idle = Idle(here)
            here.executor.on_free = idle.wake
            here.begin(idle.lend(), "lend idle slots")
            here.begin(idle.listen(dsn), "listen")
            await _until_told(told, receiver)
            log.info("draining: told to end", held=len(here.executor.held()), most_s=settings.drain_s)
            await _drain(here, settings.drain_s)
        raise Stopped


class Inbox:
    """Messages, each judged if Postgres says that it is so."""

    def __init__(self, here: Judgehost, *, lease_s: float) -> None:
        self._here = here
        self._lease_s = lease_s
        self._taken: set[Message] = set()
        #: One at a time waits for a slot, and then takes it.
        self._turn = asyncio.Lock()

    async def judge(self, message: Message) -> None:
        """Judge what the message says; at once nothing where it is late, repeated or made up."""
        if message in self._taken:
            log.info("dropped a message that came twice", judging=message.judging_id, attempt=message.attempt)
            return
        self._taken.add(message)
        try:
            await self._judge(message)
        finally:
            self._taken.discard(message)

    async def _judge(self, message: Message) -> None:
        executor = self._here.executor
        async with self._turn:
            # Until it has begun nobody renews its lease, so that it goes elsewhere if this takes long.
            await executor.free_slot()
            claim = await until_connected(
                lambda connection: assigning.begin(
                    connection,
                    judging_id=message.judging_id,
                    attempt=message.attempt,
                    judgehost_id=self._here.id,
                    lease_s=self._lease_s,
                ),
                self._here.pool,
            )
            if claim is None:
                log.info("dropped a message that is no longer so", judging=message.judging_id, attempt=message.attempt)
                return
            if not self._here.guard.is_fit or not await self._has_slot_for(claim):
                await until_connected(lambda connection: assigning.decline(connection, claim), self._here.pool)
                return
            executor.start(claim)
        try:
            async with asyncio.timeout(MOST_JUDGING_S):
                await executor.settled(claim)
        except TimeoutError:
            log.warning("a judging takes too long; giving it up", judging=claim.judging_id)
            executor.abandon(claim)

    async def _has_slot_for(self, claim: Claim) -> bool:
        """Whether it can be started. What nobody waits for leaves a slot that falls free to tryouts that wait."""
        if not claim.goes_before_tryouts:
            await until_connected(self._here.tryouts.fill_slots, self._here.pool)
        return self._here.executor.has_slot(goes_before_tryouts=claim.goes_before_tryouts)


class Idle:
    """Lends slots: to tryouts if no submission waits; to canaries, other hosts, verifying uploads if nothing waits."""

    def __init__(self, here: Judgehost) -> None:
        self._here = here
        self._wake = asyncio.Event()

    def wake(self) -> None:
        """Have ``lend`` look for work now."""
        self._wake.set()

    async def lend(self) -> None:
        """Lend for as long as the host is fit."""
        while True:
            await self._here.guard.fit()
            self._wake.clear()
            try:
                async with self._here.pool.acquire() as connection:
                    priority = await dispatching.most_urgent(connection, self._here.id)
                    if priority not in BEFORE_TRYOUTS:
                        await self._here.tryouts.fill_slots(connection)
                self._here.patrol.patrol(self._here.executor, is_quiet=priority is None)
                if priority is None:
                    await self._here.assistance.fill_idle_slots()
                    await self._here.uploads.fill_idle_slots()
            except DISCONNECTED as error:
                await wait_to_reconnect(error)
                continue
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_IDLE_POLL_S):
                    await self._wake.wait()

    async def listen(self, dsn: str) -> None:
        """Wake ``lend`` when there is something new."""
        while True:
            try:
                await listen(dsn, queue.CHANNEL, heard=lambda _: self.wake(), connected=self.wake)
            except JudgeError as error:
                await wait_to_reconnect(error)


async def _until_told(told: asyncio.Event, receiver: Receiver) -> None:
    """Wait for the order to end.

    Raises:
        BrokerError: nobody listens to messages any more.
    """
    waits = [asyncio.create_task(event.wait()) for event in (told, receiver.ended)]
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
    if receiver.ended.is_set():
        raise BrokerError("Celery has ended by itself; it says why above")


async def _drain(here: Judgehost, most_s: float) -> None:
    """Wait until this host holds nothing more, and no message is on its way."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(most_s):
            await until_connected(lambda connection: dispatching.drain(connection, here.id), here.pool)
            while here.executor.held() or not await until_connected(
                lambda connection: dispatching.holds_nothing(connection, here.id), here.pool
            ):
                await asyncio.sleep(_DRAIN_POLL_S)
