"""A launcher as a process with nothing between it and the test, and messages made by hand."""

from __future__ import annotations

import asyncio
import os
import random
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from sandbox import protocol
from sandbox.exchange import Exchange
from sandbox.local import USERS, LocalMaker
from sandbox.protocol import Field, Message, Names, Reply
from sandbox.spec import RunLimits, RunSpec
from tests.sandbox.conftest import COMPILE, CORE, MIB

#: Far more than anything here takes; a launcher that needs longer hangs.
DEADLINE_S = 20
#: The exit code of a launcher that cannot go on.
BROKEN = 70
LIMITS = RunLimits(cpu_ms=1000, wall_ms=2000, memory_bytes=64 * MIB, output_bytes=1000, processes=16)
#: Of launchers that no maker makes.
UID = USERS[-1] if os.geteuid() == 0 else None


class Launcher:
    """A launcher at level ``local`` with nothing between it and the test."""

    def __init__(self, process: asyncio.subprocess.Process, exchange: Exchange) -> None:
        assert process.stdin and process.stdout and process.stderr
        self.process = process
        self.exchange = exchange
        self.stdin, self.stdout, self.stderr = process.stdin, process.stdout, process.stderr

    async def reply(self) -> Reply:
        """Its next message."""
        async with asyncio.timeout(DEADLINE_S):
            size = int.from_bytes(await self.stdout.readexactly(4), "big")
            return protocol.parse(await self.stdout.readexactly(size))

    async def ask(self, request: bytes) -> Reply:
        self.stdin.write(request)
        return await self.reply()

    async def end(self) -> tuple[int, str]:
        """Its exit code and last words, once it has ended by itself."""
        async with asyncio.timeout(DEADLINE_S):
            words = await self.stderr.read()
            return await self.process.wait(), words.decode()

    async def is_usable(self) -> bool:
        """Whether a run still comes to its end."""
        report = await self.ask(run("/bin/true"))
        return report.message is Message.REPORT and report.numbers[Field.EXIT_CODE] == 0


@pytest_asyncio.fixture
async def launcher(short_tmp: Path) -> AsyncIterator[Launcher]:
    """A launcher that has said hello."""
    maker = LocalMaker(cells_dir=short_tmp)
    exchange = Exchange(short_tmp / f"raw-{random.getrandbits(64):x}")
    process = await maker._start(exchange, core=CORE, shows_data=False, uid=UID)
    started = Launcher(process, exchange)
    hello = await started.reply()
    assert hello.message is Message.HELLO
    yield started
    if process.returncode is None:
        process.kill()
    await process.wait()
    # Its pipes are let go of before the loop is.
    process._transport.close()  # type: ignore[attr-defined]
    await asyncio.sleep(0)
    exchange.remove()


def run(*argv: str, stdout: str = "stdout", is_work_writable: bool = False, feedback: tuple[str, ...] = ()) -> bytes:
    """A request to run something."""
    limits = COMPILE if is_work_writable else LIMITS
    spec = RunSpec(argv=argv, limits=limits, is_work_writable=is_work_writable, feedback=feedback)
    return protocol.run(spec, Names(stdout=stdout))


def field(tag: int, data: bytes) -> bytes:
    return bytes([tag]) + len(data).to_bytes(4, "big") + data


def number(tag: int, value: int) -> bytes:
    return field(tag, value.to_bytes(8, "big"))


def frame(kind: bytes, *fields: bytes) -> bytes:
    body = kind + b"".join(fields)
    return len(body).to_bytes(4, "big") + body
