"""What programs try beside their work reaches the judging: refused calls by name, and kills for want of memory."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from judge.incidents import Incident, IncidentKind
from judge.verdicts import Verdict
from tests.sandbox.conftest import Level
from tests.sandbox.judgings import Court, court_at, echo_package, program

pytestmark = pytest.mark.asyncio(loop_scope="session")

#: Tries what is not for it, and then does what it was asked for.
CURIOUS = """
#define _GNU_SOURCE
#include <sched.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
int main(void) {
    for (int i = 0; i < 3; i++)
        if (mount("none", "/tmp", "tmpfs", 0, 0) == 0) return 1;
    if (unshare(CLONE_NEWUSER) == 0) return 2;
    if (ptrace(PTRACE_TRACEME, 0, 0, 0) == 0) return 3;
    int a, b;
    scanf("%d %d", &a, &b);
    printf("%d\\n", a + b);
}
"""
HONEST = "a, b = map(int, input().split())\nprint(a + b)\n"
HUNGRY = "x = []\nwhile True: x.append(bytearray(1 << 20))\n"


@pytest_asyncio.fixture(loop_scope="session")
async def court(level: Level, image_names: dict[str, str], short_tmp: Path) -> AsyncIterator[Court]:
    """A court at each level."""
    async with court_at(level, image_names, short_tmp) as made:
        yield made


async def test_refused_calls_are_told_of(court: Court, tmp_path: Path) -> None:
    """Each refused call is an incident with its name and how often it was tried; the verdict is the answer's."""
    judged = await court.judge(echo_package(tmp_path), program(CURIOUS, "curious.c"))

    assert judged.verdict is Verdict.AC
    refused = IncidentKind.REFUSED_CALL
    assert set(judged.incidents) == {
        Incident(refused, "mount", 6),
        Incident(refused, "ptrace", 2),
        Incident(refused, "unshare", 2),
    }


async def test_honest_programs_raise_nothing(court: Court, tmp_path: Path) -> None:
    """A program that minds its own business, compiled and run, leaves no incident."""
    source = "#include <iostream>\nint main() { int a, b; std::cin >> a >> b; std::cout << a + b << '\\n'; }\n"
    for written in (program(HONEST, "honest.py"), program(source, "honest.cpp")):
        judged = await court.judge(echo_package(tmp_path / written.language), written)

        assert (judged.verdict, judged.incidents) == (Verdict.AC, ())


async def test_kills_for_want_of_memory_are_told_of(court: Court, tmp_path: Path) -> None:
    """Where the kernel bounds memory, MLE comes with the incident that it was decided by."""
    judged = await court.judge(echo_package(tmp_path), program(HUNGRY, "hungry.py"))

    assert judged.verdict is Verdict.MLE
    if court.level.name == "container":
        assert judged.incidents == (Incident(IncidentKind.OUT_OF_MEMORY, ""),)
