"""Canaries: programs that are known to get each verdict, judged exactly as submissions are.

Each is one program that does what its input says. What it is judged as tells whether this host still gives right
verdicts; how long a fixed amount of work takes it tells whether time still means here what it meant.
Nothing that a submission does or prints has a part in it.
"""

from __future__ import annotations

import dataclasses
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from judge.config import Isolation
from judge.models import MIB, Blob, CheckerSpec, Judged, Limits, Problem, Run, Source, SourceFile, Testcase
from judge.pipeline.judging import PackageData, Silent, judge
from judge.pipeline.room import Bench
from judge.recipes.languages import languages
from judge.verdicts import Verdict
from sandbox.pool import Slot

#: How often a round measures the same work: the quickest of them says how fast the host is.
WORKS = 5
#: A run that waited for its core during a larger part of its time does not say how fast the host is.
MOST_WAITING = 0.2

_WORK = "work"
_SEED = 12345
_LIMITS = Limits(time_ms=500, wall_ms=10_000, memory_bytes=128 * MIB, output_bytes=MIB, processes=8)
#: What a canary is told to do, and what that has to be judged as.
_DEEDS = {
    "right": Verdict.AC,
    "wrong": Verdict.WA,
    "loop": Verdict.TLE,
    "crash": Verdict.RTE,
    "refuse": Verdict.RTE,
    "grow": Verdict.MLE,
    "flood": Verdict.OLE,
}
_IN_C = r"""
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *volatile kept;

int main(void) {
  char deed[16] = "";
  uint32_t x;
  if (scanf("%15s %u", deed, &x) != 2) return 1;
  if (!strcmp(deed, "wrong")) x += 1;
  if (!strcmp(deed, "loop")) for (volatile int i = 0;; i = i + 1) ;
  if (!strcmp(deed, "crash")) abort();
  if (!strcmp(deed, "refuse")) return 3;
  if (!strcmp(deed, "grow")) for (;;) if ((kept = malloc(1 << 20))) memset(kept, 1, 1 << 20);
  if (!strcmp(deed, "flood")) for (;;) puts("0123456789abcdef");
  if (!strcmp(deed, "work")) for (int i = 0; i < WORK; i++) x = x * 1664525u + 1013904223u;
  printf("%u\n", x);
}
"""
_IN_PYTHON = """
import os
deed, x = input().split()
x = int(x)
if deed == "wrong":
    x += 1
while deed == "loop":
    pass
if deed == "crash":
    os.abort()
if deed == "refuse":
    raise SystemExit(3)
kept = []
while deed == "grow":
    kept.append(b"x" * (1 << 20))
while deed == "flood":
    print("0123456789abcdef")
if deed == "work":
    for _ in range(WORK):
        x = (x * 1664525 + 1013904223) & 0xffffffff
print(x)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Canary:
    """One program that can get every verdict."""

    language: str
    text: str
    comment: str
    #: Steps of its work: some fifty milliseconds.
    steps: int

    def source(self, day: str) -> Source:
        """The program of that day, which no cache of compiled programs knows from the day before."""
        text = f"{self.comment.format(day)}\n{self.text.replace('WORK', str(self.steps))}"
        extension = languages()[self.language].extensions[0]
        return Source(language=self.language, files=(SourceFile(name=f"canary.{extension}", content=text.encode()),))

    def cases(self) -> list[tuple[Testcase, bytes, bytes, Verdict]]:
        """Its test cases, each with input, answer and what it has to be judged as."""
        made = [(deed, f"secret/{deed}", f"{_SEED}\n", verdict) for deed, verdict in _DEEDS.items()]
        worked = f"{_after(self.steps)}\n"
        made += [(_WORK, f"secret/{_WORK}/{number}", worked, Verdict.AC) for number in range(1, WORKS + 1)]
        return [
            (_case(name, f"{deed} {_SEED}\n", answer), f"{deed} {_SEED}\n".encode(), answer.encode(), verdict)
            for deed, name, answer, verdict in made
        ]


CANARIES = (
    Canary(language="c", text=_IN_C, comment="/* {} */", steps=40_000_000),
    Canary(language="python3", text=_IN_PYTHON, comment="# {}", steps=400_000),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """What one canary's judging says of the host."""

    canary: Canary
    #: All that was judged otherwise than it has to be, in words.
    wrong: tuple[str, ...] = ()
    #: Why it could not be judged; empty: it was.
    failure: str = ""
    #: The least processor time that its work took, in a run that hardly waited; None: the host was too busy to tell.
    work_us: int | None = None
    #: What the host's time is compared with: the same work, made by the same compiler, at the same level.
    yardstick: str = ""


class Aviary:
    """The canaries that this host can judge, and their test data on its disk."""

    def __init__(self, bench: Bench, folder: Path, level: Isolation) -> None:
        """Lay out test data in ``folder``; ``level`` is the one at which the bench's cells are made."""
        self._level = level
        self._files = _laid_out(folder)
        self.bench = dataclasses.replace(bench, data=PackageData(self._files))
        self.canaries = tuple(canary for canary in CANARIES if self._is_judgeable(canary))

    async def examine(self, canary: Canary, slot: Slot, bench: Bench | None = None) -> Examined:
        """Have a canary judged on that slot, by the cells of ``bench`` where they are not our own."""
        problem = Problem(
            name="canary",
            limits=_LIMITS,
            checker=CheckerSpec(name="tokens"),
            testcases=tuple(case for case, *_ in canary.cases()),
        )
        judged = await judge(
            problem,
            canary.source(time.strftime("%Y-%m-%d", time.gmtime())),
            bench=self.bench if bench is None else dataclasses.replace(bench, data=self.bench.data),
            slot=slot,
            progress=Silent(),
            is_full=True,
        )
        if judged.is_hosts_fault:
            return Examined(canary=canary, failure=judged.message)
        return Examined(
            canary=canary,
            wrong=tuple(_wrong(canary, judged)),
            work_us=_work_us(judged.runs),
            yardstick=self._yardstick(canary),
        )

    def _is_judgeable(self, canary: Canary) -> bool:
        recipe, images = languages().get(canary.language), self.bench.programs.images
        if recipe is None or not {recipe.image, recipe.runs_in} <= images.keys():
            return False
        return self._level is not Isolation.LOCAL or os.access(recipe.compile[0][0], os.X_OK)

    def _yardstick(self, canary: Canary) -> str:
        recipe, programs = languages()[canary.language], self.bench.programs
        images = f"{programs.compile_image(recipe)} {programs.run_image(recipe)}"
        return f"{canary.language} x {canary.steps} at {self._level.value} on {_processor()} in {images}"


def _wrong(canary: Canary, judged: Judged) -> list[str]:
    """What was judged otherwise than it has to be."""
    if judged.verdict in (Verdict.CE, Verdict.JE):
        said = judged.message or judged.compilation.output
        return [f"{canary.language}: {judged.verdict.value} in place of a program that runs: {said[:100]}"]
    expected = {case.name: verdict for case, _, _, verdict in canary.cases()}
    runs = {run.testcase: run for run in judged.runs}
    return [
        f"{canary.language}: {name.removeprefix('secret/')} has to be {verdict.value}, was {_verdict(runs.get(name))}"
        for name, verdict in expected.items()
        if _verdict(runs.get(name)) != verdict.value and not _is_excused(runs.get(name), verdict)
    ]


def _verdict(run: Run | None) -> str:
    return "not run" if run is None else run.verdict.value


def _is_excused(run: Run | None, expected: Verdict) -> bool:
    """Whether a host that was busy with something else made a quick program too slow."""
    return run is not None and run.verdict is Verdict.TLE and expected is not Verdict.TLE and not _is_quiet(run)


def _work_us(runs: tuple[Run, ...]) -> int | None:
    quiet = [run.cpu_us for run in runs if run.testcase.startswith(f"secret/{_WORK}/") and _is_quiet(run)]
    return min(quiet, default=None)


def _is_quiet(run: Run) -> bool:
    waited_us = sum(run.noise.get(name, 0) for name in ("waited_us", "throttled_us", "steal_us"))
    return waited_us <= MOST_WAITING * max(run.wall_us, 1)


def _case(name: str, text: str, answer: str) -> Testcase:
    return Testcase(name=name, input=Blob.of(text.encode()), answer=Blob.of(answer.encode()))


def _after(steps: int) -> int:
    """Where the work ends: so many steps of ``x * a + c`` modulo 2 to the 32, by doubling."""
    factor, summand = 1, 0
    a, c = 1664525, 1013904223
    while steps:
        if steps & 1:
            factor, summand = factor * a % 2**32, (summand * a + c) % 2**32
        a, c = a * a % 2**32, (c * a + c) % 2**32
        steps >>= 1
    return (_SEED * factor + summand) % 2**32


def _laid_out(folder: Path) -> Mapping[Blob, Path]:
    folder.mkdir(parents=True, exist_ok=True)
    files: dict[Blob, Path] = {}
    for canary in CANARIES:
        for _, text, answer, _ in canary.cases():
            for content in (text, answer):
                blob = Blob.of(content)
                files[blob] = path = folder / blob.hex
                # A disk that is full since is no reason not to judge.
                if not path.exists() or path.stat().st_size != len(content):
                    path.write_bytes(content)
    return files


def _processor() -> str:
    """What the kernel calls the processor."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return "unknown"
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown")
