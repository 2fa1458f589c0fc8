"""A cell: a launcher to talk to, wherever it runs, and the exchange directory shared with it.

Every wait has a deadline: a launcher that does not answer in time is taken for dead, and its cell with it.
"""

from __future__ import annotations

import asyncio
import dataclasses
import io
import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from judge.errors import CellDied, Refused, SandboxError
from sandbox import bundle, protocol
from sandbox.exchange import Exchange
from sandbox.outcome import EndedBy, Outcome
from sandbox.protocol import Field, Message, Names, Reply
from sandbox.spec import FEEDBACK_BYTES, FEEDBACK_FILES, RunSpec

#: What the launcher itself may take for anything but the run's own wall time.
GRACE_S = 20.0
#: The launcher lengthens the wall limit on a disturbed host, to this many times at most.
MOST_PATIENCE = 5
#: A compiled program, all its files together.
PROGRAM_BYTES = 256 * 1024 * 1024

#: Of a bundle, its names and headers: they come on top of what the files hold.
_HEADERS_BYTES = 16 * 1024 * 1024
_FEEDBACK = "feedback.bundle"

_ENDED_BY = (EndedBy.ITSELF, EndedBy.CPU, EndedBy.WALL, EndedBy.MEMORY, EndedBy.OUTPUT, EndedBy.STOPPED)


class Stream(Protocol):
    """Bytes to and from a launcher's standard input and output."""

    async def send(self, data: bytes) -> None:
        """Write all of ``data``."""

    async def receive(self) -> bytes:
        """The next bytes; empty when the launcher has ended."""

    def is_quiet(self) -> bool:
        """Whether nothing has come that was not received: neither words nor the launcher's end."""

    async def last_words(self) -> str:
        """What the launcher said on standard error, once it has ended."""


class Wall(Protocol):
    """What is around the launcher: a container, or at level ``local`` only namespaces of its own."""

    async def set_memory(self, limit_bytes: int) -> None:
        """Bound the memory of everything within; a no-op where nothing can."""

    def reset_peak(self) -> bool:
        """Start the peak of memory used anew; false where that cannot be done."""

    def peak_bytes(self) -> int | None:
        """The peak since then, where only we can read it; None where the launcher's report has it."""

    async def ran_out_of_memory(self) -> bool:
        """Whether all within was killed for want of memory, now that it is dead."""

    async def tear_down(self) -> bool:
        """End everything within, wait until it is gone, and let go of what held it.

        False where the processes were ended, but whoever keeps their mounts and control groups could not be told.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a launcher found when it started."""

    #: Version of control groups that account for the cell; 0: none, processes are watched one by one.
    cgroup: int = 0
    #: Whether the kernel bounds memory itself, and says so when it killed for it; else the launcher watches it grow.
    is_bounded: bool = False
    #: Whether refused calls that are evidence can be told of.
    is_reporting: bool = False
    #: Whether Landlock stands around files as well.
    has_landlock: bool = False


class Cell:
    """One cell, for one request at a time."""

    def __init__(self, *, name: str, stream: Stream, wall: Wall, exchange: Exchange) -> None:
        self.name = name
        #: The host's id of the user that everything in the cell is; None where it is not the cell's alone.
        self.uid: int | None = None
        self.exchange = exchange
        self.facts = Facts()
        self._stream = stream
        self._wall = wall
        self._inbox = bytearray()
        self._memory_bytes = 0
        self._program_bytes = 0
        self._shown: set[str] = set()
        self._has_own_peak = False
        #: What our clock says more than the launcher's; 0 where it is the same clock.
        self._clock_ns = 0
        self._is_feedback_kept = False

    async def greet(self) -> None:
        """Wait for the launcher's first words; nothing else may be asked before.

        Raises:
            SandboxError: it speaks another version, or could not set itself up.
        """
        hello = await self._reply(GRACE_S)
        if hello.message is not Message.HELLO or hello.number(Field.VERSION) != protocol.VERSION:
            raise SandboxError("the launcher speaks another version of the protocol; run `make launcher`")
        self.facts = Facts(
            cgroup=hello.number(Field.CGROUP),
            is_bounded=bool(hello.number(Field.BOUNDED)),
            is_reporting=bool(hello.number(Field.REPORTING)),
            has_landlock=bool(hello.number(Field.LANDLOCK)),
        )

    async def load(self, program: bytes) -> None:
        """Unpack the bundle ``program`` into a fresh /work.

        Raises:
            Refused: it is damaged, or larger than /work.
        """
        self.exchange.put("program", program)
        await self._ask(protocol.load("program"), Message.DONE)
        self.exchange.hide("program")
        self._program_bytes = len(program)

    async def save(self) -> bytes:
        """All regular files of /work, as a bundle.

        Raises:
            Refused: they are larger, or more, than a program may be.
        """
        await self._ask(protocol.save("saved", PROGRAM_BYTES), Message.DONE)
        saved = self.exchange.take("saved", PROGRAM_BYTES + _HEADERS_BYTES)
        # Until the host has written the file to its disk, it would take of the cell's memory.
        self.exchange.drop("saved")
        self._program_bytes = len(saved)
        return saved

    async def run(self, spec: RunSpec) -> Outcome:
        """Run ``spec`` in a new box and wait until everything in it is dead.

        Raises:
            SandboxError: no box could be made.
            CellDied: the launcher ended or did not answer in time.
        """
        names = await self._prepare(spec)
        await self._stream.send(protocol.run(spec, dataclasses.replace(names, stdout="stdout")))
        return await self.finish(spec)

    async def begin(self, spec: RunSpec, *, stdin_pipe: str, stdout_pipe: str) -> None:
        """Begin to run ``spec`` with its streams at FIFOs of ``in`` and ``out``, and wait until both are open.

        ``finish`` comes next; ``spec.stdin`` is not used. Whoever made the FIFOs has them open until then.

        Raises:
            SandboxError: as for ``run``.
        """
        names = dataclasses.replace(await self._prepare(spec), stdin=None)
        request = protocol.run(spec, dataclasses.replace(names, stdin_pipe=stdin_pipe, stdout_pipe=stdout_pipe))
        opened = await self._ask(request, Message.OPENED)
        ours_ns, theirs_ns = time.monotonic_ns(), opened.number(Field.OPENED_AT_NS)
        # Of another clock, such as that of a kernel in user space, only what passes can be compared.
        self._clock_ns = 0 if abs(ours_ns - theirs_ns) < GRACE_S * 1e9 else ours_ns - theirs_ns

    async def finish(self, spec: RunSpec) -> Outcome:
        """Wait until everything of the run that ``begin`` began is dead.

        Raises:
            CellDied: as for ``run``.
        """
        deadline_s = MOST_PATIENCE * spec.limits.wall_ms / 1000 + GRACE_S
        begun = time.monotonic()
        try:
            report = await self._expect(Message.REPORT, deadline_s)
        except CellDied:
            if await self._wall.ran_out_of_memory():
                return _killed_for_memory(spec, wall_us=round((time.monotonic() - begun) * 1e6))
            raise
        self._is_feedback_kept = spec.keeps_feedback and Field.FEEDBACK_KEPT in report.numbers
        return self._outcome(report, has_own_peak=self._has_own_peak)

    async def stop(self) -> None:
        """End the run that ``begin`` began, which ``finish`` still has to wait for; nothing if it has ended."""
        await self._stream.send(protocol.stop())

    def open_stdout(self) -> BinaryIO:
        """The last run's standard output, for reading before the next run.

        Raises:
            CellDied: what is there is not what a launcher makes.
        """
        return os.fdopen(self.exchange.open_out("stdout"), "rb")

    def take_feedback(self) -> dict[str, bytes]:
        """All regular files that the last run left in /feedback, by relative path, if its spec keeps them; only once.

        Raises:
            Refused: they are larger, or more, than may be kept.
            CellDied: what is there is not what a launcher makes.
        """
        if not self._is_feedback_kept:
            most = f"{FEEDBACK_FILES} files or {FEEDBACK_BYTES // 1024**2} MiB"
            raise Refused(f"the run left more than {most} in /feedback, or its feedback was not to be kept")
        self._is_feedback_kept = False
        packed = self.exchange.take(_FEEDBACK, FEEDBACK_BYTES + _HEADERS_BYTES)
        self.exchange.drop(_FEEDBACK)
        return {file.name: file.content for file in bundle.unpack(packed, most_files=FEEDBACK_FILES)}

    @property
    def is_waiting(self) -> bool:
        """Of a cell that was asked for nothing yet: whether its launcher still waits for that."""
        return not self._inbox and self._stream.is_quiet()

    async def close(self) -> bool:
        """End the cell and everything in it; never fails, may be called twice.

        False where only its processes could be ended, and the rest goes when the engine is back.
        """
        is_gone = await self._wall.tear_down()
        await asyncio.to_thread(self.exchange.remove)
        return is_gone

    async def _prepare(self, spec: RunSpec) -> Names:
        """Make the cell and the exchange directory ready for a run, which has to be asked for next."""
        # A program's own file is in the cell's memory, which cannot be bounded below what it holds. Whatever a run
        # makes use of it counts as its own all the same.
        memory_bytes = spec.limits.memory_bytes + (0 if spec.is_work_writable else self._program_bytes)
        if memory_bytes != self._memory_bytes:
            await self._wall.set_memory(memory_bytes)
            self._memory_bytes = memory_bytes
        names = self._show(spec)
        self._is_feedback_kept = False
        self._has_own_peak = self._wall.reset_peak()
        return names

    def _show(self, spec: RunSpec) -> Names:
        """Put the run's files into the exchange directory, and nothing of an earlier run's."""
        files: dict[str, Path | BinaryIO] = dict(spec.data)
        if spec.stdin is not None:
            files["stdin"] = spec.stdin
        if spec.feedback_files:
            contents = spec.feedback_files.items()
            packed = {name: file if isinstance(file, bytes) else file.read_bytes() for name, file in contents}
            files[_FEEDBACK] = io.BytesIO(bundle.pack(packed))
        for name in self._shown - files.keys():
            self.exchange.hide(name)
        for name, source in files.items():
            self.exchange.show(name, source)
        self._shown = set(files)
        return Names(
            stdin="stdin" if spec.stdin is not None else None,
            feedback_from=_FEEDBACK if spec.feedback_files else None,
            feedback_to=_FEEDBACK if spec.keeps_feedback else None,
        )

    def _outcome(self, report: Reply, *, has_own_peak: bool) -> Outcome:
        numbers = report.numbers
        # Until it is on the disk, output that the launcher has written takes memory of the cell, but not the program's.
        others = report.number(Field.CGROUP_START) + report.number(Field.STDOUT_BYTES)
        peak = self._wall.peak_bytes()
        if peak is None:
            peak = report.number(Field.CGROUP_PEAK)
        else:
            # So does feedback, which the launcher writes after its own look at the peak.
            others += numbers.get(Field.FEEDBACK_KEPT, 0)
        used = max(0, peak - others) if has_own_peak else 0
        wall_ns, left_at_ns = report.number(Field.WALL_NS), numbers.get(Field.LEFT_AT_NS)
        return Outcome(
            ended_by=_ENDED_BY[min(report.number(Field.ENDED_BY), len(_ENDED_BY) - 1)],
            exit_code=numbers.get(Field.EXIT_CODE),
            signal=numbers.get(Field.SIGNAL),
            exec_errno=numbers.get(Field.EXEC_ERRNO),
            cpu_us=report.number(Field.CPU_NS) // 1000,
            wall_us=wall_ns // 1000,
            memory_bytes=max(used, report.number(Field.PEAK_RSS)),
            stdout_bytes=report.number(Field.STDOUT_BYTES),
            stderr=report.texts.get(Field.STDERR_TEXT, b""),
            feedback=report.files,
            box_us=report.number(Field.BOX_NS) // 1000,
            noise={
                "involuntary_switches": report.number(Field.SWITCHES),
                "major_faults": report.number(Field.MAJOR_FAULTS),
                "minor_faults": report.number(Field.MINOR_FAULTS),
                "waited_us": report.number(Field.WAITED_NS) // 1000,
                "throttled_us": report.number(Field.THROTTLED_NS) // 1000,
                "steal_us": report.number(Field.STEAL_NS) // 1000,
                "stalled_us": report.number(Field.STALLED_NS) // 1000,
            },
            denied=report.denied,
            oom_kills=report.number(Field.OOM_KILLS),
            left_at_ns=left_at_ns + self._clock_ns if left_at_ns is not None else None,
        )

    async def _ask(self, request: bytes, expected: Message, deadline_s: float = GRACE_S) -> Reply:
        await self._stream.send(request)
        return await self._expect(expected, deadline_s)

    async def _expect(self, expected: Message, deadline_s: float) -> Reply:
        reply = await self._reply(deadline_s)
        if reply.message is Message.REFUSED:
            text = reply.texts.get(Field.TEXT, b"").decode(errors="replace")
            raise Refused(f"the launcher of cell {self.name} refused: {text}")
        if reply.message is not expected:
            raise CellDied(f"the launcher of cell {self.name} answered {reply.message.name} out of turn")
        return reply

    async def _reply(self, deadline_s: float) -> Reply:
        try:
            async with asyncio.timeout(deadline_s):
                size = int.from_bytes(await self._exactly(4), "big")
                if not 0 < size <= protocol.MOST_BYTES:
                    raise CellDied(f"the launcher of cell {self.name} sent a frame of {size} bytes")
                return protocol.parse(await self._exactly(size))
        except TimeoutError:
            raise CellDied(f"the launcher of cell {self.name} did not answer within {deadline_s:.0f} s") from None

    async def _exactly(self, size: int) -> bytes:
        while len(self._inbox) < size:
            data = await self._stream.receive()
            if not data:
                words = await self._stream.last_words()
                raise CellDied(f"cell {self.name} ended by itself: {words or 'without a word'}")
            self._inbox += data
        taken = bytes(self._inbox[:size])
        del self._inbox[:size]
        return taken


def _killed_for_memory(spec: RunSpec, *, wall_us: int) -> Outcome:
    """What is known of a run that took its whole cell with it, as where a kernel in user space holds the memory."""
    return Outcome(
        ended_by=EndedBy.MEMORY,
        exit_code=None,
        signal=signal.SIGKILL,
        cpu_us=0,
        wall_us=wall_us,
        memory_bytes=spec.limits.memory_bytes,
        stdout_bytes=0,
        stderr=b"",
        oom_kills=1,
    )


class CellMaker(Protocol):
    """Starts cells at one isolation level."""

    async def make(self, *, image: str, core: int, shows_data: bool) -> Cell:
        """A new cell from ``image``, pinned to ``core``, greeted and ready.

        ``shows_data`` makes it a judge's cell, whose boxes see the run's ``data``.
        """

    async def sweep(self) -> None:
        """Remove what an earlier process of this host left behind."""

    def missing(self, image: str) -> str | None:
        """Why ``image`` cannot be used at this level, for people; None when it can."""


def launcher_path() -> Path:
    """The launcher's binary.

    Raises:
        SandboxError: it has not been built.
    """
    path = Path(__file__).parent / "launcher" / "build" / "launcher"
    if not path.exists():
        raise SandboxError("the launcher has not been built: run `make launcher`")
    return path
