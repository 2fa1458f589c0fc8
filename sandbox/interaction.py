"""Two programs in two cells that talk to each other: a submission's, and the judge's that it has to get along with.

Two FIFOs, each hard-linked into both cells, are the streams themselves: no process stands between the programs. Which
of them left first can always be told, since neither notices the other's end before its launcher has written down when
it was (``launcher/pipes.c``). Whoever is left reads what the other still wrote, then the end of the stream; what it
still writes is taken and thrown away, so that a broken pipe ends nobody who only wanted to say goodbye.

The stream of the contestant's ends with its program and not before: one that closes it and then crashes would else be
judged by a race.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Self

from judge.errors import SandboxError
from sandbox.cell import Cell
from sandbox.outcome import Outcome
from sandbox.spec import RunSpec

_TO_CONTESTANT, _TO_JUDGE = "to-contestant.pipe", "to-judge.pipe"
#: Read in one go of what nobody is there to read.
_DRAIN_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One of the two programs, and the cell that it runs in. The spec's ``stdin`` is not used."""

    cell: Cell
    spec: RunSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class Interaction:
    """What became of both."""

    contestant: Outcome
    judge: Outcome
    #: Whether the judge's program ended, or let go of both its streams, before the contestant's did.
    judge_was_first: bool


async def interact(
    *, contestant: Side, judge: Side, is_decided: Callable[[Outcome], bool] | None = None
) -> Interaction:
    """Let both programs talk until both have ended.

    Each has its own limits. A program that has ended leaves the other one the rest of its own, so that the judge's wall
    limit has to be longer than the contestant's by what it may take alone. ``is_decided`` says of the judge's outcome
    that nothing the contestant does can matter any more: the contestant's program is then ended.

    After a cancellation both cells are good for nothing but to be closed.

    Raises:
        SandboxError: a cell failed; the other one's program has been ended.
    """
    with _Pipes(contestant.cell, judge.cell) as pipes:
        await _begin(contestant, judge)
        pipes.let_go(_TO_CONTESTANT)

        async def contestants() -> Outcome:
            outcome = await contestant.cell.finish(contestant.spec)
            pipes.let_go(_TO_JUDGE)
            pipes.drain(_TO_CONTESTANT)
            return outcome

        async def judges() -> Outcome:
            outcome = await judge.cell.finish(judge.spec)
            pipes.drain(_TO_JUDGE)
            if is_decided is not None and is_decided(outcome):
                await contestant.cell.stop()
            return outcome

        talked, judged = await _both((contestant, contestants()), (judge, judges()))
    return Interaction(contestant=talked, judge=judged, judge_was_first=_is_first(judged, talked))


async def _begin(contestant: Side, judge: Side) -> None:
    """Have both programs start; if one cannot, end the other one's."""
    begun = await asyncio.gather(
        contestant.cell.begin(contestant.spec, stdin_pipe=_TO_CONTESTANT, stdout_pipe=_TO_JUDGE),
        judge.cell.begin(judge.spec, stdin_pipe=_TO_JUDGE, stdout_pipe=_TO_CONTESTANT),
        return_exceptions=True,
    )
    failure = next((outcome for outcome in begun if outcome is not None), None)
    if failure is None:
        return
    for side, outcome in zip((contestant, judge), begun, strict=True):
        if outcome is None:
            with contextlib.suppress(SandboxError):
                await side.cell.stop()
                await side.cell.finish(side.spec)
    raise failure


async def _both(*sides: tuple[Side, Coroutine[Any, Any, Outcome]]) -> list[Outcome]:
    """What became of each; if one fails the others' programs are ended before its error is raised."""
    tasks = [asyncio.create_task(coroutine) for _, coroutine in sides]
    try:
        _, pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
        for (side, _), task in zip(sides, tasks, strict=True):
            if task in pending:
                await side.cell.stop()
        await asyncio.wait(tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return [task.result() for task in tasks]


def _is_first(judge: Outcome, contestant: Outcome) -> bool:
    """A program that was killed with its whole cell left at a time that nobody wrote down; it does not come first."""
    if judge.left_at_ns is None:
        return False
    return contestant.left_at_ns is not None and judge.left_at_ns < contestant.left_at_ns


class _Pipes:
    """The two FIFOs, from before the programs open them until both programs are dead.

    Writing ends are held until their streams may end, at least until they have begun; reading ends to the last, so that
    there is always somebody to read.
    """

    def __init__(self, contestant: Cell, judge: Cell) -> None:
        #: Of each pipe, whose program reads from it and whose writes to it.
        self._ends = {
            _TO_CONTESTANT: (contestant.exchange, judge.exchange),
            _TO_JUDGE: (judge.exchange, contestant.exchange),
        }
        self._readers: dict[str, int] = {}
        self._writers: dict[str, int] = {}

    def __enter__(self) -> Self:
        try:
            for name, (reader, writer) in self._ends.items():
                path = reader.make_pipe(name)
                writer.link_pipe(name, path)
                flags = os.O_NONBLOCK | os.O_CLOEXEC
                # A reader comes in at any time, a writer only where there is one.
                self._readers[name] = os.open(path, os.O_RDONLY | flags)
                self._writers[name] = os.open(path, os.O_WRONLY | flags)
        except OSError as error:
            self._close()
            raise SandboxError(f"cannot make pipes between two cells: {error}") from error
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    def let_go(self, name: str) -> None:
        """From now on this pipe ends when whoever writes to it says so."""
        writer = self._writers.pop(name, None)
        if writer is not None:
            os.close(writer)

    def drain(self, name: str) -> None:
        """Take what is still written into this pipe, since its reader is dead."""
        fd = self._readers[name]
        asyncio.get_running_loop().add_reader(fd, _discard, fd)

    def _close(self) -> None:
        for name in self._ends:
            self.let_go(name)
        for fd in self._readers.values():
            asyncio.get_running_loop().remove_reader(fd)
            os.close(fd)
        self._readers.clear()
        for name, (reader, writer) in self._ends.items():
            reader.hide(name)
            # Whoever got into the other folder may have put anything there.
            with contextlib.suppress(OSError):
                writer.drop(name)


def _discard(fd: int) -> None:
    with contextlib.suppress(BlockingIOError):
        if not os.read(fd, _DRAIN_BYTES):
            asyncio.get_running_loop().remove_reader(fd)
