"""Two submissions at once, on two slots, or one after the other: neither hears of the other, nor suffers by it."""

from __future__ import annotations

import asyncio
import dataclasses
from pathlib import Path

import pytest

from judge.models import Judged, Source, SourceFile
from judge.recipes.languages import guess
from judge.selftest.court import Court
from judge.selftest.programs import LIMITS, attacks
from judge.verdicts import Verdict

pytestmark = pytest.mark.asyncio(loop_scope="session")

PAIRS = Path(__file__).with_name("pairs")
#: The two wait for each other for most of a second.
PATIENT = dataclasses.replace(LIMITS, time_ms=2000, wall_ms=4000)
ROUNDS = 8


def mailbox(name: str, *, leaves_word: bool) -> Source:
    text = (PAIRS / name).read_text().replace("@ROLE@", str(int(leaves_word)))
    return source(name, text)


def source(name: str, text: str) -> Source:
    return Source(language=guess([name]).id, files=(SourceFile(name=name, content=text.encode()),))


async def check_left(court: Court) -> None:
    assert await court.left() == []


@pytest.mark.parametrize("name", ["mailbox.c", "mailbox.py"])
async def test_no_word_passes_between_two_runs(court: Court, name: str) -> None:
    """Neither at the same time nor one after the other does a run learn one bit from another by what has a name.

    Keyrings, shared memory, message queues, semaphores, sockets, files, locks and leases.
    Covers C15 J13 J19 F03 E09 E12 B08.
    """
    sender, receiver = mailbox(name, leaves_word=True), mailbox(name, leaves_word=False)
    for submission in (sender, receiver, sender, receiver):
        # The first two also compile them, so that they begin together below.
        judged = await court.judge(submission, PATIENT)
        assert judged.verdict is Verdict.AC, judged
    judgings = await asyncio.gather(court.judge(sender, PATIENT, slot=0), court.judge(receiver, PATIENT, slot=1))

    assert [judged.verdict for judged in judgings] == [Verdict.AC, Verdict.AC], judgings
    await check_left(court)


@pytest.mark.parametrize(
    "hoard",
    [
        "processes/fork_bomb.c",
        "processes/zombie_hoard.c",
        "memory/pipe_hoard.c",
        "memory/object_hoard.c",
        "memory/allocate.c",
    ],
)
async def test_one_slot_does_not_starve_another(court: Court, hoard: str) -> None:
    """While one slot hoards processes, pipes, descriptors or memory, what is right on the other is judged right.

    Covers H11 B12 B14.
    """
    attack = next(attack for attack in attacks() if attack.name == hoard)
    honest = source(
        "honest.c",
        "#include <stdio.h>\n#include <sys/wait.h>\n#include <unistd.h>\n"
        "int main(void) { int ends[2]; for (int i = 0; i < 100; i++) if (pipe(ends) < 0) return 1;\n"
        "for (int i = 0; i < 20; i++) { pid_t child = fork(); if (child < 0) return 2; if (!child) _exit(0); }\n"
        'while (wait(NULL) > 0) ; puts("safe"); }\n',
    )
    calm = await court.judge(honest, PATIENT, slot=1)
    assert calm.verdict is Verdict.AC, calm

    async def hoarding() -> list[Judged]:
        return [await court.judge(attack.source(court.bait.places), attack.limits, slot=0) for _ in range(3)]

    hoarded = asyncio.create_task(hoarding())
    judgings = []
    while not hoarded.done():
        judgings.append(await court.judge(honest, PATIENT, slot=1))
    assert {judged.verdict for judged in await hoarded} <= attack.expected(court.level)

    assert {judged.verdict for judged in judgings} == {Verdict.AC}, judgings
    await check_left(court)


async def test_a_program_is_never_busy(court: Court) -> None:
    """The same program, just written, is started on both slots at once, again and again: it is never open for writing.

    Covers H03.
    """
    program = source("busy.c", '#include <stdio.h>\nint main(void) { return puts("safe") < 0; }\n')
    for _ in range(ROUNDS):
        judgings = await asyncio.gather(*(court.judge(program, LIMITS, slot=slot) for slot in (0, 1)))

        assert [judged.verdict for judged in judgings] == [Verdict.AC, Verdict.AC], judgings
    await check_left(court)


async def test_no_descriptor_leaks_between_runs_made_at_once(court: Court) -> None:
    """Cells and boxes that are made while others are made know nothing of these: 0, 1 and 2 are all there is.

    Covers J06 E19.
    """
    attack = next(attack for attack in attacks() if attack.name == "escape/leaked_descriptors.c")
    program = attack.source(court.bait.places)

    async def again_and_again(slot: int) -> list[Judged]:
        return [await court.judge(program, PATIENT, slot=slot) for _ in range(ROUNDS)]

    judgings = [judged for some in await asyncio.gather(*map(again_and_again, (0, 1))) for judged in some]
    assert {judged.verdict for judged in judgings} == {Verdict.AC}, judgings
    await check_left(court)
