"""Hearing NOTIFY: one connection of one's own that says at once when it is lost."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from judge.errors import JudgeError
from judge.store.pool import DISCONNECTED, connect

#: A connection cut without a word (a firewall, a power cut) is noticed within this time.
KEEPALIVE_S = 20.0
KEEPALIVE_TIMEOUT_S = 10.0


async def listen(
    dsn: str, channel: str, *, heard: Callable[[str], None], connected: Callable[[], None] = lambda: None
) -> None:
    """Call ``heard`` with the payload of each notification until the connection is lost.

    Notifications sent while nobody listened are gone: ``connected``, called once listening has begun, is where the
    caller looks for what it missed.

    Raises:
        JudgeError: the connection could not be made, or was lost.
    """
    lost = asyncio.Event()
    try:
        async with connect(dsn) as connection:
            connection.add_termination_listener(lambda *_: lost.set())
            await connection.add_listener(channel, lambda _connection, _pid, _channel, payload: heard(str(payload)))
            connected()
            while not lost.is_set():
                try:
                    async with asyncio.timeout(KEEPALIVE_S):
                        await lost.wait()
                except TimeoutError:
                    await connection.fetchval("SELECT 1", timeout=KEEPALIVE_TIMEOUT_S)
    except (*DISCONNECTED, TimeoutError) as error:
        raise JudgeError(f"lost the connection that listens on {channel}: {error or type(error).__name__}") from error
    raise JudgeError(f"lost the connection that listens on {channel}")
