"""Two programs that talk across two cells: who left first, and that nobody waits for what never comes."""

from __future__ import annotations

import asyncio
import dataclasses
import stat
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from judge.errors import CellDied, Refused
from sandbox import bundle
from sandbox.cell import Cell
from sandbox.interaction import Interaction, Side, interact
from sandbox.outcome import EndedBy, Outcome
from sandbox.spec import RunLimits, RunSpec
from tests.sandbox.conftest import COMPILE, MIB, Level

pytestmark = pytest.mark.asyncio(loop_scope="session")

LIMITS = RunLimits(cpu_ms=5000, wall_ms=10_000, memory_bytes=64 * MIB, output_bytes=1000, processes=8)
LONG = dataclasses.replace(LIMITS, cpu_ms=20_000, wall_ms=25_000)
#: Nothing here takes as long; what is still there then hangs.
DEADLINE_S = 30
#: What is decided by chance differs sooner or later.
TIMES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two cells of one level, the second a judge's, with the talker in both."""

    contestant: Cell
    judge: Cell

    async def talk(
        self,
        contestants: str,
        judges: str,
        *,
        limits: RunLimits = LIMITS,
        judges_limits: RunLimits = LIMITS,
        is_decided: bool = False,
    ) -> Interaction:
        """What becomes of two talkers with these words."""
        async with asyncio.timeout(DEADLINE_S):
            return await interact(
                contestant=Side(cell=self.contestant, spec=_spec(contestants, limits)),
                judge=Side(cell=self.judge, spec=_spec(judges, judges_limits)),
                is_decided=(lambda outcome: outcome.exit_code == 43) if is_decided else None,
            )


def _spec(words: str, limits: RunLimits = LIMITS) -> RunSpec:
    return RunSpec(argv=("/work/talker", *words.split()), limits=limits)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def talker(level: Level) -> bytes:
    """The talker, compiled at that level."""
    cell = await level.cell()
    talker = await compiled_talker(cell)
    await cell.close()
    return talker


async def compiled_talker(cell: Cell) -> bytes:
    """A bundle of the talker, compiled in that cell."""
    await cell.load(bundle.pack({"talker.c": Path(__file__).with_name("talker.c").read_bytes()}))
    argv = ("/usr/bin/gcc", "-O1", "-static", "-o", "talker", "talker.c")
    compiled = await cell.run(RunSpec(argv=argv, env={"PATH": "/usr/bin"}, is_work_writable=True, limits=COMPILE))
    assert compiled.exit_code == 0, compiled.stderr.decode()
    return await cell.save()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def pair(level: Level, talker: bytes) -> AsyncIterator[Pair]:
    """Two cells for all talks: what one leaves behind the next would meet."""
    pair = await _pair(level, talker)
    yield pair
    await pair.contestant.close()
    await pair.judge.close()


@pytest_asyncio.fixture(loop_scope="session")
async def own_pair(level: Level, talker: bytes) -> AsyncIterator[Pair]:
    """Two cells that do not have to be usable afterwards."""
    pair = await _pair(level, talker)
    yield pair
    await pair.contestant.close()
    await pair.judge.close()


async def _pair(level: Level, talker: bytes) -> Pair:
    pair = Pair(contestant=await level.cell(), judge=await level.cell(shows_data=True))
    await pair.contestant.load(talker)
    await pair.judge.load(talker)
    return pair


def _end(outcome: Outcome) -> tuple[EndedBy, int | None]:
    """How it ended; what it said on standard error is shown if that is not as expected."""
    assert outcome.stderr == b"", outcome
    return outcome.ended_by, outcome.exit_code


async def test_a_talk(pair: Pair) -> None:
    """What one says the other hears, in order, and the end of one is the end of the other's input."""
    talked = await pair.talk("echo exit=3", "ask=1000 say=bye hear=bye exit=42")

    assert _end(talked.contestant) == (EndedBy.ITSELF, 3)
    assert _end(talked.judge) == (EndedBy.ITSELF, 42)
    assert talked.judge_was_first


async def test_talks_at_pipe_speed(pair: Pair) -> None:
    """100,000 lines there and back take less than 2 s beyond what the programs compute, and others keep their core."""
    begun = time.monotonic()
    talked = await pair.talk("echo", "ask=100000 exit=42", limits=LONG, judges_limits=LONG)
    elapsed_s = time.monotonic() - begun
    both = (talked.contestant, talked.judge)
    kept_s = max(outcome.noise["stalled_us"] for outcome in both) / 1e6

    assert _end(talked.judge) == (EndedBy.ITSELF, 42)
    assert elapsed_s - sum(outcome.cpu_us for outcome in both) / 1e6 - kept_s < 2


async def test_each_pays_for_itself(pair: Pair) -> None:
    """A program that waits while the other one computes is not charged for it."""
    talked = await pair.talk("hear=go", "spin=0.5 say=go end exit=42")

    assert _end(talked.contestant) == (EndedBy.ITSELF, 0)
    assert talked.contestant.cpu_us < 200_000
    assert talked.judge.cpu_us >= 500_000


#: Words of both, how each ends, and whether the judge's program was first.
FIRSTS = {
    "the contestant exits": ("hear exit=3", "say=x end exit=43", (3, 43), False),
    "the contestant exits, the judge notices when it writes": ("exit=3", "end say=x say=y exit=43", (3, 43), False),
    "the judge exits": ("say=x end exit=1", "hear exit=43", (1, 43), True),
    "the judge exits with much unread": ("flood=1000000 exit=1", "hear exit=43", (1, 43), True),
    "a crash": ("hear kill=11", "say=x end exit=43", (None, 43), False),
    "the judge crashes": ("end exit=5", "kill=11", (5, None), True),
    "the judge says that it will say no more": ("end exit=3", "close=1 end exit=43", (3, 43), False),
    "the contestant says so, and crashes": ("close=1 nap=200 kill=11", "end exit=43", (None, 43), False),
    "it lets go of both and lives on": ("close=0 close=1 nap=200 exit=3", "end exit=43", (3, 43), False),
    "a child keeps the streams": ("child=1 exit=3", "end exit=43", (3, 43), False),
    "a child lets go of its own": ("child=0 end exit=3", "nap=50 exit=43", (3, 43), True),
    "the streams are opened anew": ("reopen=50 end exit=3", "hear=again nap=50 exit=43", (3, 43), True),
}


@pytest.mark.parametrize("what", FIRSTS)
async def test_who_was_first(pair: Pair, what: str) -> None:
    """Whoever ended, or let go of both streams, before the other was first: every time."""
    contestants, judges, ends, is_judge = FIRSTS[what]
    for _ in range(TIMES):
        talked = await pair.talk(contestants, judges)
        assert (talked.contestant.exit_code, talked.judge.exit_code) == ends
        assert talked.judge_was_first is is_judge


STOPPED = {
    "computing": ("spin=60", dataclasses.replace(LIMITS, cpu_ms=200), EndedBy.CPU),
    "waiting": ("end", dataclasses.replace(LIMITS, wall_ms=300), EndedBy.WALL),
}


@pytest.mark.parametrize("what", STOPPED)
async def test_a_contestant_over_its_limit(pair: Pair, what: str) -> None:
    """It is killed, was first, and leaves the judge's program the time to say so."""
    words, limits, reason = STOPPED[what]
    talked = await pair.talk(words, "end exit=43", limits=limits)

    assert _end(talked.contestant) == (reason, None)
    assert _end(talked.judge) == (EndedBy.ITSELF, 43)
    assert not talked.judge_was_first


async def test_a_hung_judge(pair: Pair) -> None:
    """A judge's program that never ends is ended by its own limit, whatever the contestant's did."""
    limits = dataclasses.replace(LIMITS, wall_ms=500)
    talked = await pair.talk("say=x exit=0", "hang", judges_limits=limits)

    assert _end(talked.contestant) == (EndedBy.ITSELF, 0)
    assert _end(talked.judge) == (EndedBy.WALL, None)
    assert not talked.judge_was_first


async def test_nobody_breaks_anothers_pipe(pair: Pair) -> None:
    """However much is said to a program that has ended, or no longer listens: it is taken, and ends nobody."""
    gone = await pair.talk("exit=0", "end flood=3000000 exit=42")
    assert _end(gone.judge) == (EndedBy.ITSELF, 42)

    decided = await pair.talk("end flood=3000000 exit=4", "exit=42")
    assert _end(decided.contestant) == (EndedBy.ITSELF, 4)

    deaf = await pair.talk("close=0 hang", "flood=3000000 exit=43", is_decided=True)
    assert _end(deaf.judge) == (EndedBy.ITSELF, 43)


async def test_when_a_stream_ends(pair: Pair) -> None:
    """The judge's when its program closes it, the contestant's when its program is dead: before, it may still fail."""
    limits = dataclasses.replace(LIMITS, wall_ms=500)
    judges = await pair.talk("end exit=3", "close=1 hang", judges_limits=limits)
    contestants = await pair.talk("close=1 hang", "end exit=43", limits=limits, is_decided=True)

    assert _end(judges.contestant) == (EndedBy.ITSELF, 3)
    assert judges.contestant.wall_us < 400_000
    assert _end(contestants.contestant) == (EndedBy.WALL, None)
    assert _end(contestants.judge) == (EndedBy.ITSELF, 43)
    assert not contestants.judge_was_first


async def test_a_decided_talk_is_ended(pair: Pair) -> None:
    """Once the judge's program has decided, a contestant's that would go on is stopped, and that is told."""
    talked = await pair.talk("spin=60", "exit=43", is_decided=True)
    undecided = await pair.talk("end nap=100 exit=7", "exit=42", is_decided=True)

    assert _end(talked.contestant) == (EndedBy.STOPPED, None)
    assert talked.judge_was_first
    assert _end(undecided.contestant) == (EndedBy.ITSELF, 7)


async def test_a_program_that_is_not_there(pair: Pair) -> None:
    """What cannot be started was first, and the other one hears the end of its input."""
    async with asyncio.timeout(DEADLINE_S):
        talked = await interact(
            contestant=Side(cell=pair.contestant, spec=RunSpec(argv=("/work/missing",), limits=LIMITS)),
            judge=Side(cell=pair.judge, spec=_spec("end exit=43")),
        )

    assert (talked.contestant.exec_errno, talked.contestant.exit_code) == (2, 127)
    assert _end(talked.judge) == (EndedBy.ITSELF, 43)
    assert not talked.judge_was_first


async def test_streams_by_other_names(pair: Pair) -> None:
    """A talk may go through the files by which a problem has its input and output opened."""
    spec = dataclasses.replace(_spec("stdin=a.in stdout=a.out echo"), stdin_name="a.in", stdout_name="a.out")
    async with asyncio.timeout(DEADLINE_S):
        talked = await interact(
            contestant=Side(cell=pair.contestant, spec=spec),
            judge=Side(cell=pair.judge, spec=_spec("ask=10 exit=42")),
        )

    assert _end(talked.judge) == (EndedBy.ITSELF, 42)


async def test_nothing_is_left_behind(pair: Pair) -> None:
    """After a talk there is neither a pipe in the exchange directories nor a descriptor more than before."""
    await pair.talk("echo", "ask=1 exit=42")
    before = _descriptors()
    for _ in range(3):
        await pair.talk("echo", "ask=1 exit=42")

    assert _descriptors() == before
    assert _pipes(pair) == []


async def test_ordinary_runs_go_on(pair: Pair) -> None:
    """A cell that talked runs a program on its own next, with files for streams, and talks again."""
    talked = await pair.talk("echo", "ask=1 exit=42")
    alone = await pair.contestant.run(_spec("say=alone exit=6"))
    with pair.contestant.open_stdout() as stdout:
        said = stdout.read()
    again = await pair.talk("echo", "ask=1 exit=42")

    assert (_end(alone), said) == ((EndedBy.ITSELF, 6), b"alone\n")
    assert _end(talked.judge) == _end(again.judge) == (EndedBy.ITSELF, 42)
    assert alone.left_at_ns is None


@pytest.mark.parametrize("who", ["contestant", "judge"])
async def test_a_side_that_cannot_begin(pair: Pair, who: str) -> None:
    """A refused run ends the other side's, and both cells go on."""
    refused = dataclasses.replace(_spec("end"), feedback_files={"../a": b"outside"})
    sides = {"contestant": _spec("hang"), "judge": _spec("hang")} | {who: refused}
    with pytest.raises(Refused, match="cannot be unpacked"):
        async with asyncio.timeout(DEADLINE_S):
            await interact(
                contestant=Side(cell=pair.contestant, spec=sides["contestant"]),
                judge=Side(cell=pair.judge, spec=sides["judge"]),
            )
    talked = await pair.talk("echo", "ask=1 exit=42")

    assert _end(talked.judge) == (EndedBy.ITSELF, 42)
    assert _pipes(pair) == []


@pytest.mark.parametrize("who", ["contestant", "judge"])
async def test_a_cell_that_dies(own_pair: Pair, who: str) -> None:
    """The death of one cell is told, and the other one's program is ended; that cell goes on."""
    dying, other = own_pair.contestant, own_pair.judge
    if who == "judge":
        dying, other = other, dying
    talk = asyncio.create_task(own_pair.talk("hang", "hang", limits=LIMITS))
    await _begun(own_pair)
    await dying.close()
    with pytest.raises(CellDied, match=dying.name):
        await talk
    async with asyncio.timeout(DEADLINE_S):
        outcome = await other.run(_spec("exit=6"))

    assert _end(outcome) == (EndedBy.ITSELF, 6)


async def test_a_cancelled_talk(own_pair: Pair) -> None:
    """Whoever no longer wants to know leaves no pipe, no descriptor and no task."""
    before = _descriptors()
    tasks = asyncio.all_tasks()
    talk = asyncio.create_task(own_pair.talk("hang", "hang"))
    await _begun(own_pair)
    talk.cancel()
    with pytest.raises(asyncio.CancelledError):
        await talk

    assert _pipes(own_pair) == []
    assert _descriptors() == before
    assert asyncio.all_tasks() == tasks


def _descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


async def _begun(pair: Pair) -> None:
    """Wait until a talk has its pipes."""
    async with asyncio.timeout(DEADLINE_S):
        while len(_pipes(pair)) < 4:
            await asyncio.sleep(0.01)


def _pipes(pair: Pair) -> list[Path]:
    """All FIFOs of both exchange directories."""
    return [
        path
        for cell in (pair.contestant, pair.judge)
        for folder in (cell.exchange.inward, cell.exchange.outward)
        if folder.exists()
        for path in folder.iterdir()
        if stat.S_ISFIFO(path.lstat().st_mode)
    ]
