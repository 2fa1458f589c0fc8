"""Problems put together for one test, with validators that are written on the spot."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

from judge.models import Blob, CheckerSpec, Judged, Limits, Problem, Run, Source, Testcase
from judge.pipeline.judging import PackageData, judge
from judge.pipeline.room import Bench
from tests.sandbox.judgings import LIMITS, Court, Witness, program

#: Thinks of the number in its input; tells of each guess whether it is too low, too high or right; ten guesses.
GUESSING = """
import os, sys
secret = int(open(sys.argv[1]).read())
message = open(os.path.join(sys.argv[3], "judgemessage.txt"), "w")
for turn in range(10):
    line = sys.stdin.readline()
    if not line:
        message.write("no guess")
        sys.exit(43)
    guess = int(line)
    if guess == secret:
        print("right", flush=True)
        message.write(f"guessed in {turn + 1}")
        sys.exit(42)
    print("low" if guess < secret else "high", flush=True)
message.write("ten wrong guesses")
sys.exit(43)
"""


class Stage:
    """A problem put together for one test."""

    def __init__(self, court: Court, folder: Path, **changes: Any) -> None:
        self._court = court
        self._folder = folder
        self._files: dict[Blob, Path] = {}
        self._changes = changes

    def blob(self, content: str) -> Blob:
        blob = Blob.of(content.encode())
        path = self._folder / blob.hex
        path.write_bytes(content.encode())
        path.chmod(0o644)
        self._files[blob] = path
        return blob

    async def judge(
        self, source: Source | str, *, inputs: tuple[str, ...] = ("1\n",), answer: str = "", is_full: bool = False
    ) -> Judged:
        cases = tuple(
            Testcase(name=f"secret/{number}", input=self.blob(text), answer=self.blob(answer))
            for number, text in enumerate(inputs, start=1)
        )
        problem = Problem(
            name="p", limits=LIMITS, checker=CheckerSpec(name="tokens"), testcases=cases, is_interactive=False
        )
        problem = dataclasses.replace(problem, **self._changes)
        bench = Bench(pool=self._court.pool, programs=self._court.programs, data=PackageData(self._files))
        return await judge(
            problem,
            program(source, "main.py") if isinstance(source, str) else source,
            bench=bench,
            slot=self._court.pool.slots[0],
            progress=Witness(),
            is_full=is_full,
        )


def validator(text: str, name: str = "validate.py") -> CheckerSpec:
    return CheckerSpec(name="program", program=program(text, name))


def interactive(court: Court, folder: Path, text: str = GUESSING, limits: Limits = LIMITS) -> Stage:
    return Stage(court, folder, is_interactive=True, checker=validator(text), limits=limits)


def only(judged: Judged) -> Run:
    assert len(judged.runs) == 1, judged
    return judged.runs[0]
