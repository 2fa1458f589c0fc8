"""The wire between one judgehost and the database: a proxy that can cut connections half-way, or fall silent."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from collections.abc import AsyncIterator
from pathlib import Path

_PIECE_BYTES = 65536


class Wire:
    """Passes bytes both ways, until told otherwise."""

    def __init__(self, server: Path) -> None:
        #: The database server's Unix socket.
        self._server = server
        self._open: set[tuple[asyncio.StreamWriter, asyncio.StreamWriter]] = set()
        self._flows = asyncio.Event()
        self._flows.set()
        self._cuts = 0
        #: The local port that leads to the database.
        self.port = 0

    def dsn(self) -> str:
        return f"postgresql://judge@127.0.0.1:{self.port}/judge"

    def cut_in_the_middle(self, count: int) -> None:
        """Pass only half of the next piece, then reset its connection; for the next ``count`` pieces."""
        self._cuts = count

    def cut(self) -> None:
        """Reset every connection."""
        for ends in list(self._open):
            self._reset(ends)

    def stall(self) -> None:
        """Pass nothing on any more, as if somebody had pulled the cable: neither side is told."""
        self._flows.clear()

    def flow(self) -> None:
        """Pass on what has come meanwhile, and what comes."""
        self._flows.set()

    async def serve(self, near: tuple[asyncio.StreamReader, asyncio.StreamWriter]) -> None:
        """One connection, from its beginning to its end."""
        try:
            far = await asyncio.open_unix_connection(self._server)
        except OSError:
            near[1].close()
            return
        ends = (near[1], far[1])
        self._open.add(ends)
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(self._pass(near[0], far[1], ends))
                both.create_task(self._pass(far[0], near[1], ends))
        except* OSError:
            pass
        finally:
            self._open.discard(ends)
            for end in ends:
                end.close()

    async def _pass(
        self,
        source: asyncio.StreamReader,
        target: asyncio.StreamWriter,
        ends: tuple[asyncio.StreamWriter, asyncio.StreamWriter],
    ) -> None:
        while data := await source.read(_PIECE_BYTES):
            await self._flows.wait()
            if self._cuts > 0:
                self._cuts -= 1
                target.write(data[: len(data) // 2])
                with contextlib.suppress(OSError):
                    await target.drain()
                self._reset(ends)
                return
            target.write(data)
            await target.drain()
        await self._flows.wait()
        if target.can_write_eof():
            target.write_eof()

    def _reset(self, ends: tuple[asyncio.StreamWriter, asyncio.StreamWriter]) -> None:
        # Without lingering the kernel sends a reset instead of an orderly end.
        near = ends[0].get_extra_info("socket")
        with contextlib.suppress(OSError):
            near.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        for end in ends:
            end.transport.abort()


@contextlib.asynccontextmanager
async def wire(server: Path) -> AsyncIterator[Wire]:
    """A wire to the server behind that Unix socket."""
    made = Wire(server)
    tasks: set[asyncio.Task[None]] = set()

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(made.serve((reader, writer)), name="wire")
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    async with await asyncio.start_server(connected, "127.0.0.1", 0) as listening:
        made.port = listening.sockets[0].getsockname()[1]
        try:
            yield made
        finally:
            listening.close()
            made.cut()
            made.flow()
            for task in list(tasks):
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
