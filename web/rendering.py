"""Rendering what others wrote, in a process of its own that is killed when it takes too long.

Highlighters and math converters are piles of regular expressions and recursion; on input made for the purpose they run
for hours without letting go of the interpreter. In this process that would stop every page. The child reads requests
and writes replies, each a length and a JSON document; whatever it does not answer in time is shown as plain text.
"""

from __future__ import annotations

import asyncio
import json
import resource
import struct
import sys
from asyncio.subprocess import PIPE, Process
from collections import OrderedDict
from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import BinaryIO

import structlog

from web import highlight, statements

TIMEOUT_S = 3.0
MEMORY_BYTES = 1024 * 1024 * 1024
#: Longer texts are shown plain at once.
MAX_CHARACTERS = 300_000
CACHED = 512

_LENGTH = struct.Struct("!I")
_log = structlog.get_logger(__name__)


class Renderer:
    """Keeps one child and remembers what it made, by the digest of what it was made from."""

    def __init__(self, *, timeout_s: float = TIMEOUT_S) -> None:
        self._timeout_s = timeout_s
        self._turn = asyncio.Lock()
        self._child: Process | None = None
        self._made: OrderedDict[tuple[str, bytes], str] = OrderedDict()

    async def statement(self, digest: bytes, markdown: str) -> str:
        """A statement as HTML."""
        fallback = f"<pre>{escape(markdown)}</pre>"
        return await self._get(("statement", digest), {"kind": "statement", "text": markdown}, fallback)

    async def source(self, digest: bytes, text: str, language: str) -> str:
        """A source as HTML to put in a ``<pre>``."""
        request = {"kind": "source", "text": text, "language": language}
        return await self._get((f"source {language}", digest), request, highlight.plain(text))

    async def close(self) -> None:
        async with self._turn:
            await self._kill()

    async def _get(self, key: tuple[str, bytes], request: dict[str, str], fallback: str) -> str:
        if key in self._made:
            self._made.move_to_end(key)
            return self._made[key]
        if len(request["text"]) > MAX_CHARACTERS:
            return fallback
        async with self._turn:
            # What failed is remembered too: it would fail again, and hold everybody else up again.
            html = self._made[key] = self._made.get(key) or await self._ask(request) or fallback
        while len(self._made) > CACHED:
            self._made.popitem(last=False)
        return html

    async def _ask(self, request: dict[str, str]) -> str | None:
        try:
            async with asyncio.timeout(self._timeout_s):
                child = await self._running()
                assert child.stdin is not None
                assert child.stdout is not None
                message = json.dumps(request).encode()
                child.stdin.write(_LENGTH.pack(len(message)) + message)
                await child.stdin.drain()
                (length,) = _LENGTH.unpack(await child.stdout.readexactly(_LENGTH.size))
                return str(json.loads(await child.stdout.readexactly(length))["html"])
        except (TimeoutError, OSError, EOFError) as error:
            _log.warning("rendering failed; shown as plain text", kind=request["kind"], error=repr(error))
            await self._kill()
            return None
        except asyncio.CancelledError:
            # Its reply would be taken for the next request's.
            await self._kill()
            raise

    async def _running(self) -> Process:
        if self._child is None or self._child.returncode is not None:
            # Without this process's environment, and so without its secrets; and not reached by its Ctrl-C.
            self._child = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "web.rendering"),
                stdin=PIPE,
                stdout=PIPE,
                cwd=Path(__file__).parents[1],
                env={"PYTHONUTF8": "1"},
                start_new_session=True,
            )
        return self._child

    async def _kill(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            if child.returncode is None:
                child.kill()
            # Reads what is left as well, without which the pipes would stay open.
            await child.communicate()


def serve(requests: BinaryIO, replies: BinaryIO) -> None:
    """The child: answer requests until there are no more."""
    kinds: dict[str, Callable[[dict[str, str]], str]] = {
        "statement": lambda request: statements.to_html(request["text"]),
        "source": lambda request: highlight.to_html(request["text"], request["language"]),
    }
    while head := requests.read(_LENGTH.size):
        request = json.loads(requests.read(_LENGTH.unpack(head)[0]))
        reply = json.dumps({"html": kinds[request["kind"]](request)}).encode()
        replies.write(_LENGTH.pack(len(reply)) + reply)
        replies.flush()


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    serve(sys.stdin.buffer, sys.stdout.buffer)
