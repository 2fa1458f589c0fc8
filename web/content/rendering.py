"""Rendering what others wrote, in a process of its own that is killed when it takes too long.

Highlighters and math converters are piles of regular expressions and recursion; on input made for the purpose they run
for hours without letting go of the interpreter. In this process that would stop every page. The child reads requests
and writes replies, each a length and a JSON document; what takes it too long is shown as plain text. Its time is that
of the processor: a host that has much else to do makes nothing plain for good.

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
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from html import escape
from pathlib import Path
from typing import Any, BinaryIO

import structlog

from judge.preparing import typesetting
from web.content import differences, highlight, statements
from web.content.differences import Line
from web.content.statements import Rendered

#: Of the processor's time. The converter of LaTeX, a child of the child, keeps its own limits.
CPU_S = 3.0
#: How much longer a request is waited for than it may compute. One that then has computed for so small a part of its
#: time was kept from it by others.
_PATIENCE = 5
_SMALL_PART = 0.1
#: How long a child is waited for to begin with.
_START_S = 60.0
MEMORY_BYTES = 1024 * 1024 * 1024
#: Longer texts are shown plain at once.
MAX_CHARACTERS = 300_000
#: Differences that are being looked for, or wait for it. Each may take all the time there is.
MOST_COMPARING = 8
#: Kept ready for the next who asks: so many replies, and of so many characters together.
CACHED = 512
CACHED_CHARACTERS = 16_000_000

_TOO_HARD = "the statement is too long, or takes too long to be made a page of"

_LENGTH = struct.Struct("!I")
_log = structlog.get_logger(__name__)


class _HostError(Exception):
    """No process could be had, or none was given time: the same request may do well later."""


class Renderer:
    """Keeps the children and remembers what they made, by the digest of what it was made from.

    What contestants write has a child of its own: however hard it is, nobody waits for it who reads a statement. So
    have differences, of which somebody can ask for as many as they like, and none is remembered.
    """

    def __init__(self, *, cpu_s: float = CPU_S) -> None:
        self._statements = _Child(cpu_s)
        self._sources = _Child(cpu_s)
        self._differences = _Child(cpu_s)
        self._comparing = 0
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
        reply = await self._get(
            self._statements, ("statement", digest), {"kind": "statement", **request}, fallback=fallback
        )
        return Rendered(html=reply["html"], complaints=tuple(reply["complaints"]))

    async def source(self, digest: bytes, text: str, language: str) -> str:
        """A source as HTML to put in a ``<pre>``."""
        request = {"kind": "source", "text": text, "language": language}
        fallback = {"html": highlight.plain(text)}
        reply = await self._get(self._sources, (f"source {language}", digest), request, fallback=fallback)
        return str(reply["html"])

    async def differences(self, pairs: Sequence[tuple[str, str]]) -> list[list[Line] | None]:
        """The lines that differ, for each pair of an old and a new text; None where they are too many, or too hard."""
        if sum(len(text) for pair in pairs for text in pair) > 2 * MAX_CHARACTERS:
            return [None] * len(pairs)
        if self._comparing >= MOST_COMPARING:
            return [None] * len(pairs)
        self._comparing += 1
        try:
            # All at once, and so in the time of one; and not remembered, since they are large and seldom asked for.
            async with self._differences.turn:
                reply = await self._differences.ask({"kind": "differences", "pairs": list(pairs)})
        except _HostError:
            reply = None
        finally:
            self._comparing -= 1
        found = [None] * len(pairs) if reply is None else reply["found"]
        return [each and [Line(**line) for line in each] for each in found]

    async def close(self) -> None:
        """End the children."""
        for child in (self._statements, self._sources, self._differences):
            async with child.turn:
                await child.kill()

    async def _get(
        self, child: _Child, key: tuple[str, bytes], request: dict[str, Any], *, fallback: dict[str, Any]
    ) -> dict[str, Any]:
        if key in self._made:
            self._made.move_to_end(key)
            return self._made[key]
        if len(request["text"]) > MAX_CHARACTERS:
            return fallback
        async with child.turn:
            # Whoever had the turn before may have asked for the same.
            if key in self._made:
                return self._made[key]
            try:
                reply = await child.ask(request) or fallback
            except _HostError:
                return fallback
            # What failed is remembered too: it would fail again, and hold everybody else up again.
            self._keep(key, reply)
            return reply

    def _keep(self, key: tuple[str, bytes], reply: dict[str, Any]) -> None:
        self._made[key] = reply
        self._characters += _size(reply)
        # The newest is kept however large it is.
        while len(self._made) > 1 and (len(self._made) > CACHED or self._characters > CACHED_CHARACTERS):
            _, dropped = self._made.popitem(last=False)
            self._characters -= _size(dropped)


class _Child:
    """One process that renders, started when it is first asked and again after each end. Whoever asks has the turn."""

    def __init__(self, cpu_s: float) -> None:
        self._cpu_s = cpu_s
        self.turn = asyncio.Lock()
        self.process: Process | None = None

    async def ask(self, request: dict[str, Any]) -> dict[str, Any] | None:
        """The reply; None where the request ended the process.

        Raises:
            _HostError: none came, which is not the request's fault.
        """
        try:
            process = await self._running()
            before_s = _computed_s(process)
            try:
                async with asyncio.timeout(max(_PATIENCE * self._cpu_s, typesetting.TIMEOUT_S + _PATIENCE)):
                    return await _answer(process, {"cpu_s": self._cpu_s, **request})
            except TimeoutError:
                if _computed_s(process) - before_s < _SMALL_PART * self._cpu_s:
                    raise
            except EOFError:
                async with asyncio.timeout(_START_S):
                    code = await process.wait()
                if code == -signal.SIGKILL:
                    raise ChildProcessError("somebody killed the child") from None
        except (TimeoutError, OSError, EOFError) as error:
            await self.kill()
            _log.warning("rendering took the host too long; shown as plain text for now", error=repr(error))
            raise _HostError from error
        except BaseException:
            # Its reply would be taken for the next request's.
            await self.kill()
            raise
        await self.kill()
        _log.warning("rendering failed; shown as plain text", kind=request["kind"])
        return None

    async def kill(self) -> None:
        """End the process, if there is one."""
        process, self.process = self.process, None
        if process is not None:
            if process.returncode is None:
                # It leads a session of its own, which the converter that it may be waiting for is in too.
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
            # Reads what is left as well, without which the pipes would stay open.
            await process.communicate()

    async def _running(self) -> Process:
        if self.process is None or self.process.returncode is not None:
            # Without this process's environment, and so without its secrets; and not reached by its Ctrl-C.
            self.process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "web.content.rendering"),
                stdin=PIPE,
                stdout=PIPE,
                cwd=Path(__file__).parents[2],
                env={"PYTHONUTF8": "1"},
                start_new_session=True,
            )
            async with asyncio.timeout(_START_S):
                await _answer(self.process, {"kind": "nothing"})
        return self.process


def _size(reply: dict[str, Any]) -> int:
    """How many characters it takes, or about as many."""
    return len(json.dumps(reply))


def _computed_s(process: Process) -> float:
    """What it has taken of the processor's time so far (schedstat in proc(5)); 0 of one that is gone."""
    try:
        return int(Path(f"/proc/{process.pid}/schedstat").read_text().split()[0]) / 1e9
    except OSError:
        return 0.0


async def _answer(process: Process, request: dict[str, Any]) -> dict[str, Any]:
    assert process.stdin is not None
    assert process.stdout is not None
    message = json.dumps(request).encode()
    with contextlib.suppress(ConnectionError):
        process.stdin.write(_LENGTH.pack(len(message)) + message)
        await process.stdin.drain()
    (length,) = _LENGTH.unpack(await process.stdout.readexactly(_LENGTH.size))
    reply: dict[str, Any] = json.loads(await process.stdout.readexactly(length))
    return reply


def serve(requests: BinaryIO, replies: BinaryIO) -> None:
    """The child: answer requests until there are no more."""
    kinds: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
        "statement": _statement,
        "source": _source,
        "differences": _differences,
        "nothing": lambda request: request,
    }
    while head := requests.read(_LENGTH.size):
        request = json.loads(requests.read(_LENGTH.unpack(head)[0]))
        # Within a regular expression no handler is called: the signal ends the process.
        signal.setitimer(signal.ITIMER_PROF, request.pop("cpu_s", 0))
        reply = json.dumps(kinds[request.pop("kind")](request)).encode()
        signal.setitimer(signal.ITIMER_PROF, 0)
        replies.write(_LENGTH.pack(len(reply)) + reply)
        replies.flush()


def _statement(request: dict[str, Any]) -> dict[str, Any]:
    return asdict(statements.rendered(request.pop("text"), **request))


def _source(request: dict[str, Any]) -> dict[str, Any]:
    return {"html": highlight.to_html(request["text"], request["language"])}


def _differences(request: dict[str, Any]) -> dict[str, Any]:
    found = [differences.lines(old, new) for old, new in request["pairs"]]
    return {"found": [each and [asdict(line) for line in each] for each in found]}


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    serve(sys.stdin.buffer, sys.stdout.buffer)
