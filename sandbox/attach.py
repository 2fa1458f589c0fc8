"""The streams of a container's process 1, as Docker passes them on."""

from __future__ import annotations

import asyncio
import contextlib
import socket


class AttachStream:
    """The container's streams: Docker puts 8 bytes before each piece to say which stream it is of, and its size."""

    def __init__(self, sock: socket.socket) -> None:
        self._socket = sock
        self._socket.setblocking(False)  # noqa: FBT003
        self._raw = bytearray()
        self._stderr = bytearray()

    async def send(self, data: bytes) -> None:
        with contextlib.suppress(ConnectionError):
            await asyncio.get_running_loop().sock_sendall(self._socket, data)

    async def receive(self) -> bytes:
        while True:
            header = await self._exactly(8)
            if not header:
                return b""
            payload = await self._exactly(int.from_bytes(header[4:8], "big"))
            if header[0] == 1:
                return payload
            self._stderr += payload[: 4096 - len(self._stderr)]

    async def last_words(self) -> str:
        return self._stderr.decode(errors="replace").strip()

    def is_quiet(self) -> bool:
        """Whether nothing has come, not even the end."""
        try:
            self._socket.recv(1, socket.MSG_PEEK)
        except BlockingIOError:
            return not self._raw
        except OSError:
            return False
        return False

    def close(self) -> None:
        self._socket.close()

    async def _exactly(self, size: int) -> bytes:
        loop = asyncio.get_running_loop()
        while len(self._raw) < size:
            try:
                data = await loop.sock_recv(self._socket, 65536)
            except OSError:
                data = b""
            if not data:
                return b""
            self._raw += data
        taken = bytes(self._raw[:size])
        del self._raw[:size]
        return taken
