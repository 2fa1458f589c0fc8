"""Having other judgehosts judge: claims made for one that has a slot free, told to it through the broker.

Postgres decides who gets what, in the order of the queue and never more than slots are free; the message only says so.
While the broker is away nothing is claimed, and what was claimed in the very moment is given back.
"""

from __future__ import annotations

import asyncio

import structlog

from judge.errors import BrokerError
from judge.hosts.broker import Message, Sender
from judge.hosts.executor import until_connected
from judge.queueing import assigning
from judge.store.judgings import Claim
from judge.store.pool import Connection, Pool

log = structlog.get_logger()

_FIRST_PAUSE_S = 0.2
_LONGEST_PAUSE_S = 2.0


class CeleryExecutor:
    """Judges on the judgehosts that wait for messages. Lives within a ``TaskGroup`` that owns the sending."""

    def __init__(self, *, pool: Pool, sender: Sender, tasks: asyncio.TaskGroup, lease_s: float) -> None:
        self._pool = pool
        self._sender = sender
        self._tasks = tasks
        self._lease_s = lease_s
        self._targets: dict[Claim, str] = {}
        self._is_reachable = asyncio.Event()
        self._is_lost = asyncio.Event()

    async def free_slot(self) -> None:
        """Wait until the broker is there: which slots are free is known when claiming."""
        await self._is_reachable.wait()

    async def claim(self, connection: Connection, *, lease_s: float) -> Claim | None:
        assignment = await assigning.assign(connection, lease_s=lease_s)
        if assignment is None:
            return None
        self._targets[assignment.claim] = assignment.judgehost
        return assignment.claim

    def start(self, claim: Claim) -> None:
        work = self._send(claim, self._targets.pop(claim))
        self._tasks.create_task(work, name=f"sending {claim.judging_id}")

    async def stay_connected(self) -> None:
        """Look for the broker whenever it was lost; until cancelled."""
        pause_s = _FIRST_PAUSE_S
        while True:
            try:
                await self._sender.check()
            except BrokerError as error:
                log.warning("nothing can be judged without the broker; trying again", error=str(error), pause_s=pause_s)
                await asyncio.sleep(pause_s)
                pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)
                continue
            log.info("connected to the broker", broker=self._sender.address)
            pause_s = _FIRST_PAUSE_S
            self._is_lost.clear()
            self._is_reachable.set()
            await self._is_lost.wait()

    async def _send(self, claim: Claim, judgehost: str) -> None:
        message = Message(judging_id=claim.judging_id, attempt=claim.attempt)
        try:
            await self._sender.send(judgehost, message, expires_s=self._lease_s)
        except BrokerError as error:
            log.warning("could not send a judging", judging=claim.judging_id, judgehost=judgehost, error=str(error))
            self._is_reachable.clear()
            self._is_lost.set()
            await until_connected(lambda connection: assigning.decline(connection, claim), self._pool)
