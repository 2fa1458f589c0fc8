"""Who makes which run of one judging, where its assistants leave at the worst of times."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from judge.models import Blob, CheckerSpec, Limits, Problem, Run, Source, SourceFile, Testcase
from judge.pipeline.ahead import Ahead, Borrower
from judge.verdicts import Verdict

EMPTY = Blob.of(b"")
SOURCE = Source(language="python3", files=(SourceFile(name="main.py", content=b"1"),))
PROBLEM = Problem(
    name="p",
    limits=Limits(time_ms=1000, wall_ms=3000),
    checker=CheckerSpec(name="tokens"),
    testcases=tuple(Testcase(name=f"secret/{number}", input=EMPTY, answer=EMPTY) for number in range(4)),
)
#: So long that others are asked as soon as two such runs are left.
LONG_US = 60_000_000


class Nobody:
    """Has no slot to lend."""

    def can_assist(self) -> bool:
        return False

    def assist(self, work: Borrower) -> asyncio.Task[None]:
        raise AssertionError(work)


class SlowOthers:
    """Other judgehosts that have taken nothing, as is known only once ``answer`` is set."""

    def __init__(self) -> None:
        self.asked: list[int] = []
        self.answer = asyncio.Event()

    async def ask(self, indices: Sequence[int]) -> None:
        self.asked += indices

    async def take(self, index: int) -> bool:
        del index
        await self.answer.wait()
        return True

    async def result(self, index: int) -> Run | None:
        raise AssertionError(index)


async def made() -> Run:
    return Run(testcase="secret", verdict=Verdict.AC, cpu_us=0, wall_us=LONG_US, memory_bytes=0)


def test_an_assistant_that_leaves_while_it_asks_holds_nothing_up() -> None:
    """What it was about to take is there for others, or the judging would wait for it for ever."""

    async def judging() -> None:
        others = SlowOthers()
        async with asyncio.timeout(5), Ahead(PROBLEM, SOURCE, Nobody(), others) as ahead:
            await ahead.run(0, made)
            await ahead.run(1, made)
            assert others.asked == [2, 3]
            assistant = asyncio.create_task(ahead.take())
            await asyncio.sleep(0)
            grading = asyncio.create_task(ahead.run(2, made))
            await asyncio.sleep(0)
            assistant.cancel("the slot is wanted")
            await asyncio.wait([assistant])
            others.answer.set()
            await grading
            assert await ahead.take() == 3

    asyncio.run(judging())
