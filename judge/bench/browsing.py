"""Asking a web server on this host for pages, thousands at once, at little cost to the host."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import re
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from judge.errors import JudgeError

_TIMEOUT_S = 30.0
_MOST_BYTES = 16 * 2**20
_ASSET = re.compile(rb'<(?:link|script|img)\b[^>]*?\b(?:href|src)="(/[^"]*)"')
Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer, read whole."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    #: With its head.
    wire_bytes: int

    @property
    def assets(self) -> set[str]:
        """What a browser asks for beside the page itself."""
        return {path.decode() for path in _ASSET.findall(self.body)}


@dataclass(slots=True, kw_only=True)
class Browser:
    """One visitor, who keeps connections open as browsers do."""

    port: int
    cookie: str = ""
    _idle: list[Connection] = field(default_factory=list)

    async def get(self, path: str, **headers: str) -> Answer:
        return await self._ask(self._head("GET", path, headers).encode())

    async def post(self, path: str, fields: Mapping[str, str]) -> Answer:
        """Send a form."""
        body = urlencode(fields).encode()
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Content-Length": str(len(body))}
        return await self._ask(self._head("POST", path, headers).encode() + body)

    async def events(self, path: str) -> AsyncIterator[tuple[str, str, float]]:
        """A stream's events until it ends: id and kind of each, and when it came.

        Raises:
            JudgeError: it is refused.
        """
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            writer.write(self._head("GET", path, {"Accept": "text/event-stream"}).encode())
            head = await reader.readuntil(b"\r\n\r\n")
            if not head.startswith(b"HTTP/1.1 200"):
                raise JudgeError(f"{path} was answered with {head.splitlines()[0].decode()}")
            known, kind = "", ""
            while line := await reader.readline():
                name, _, value = line.decode().rstrip().partition(": ")
                if name == "id":
                    known = value
                elif name == "event":
                    kind = value
                elif name == "data" and known:
                    yield known, kind, time.time()
                    known = ""
                elif name == "0":
                    # The last chunk.
                    return
        finally:
            writer.close()

    async def close(self) -> None:
        for _, writer in self._idle:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    def _head(self, method: str, path: str, headers: Mapping[str, str]) -> str:
        lines = {"Host": f"127.0.0.1:{self.port}", "Accept-Encoding": "gzip", "Cookie": self.cookie, **headers}
        return f"{method} {path} HTTP/1.1\r\n" + "".join(f"{n}: {v}\r\n" for n, v in lines.items() if v) + "\r\n"

    async def _ask(self, request: bytes) -> Answer:
        async with asyncio.timeout(_TIMEOUT_S):
            while self._idle:
                connection = self._idle.pop()
                # A connection that the server has closed meanwhile says so before anything was answered.
                with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
                    return await self._exchange(connection, request)
            return await self._exchange(await asyncio.open_connection("127.0.0.1", self.port), request)

    async def _exchange(self, connection: Connection, request: bytes) -> Answer:
        reader, writer = connection
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        body, extra = await _body(reader, headers)
        self._idle.append(connection)
        wire_bytes = len(head) + len(body) + extra
        if headers.get("content-encoding") == "gzip":
            body = gzip.decompress(body)
        status = int(first.split()[1])
        return Answer(status=status, headers=headers, body=body, wire_bytes=wire_bytes)


async def _body(reader: asyncio.StreamReader, headers: Mapping[str, str]) -> tuple[bytes, int]:
    """The body as sent, and how many more bytes its chunks took."""
    if headers.get("transfer-encoding") != "chunked":
        return await reader.readexactly(int(headers.get("content-length", "0"))), 0
    body, extra = bytearray(), 0
    while size := int(line := await reader.readuntil(b"\r\n"), 16):
        body += await reader.readexactly(size)
        extra += len(line) + len(await reader.readexactly(2))
        if len(body) > _MOST_BYTES:
            raise JudgeError("an answer is larger than any page may be")
    return bytes(body), extra + len(await reader.readexactly(2)) + 3
