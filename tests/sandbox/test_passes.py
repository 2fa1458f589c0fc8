"""Problems that are judged in several passes."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from judge.verdicts import Verdict
from tests.sandbox import judgings
from tests.sandbox.judgings import LIMITS, Court
from tests.sandbox.stages import Stage, only, validator

pytestmark = pytest.mark.asyncio(loop_scope="session")

court = judgings.court

#: Wants each pass's number back; three passes; counts them in a file that it keeps.
COUNTING = """
import os, sys
kept = os.path.join(sys.argv[3], "count")
count = int(open(kept).read()) if os.path.exists(kept) else 1
given = int(open(sys.argv[1]).read())
message = open(os.path.join(sys.argv[3], "judgemessage.txt"), "a")
if sys.stdin.readline() != f"{2 * given}\\n":
    message.write(f"wrong in pass {count}\\n")
    sys.exit(43)
message.write(f"pass {count} of {given}\\n")
if count < 3:
    open(kept, "w").write(str(count + 1))
    open(os.path.join(sys.argv[3], "nextpass.in"), "w").write(f"{given + 10}\\n")
sys.exit(42)
"""

#: Wants the number after its own, twice; of an interactive problem it tells its own first.
TWICE = """
import os, sys
kept = os.path.join(sys.argv[3], "first")
number = int(open(sys.argv[1]).read())
print(number, flush=True)
if sys.stdin.readline() != f"{number + 1}\\n":
    sys.exit(43)
if not os.path.exists(kept):
    open(kept, "w").close()
    open(os.path.join(sys.argv[3], "nextpass.in"), "w").write("77\\n")
sys.exit(42)
"""


def multi_pass(court: Court, folder: Path, text: str = COUNTING, passes: int = 3) -> Stage:
    return Stage(court, folder, checker=validator(text), limits=dataclasses.replace(LIMITS, passes=passes))


async def test_passes(court: Court, tmp_path: Path) -> None:
    """Each pass reads what the output validator left for it, and what that keeps for itself is there again."""
    run = only(await multi_pass(court, tmp_path).judge("print(2 * int(input()))\n", inputs=("4\n",)))

    assert (run.verdict, run.passes) == (Verdict.AC, 3)
    assert run.message == "pass 1 of 4\npass 2 of 14\npass 3 of 24"


async def test_a_pass_that_fails(court: Court, tmp_path: Path) -> None:
    """A wrong pass is a wrong answer, a crash in one a run-time error; no pass follows."""
    stage = multi_pass(court, tmp_path)
    wrong = only(await stage.judge("n = int(input()); print(2 * n if n < 10 else n)\n", inputs=("4\n",)))
    crashed = only(await stage.judge("n = int(input()); print(2 * n // (n < 20))\n", inputs=("4\n",)))

    assert (wrong.verdict, wrong.passes, wrong.message) == (Verdict.WA, 2, "pass 1 of 4\nwrong in pass 2")
    assert (crashed.verdict, crashed.passes) == (Verdict.RTE, 3)


async def test_passes_that_are_judge_errors(court: Court, tmp_path: Path) -> None:
    """More passes than allowed, and a next pass together with a rejection, are the package's own errors."""
    too_many = await multi_pass(court, tmp_path, passes=2).judge("print(2 * int(input()))\n")
    contradicting = COUNTING.replace("sys.exit(42)", "sys.exit(43)")
    rejected = await multi_pass(court, tmp_path, contradicting).judge("print(2 * int(input()))\n")

    assert (too_many.verdict, rejected.verdict) == (Verdict.JE, Verdict.JE)
    assert "one pass more than limits.validation_passes allows 2" in too_many.message
    assert "nextpass.in, but did not accept" in rejected.message


async def test_passes_that_are_talks(court: Court, tmp_path: Path) -> None:
    """A multi-pass problem may be interactive: each pass is a talk."""
    limits = dataclasses.replace(LIMITS, passes=2)
    stage = Stage(court, tmp_path, checker=validator(TWICE), limits=limits, is_interactive=True)
    good = only(await stage.judge("print(int(input()) + 1)\n"))
    bad = only(await stage.judge("n = int(input()); print(n + (n < 50))\n"))
    crashed = only(await stage.judge("print(int(input()) + 1, flush=True); raise SystemExit(1)\n"))

    assert (good.verdict, good.passes) == (Verdict.AC, 2)
    assert (bad.verdict, bad.passes) == (Verdict.WA, 2)
    # The next pass that the validator asked for is nobody's error: it could not know.
    assert (crashed.verdict, crashed.passes) == (Verdict.RTE, 1)


#: What a run before left in its folder comes back as its number; else the number that is wanted.
LEAVING = """
import os
number = int(input())
print(int(open("left").read()) if os.path.exists("left") else number + 1, flush=True)
open("left", "w").write(str(number))
"""


@pytest.mark.parametrize("is_interactive", [False, True], ids=["output", "talk"])
async def test_files_are_not_there_in_the_next_pass(court: Court, tmp_path: Path, is_interactive: bool) -> None:
    """Where a submission may write files, nothing of them is there for its next pass, nor for its next test case."""
    limits = dataclasses.replace(LIMITS, passes=2)
    stage = Stage(
        court,
        tmp_path,
        checker=validator(TWICE),
        limits=limits,
        is_interactive=is_interactive,
        allows_file_writing=True,
    )
    judged = await stage.judge(LEAVING, inputs=("1\n", "2\n"))

    assert [(run.verdict, run.passes) for run in judged.runs] == [(Verdict.AC, 2), (Verdict.AC, 2)], judged


async def test_files_are_not_there_in_the_next_talk(court: Court, tmp_path: Path) -> None:
    """Where a submission may write files, nothing of them is there for its next test case that is a talk."""
    text = """
import sys
number = int(open(sys.argv[1]).read())
print(number, flush=True)
sys.exit(42 if sys.stdin.readline() == f"{number + 1}\\n" else 43)
"""
    stage = Stage(court, tmp_path, checker=validator(text), is_interactive=True, allows_file_writing=True)
    judged = await stage.judge(LEAVING, inputs=("1\n", "2\n"))

    assert [run.verdict for run in judged.runs] == [Verdict.AC, Verdict.AC], judged
