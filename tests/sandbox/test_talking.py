"""Interactive problems: a submission and a validator that talk to each other."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from judge.verdicts import Verdict
from tests.sandbox import judgings
from tests.sandbox.judgings import LIMITS, Court, program
from tests.sandbox.stages import Stage, interactive, only, validator

pytestmark = pytest.mark.asyncio(loop_scope="session")

court = judgings.court

HALVING = """
low, high = 0, 999
while True:
    guess = (low + high) // 2
    print(guess, flush=True)
    said = input()
    if said == "right":
        break
    if said == "low":
        low = guess + 1
    else:
        high = guess - 1
"""


async def test_a_talk(court: Court, tmp_path: Path) -> None:
    """Submission and output validator talk; the one's input is the other's output; the message is kept."""
    judged = await interactive(court, tmp_path).judge(HALVING, inputs=("377\n", "0\n", "999\n"))

    assert [run.verdict for run in judged.runs] == [Verdict.AC] * 3, judged
    assert [run.message for run in judged.runs] == ["guessed in 8", "guessed in 9", "guessed in 10"]


@pytest.mark.parametrize(
    ("source", "verdict", "reason"),
    [
        ("for _ in range(10): print(5, flush=True)\n", Verdict.WA, ""),
        ("while True: print(5, flush=True); input()\n", Verdict.WA, ""),
        ("print(5, flush=True); input(); raise SystemExit(7)\n", Verdict.RTE, "exit code 7"),
        ("import os; print(5, flush=True); os.kill(os.getpid(), 11)\n", Verdict.RTE, "killed by SIGSEGV"),
        ("", Verdict.WA, ""),
        ("import os; os.close(1); os.abort()\n", Verdict.RTE, "killed by SIGABRT"),
        ("import os, time; os.close(1); time.sleep(60)\n", Verdict.TLE, "idle"),
        ("input()\n", Verdict.TLE, "idle"),
        ("import sys; sys.stdout.write('5\\n'); sys.stdin.readline()\n", Verdict.TLE, "idle"),
        ("while True: pass\n", Verdict.TLE, ""),
        ("print(377, flush=True); input(); raise SystemExit(1)\n", Verdict.RTE, "exit code 1"),
        ("print(377, flush=True); input()\nwhile True: pass\n", Verdict.TLE, ""),
    ],
)
async def test_who_failed_first(court: Court, tmp_path: Path, source: str, verdict: Verdict, reason: str) -> None:
    """The output validator's no counts if it came first; else what became of the submission; the same every time."""
    stage = interactive(court, tmp_path)
    verdicts = set()
    for _ in range(1 if verdict is Verdict.TLE else 3):
        run = only(await stage.judge(source, inputs=("377\n",)))
        verdicts.add((run.verdict, run.reason, run.message if run.verdict is Verdict.JE else ""))

    assert verdicts == {(verdict, reason, "")}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("import sys; sys.exit(0)\n", "exited with 0"),
        ("raise ValueError('jury')\n", "ValueError: jury"),
        ("import os; os.abort()\n", "killed by signal 6"),
        ("while True: pass\n", "CPU time"),
        ("import time\ntime.sleep(100)\n", "in time"),
    ],
)
async def test_a_validator_that_fails_while_talking(court: Court, tmp_path: Path, text: str, words: str) -> None:
    """A crashed, looping or hung output validator is a judge error with its name, never a hung judgehost."""
    judged = await interactive(court, tmp_path, text).judge(HALVING)

    assert judged.verdict is Verdict.JE
    assert "output validator" in judged.message
    assert words in judged.message


async def test_time_spent_waiting_is_not_the_submissions(court: Court, tmp_path: Path) -> None:
    """An output validator that computes longer than the submission may wait makes it no slower."""
    slow = """
import sys, time
begun = time.process_time()
while time.process_time() - begun < 1.5:
    pass
print("go", flush=True)
sys.exit(42 if sys.stdin.readline() == "gone\\n" else 43)
"""
    limits = dataclasses.replace(LIMITS, time_ms=300, wall_ms=900, validation_time_ms=4000)
    run = only(await interactive(court, tmp_path, slow, limits).judge("input(); print('gone')\n"))

    assert run.verdict is Verdict.AC, run
    assert run.cpu_us < 300_000


async def test_many_lines_at_pipe_speed(court: Court, tmp_path: Path) -> None:
    """A hundred thousand lines there and back are no work for the judge: each takes a few microseconds."""
    echo = r"""
#include <stdio.h>
int main(void) { char line[64]; while (fgets(line, sizeof line, stdin)) { fputs(line, stdout); fflush(stdout); } }
"""
    asking = r"""
#include <stdio.h>
#include <stdlib.h>
int main(void)
{
    for (int i = 0; i < 100000; i++) {
        int got = -1;
        printf("%d\n", i);
        fflush(stdout);
        if (scanf("%d", &got) != 1 || got != i)
            exit(43);
    }
    exit(42);
}
"""
    limits = dataclasses.replace(LIMITS, time_ms=8000, wall_ms=20_000, validation_time_ms=8000)
    stage = Stage(court, tmp_path, is_interactive=True, checker=validator(asking, "ask.c"), limits=limits)
    run = only(await stage.judge(program(echo, "main.c")))

    assert run.verdict is Verdict.AC, run
    assert run.wall_us < 10_000_000
