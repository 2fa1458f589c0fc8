"""Rendering what others wrote, in a process of its own that is killed when it takes too long.

Highlighters and math converters are piles of regular expressions and recursion; on input made for the purpose they run
for hours without letting go of the interpreter. In this process that would stop every page. The child reads requests
and writes replies, each a length and a JSON document; whatever it does not answer in time is shown as plain text.

Statements are rendered when somebody reads them and not when they are uploaded, so that what is mended in the rendering
is mended for every problem there is.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import os
import resource
import signal
import struct
import sys
from asyncio.subprocess import PIPE, Process
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import asdict
from html import escape
from pathlib import Path
from typing import Any, BinaryIO

import structlog

from judge import typesetting
from web import differences, highlight, statements
from web.differences import Line
from web.statements import Rendered

TIMEOUT_S = 3.0
#: The converter of LaTeX keeps its own limits, and only a slow disk makes it need as long as that.
LATEX_TIMEOUT_S = typesetting.TIMEOUT_S + 2
MEMORY_BYTES = 1024 * 1024 * 1024
#: Longer texts are shown plain at once.
MAX_CHARACTERS = 300_000
#: Kept ready for the next who asks: so many replies, and of so many characters together.
CACHED = 512
CACHED_CHARACTERS = 16_000_000

_TOO_HARD = "the statement is too long, or takes too long to be made a page of"

_LENGTH = struct.Struct("!I")
_log = structlog.get_logger(__name__)


class Renderer:
    """Keeps one child and remembers what it made, by the digest of what it was made from."""

    def __init__(self, *, timeout_s: float = TIMEOUT_S) -> None:
        self._timeout_s = timeout_s
        self._turn = asyncio.Lock()
        self._child: Process | None = None
        self._made: OrderedDict[tuple[str, bytes], dict[str, Any]] = OrderedDict()
        self._characters = 0

    async def statement(
        self, text: str, *, written_in: str = "md", language: str = "en", pictures: Mapping[str, str] | None = None
    ) -> Rendered:
        """A statement as HTML, as ``statements.rendered`` makes it."""
        request = {"text": text, "written_in": written_in, "language": language, "pictures": dict(pictures or {})}
        digest = hashlib.sha256(json.dumps(request, sort_keys=True).encode()).digest()
        # What was written to be read as it stands is better than nothing; LaTeX and HTML were not.
        html = f"<pre>{escape(text)}</pre>" if written_in in ("md", "txt") else ""
        fallback = {"html": html, "complaints": [_TOO_HARD]}
        reply = await self._get(("statement", digest), {"kind": "statement", **request}, fallback)
        return Rendered(html=reply["html"], complaints=tuple(reply["complaints"]))

    async def source(self, digest: bytes, text: str, language: str) -> str:
        """A source as HTML to put in a ``<pre>``."""
        request = {"kind": "source", "text": text, "language": language}
        reply = await self._get((f"source {language}", digest), request, {"html": highlight.plain(text)})
        return str(reply["html"])

    async def difference(self, old: tuple[bytes, str], new: tuple[bytes, str]) -> list[Line] | None:
        """The lines that differ between two texts, each with its digest; None where that takes too long."""
        request = {"kind": "difference", "text": old[1], "other": new[1]}
        if len(new[1]) > MAX_CHARACTERS:
            return None
        digest = hashlib.sha256(old[0] + b"/" + new[0]).digest()
        reply = await self._get(("difference", digest), request, {"lines": None})
        return None if reply["lines"] is None else [Line(**line) for line in reply["lines"]]

    async def close(self) -> None:
        async with self._turn:
            await self._kill()

    async def _get(self, key: tuple[str, bytes], request: dict[str, Any], fallback: dict[str, Any]) -> dict[str, Any]:
        if key in self._made:
            self._made.move_to_end(key)
            return self._made[key]
        if len(request["text"]) > MAX_CHARACTERS:
            return fallback
        async with self._turn:
            # Whoever had the turn before may have asked for the same.
            if key not in self._made:
                # What failed is remembered too: it would fail again, and hold everybody else up again.
                self._keep(key, await self._ask(request) or fallback)
            return self._made[key]

    def _keep(self, key: tuple[str, bytes], reply: dict[str, Any]) -> None:
        self._made[key] = reply
        self._characters += len(reply["html"])
        # The newest is kept however large it is.
        while len(self._made) > 1 and (len(self._made) > CACHED or self._characters > CACHED_CHARACTERS):
            _, dropped = self._made.popitem(last=False)
            self._characters -= len(dropped["html"])

    async def _ask(self, request: dict[str, Any]) -> dict[str, Any] | None:
        try:
            is_latex = request.get("written_in") == "tex"
            async with asyncio.timeout(max(self._timeout_s, LATEX_TIMEOUT_S) if is_latex else self._timeout_s):
                child = await self._running()
                assert child.stdin is not None
                assert child.stdout is not None
                message = json.dumps(request).encode()
                child.stdin.write(_LENGTH.pack(len(message)) + message)
                await child.stdin.drain()
                (length,) = _LENGTH.unpack(await child.stdout.readexactly(_LENGTH.size))
                reply: dict[str, Any] = json.loads(await child.stdout.readexactly(length))
                return reply
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
                # It leads a session of its own, which the converter that it may be waiting for is in too.
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(child.pid, signal.SIGKILL)
            # Reads what is left as well, without which the pipes would stay open.
            await child.communicate()


def serve(requests: BinaryIO, replies: BinaryIO) -> None:
    """The child: answer requests until there are no more."""
    kinds: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
        "statement": _statement,
        "source": _source,
        "difference": _difference,
    }
    while head := requests.read(_LENGTH.size):
        request = json.loads(requests.read(_LENGTH.unpack(head)[0]))
        reply = json.dumps(kinds[request.pop("kind")](request)).encode()
        replies.write(_LENGTH.pack(len(reply)) + reply)
        replies.flush()


def _statement(request: dict[str, Any]) -> dict[str, Any]:
    return asdict(statements.rendered(request.pop("text"), **request))


def _source(request: dict[str, Any]) -> dict[str, Any]:
    return {"html": highlight.to_html(request["text"], request["language"])}


def _difference(request: dict[str, Any]) -> dict[str, Any]:
    return {"lines": [asdict(line) for line in differences.lines(request["text"], request["other"])]}


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    serve(sys.stdin.buffer, sys.stdout.buffer)
