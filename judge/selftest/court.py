"""Judging one hostile program like any submission, and then all that has to hold."""

from __future__ import annotations

import re
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from judge.models import MIB, Blob, CheckerSpec, Judged, Limits, Problem, Run, Source, SourceFile, Testcase
from judge.pipeline.cache import FileCache
from judge.pipeline.compiling import OUTPUT_CHARS, Programs
from judge.pipeline.judging import Silent, judge
from judge.pipeline.room import Bench
from judge.recipes.languages import language
from judge.selftest.bait import Bait, laid_out
from judge.selftest.cells import WatchedPool
from judge.selftest.programs import LIMITS, Attack
from judge.selftest.traces import Host
from judge.verdicts import Verdict
from sandbox.cell import CellMaker
from sandbox.pool import Slot

_CACHE_BYTES = 1024 * MIB
_INPUTS = {"sample/1": b"1 2\n", "secret/1": b"5 6\n"}
#: Works for a known while, so that a core, a cache or a clock that is not as before shows in its time.
_HELLO = (
    b"#include <stdio.h>\n"
    b'int main(void) { for (volatile int i = 0; i < 60000000; i = i + 1) ; return puts("safe") < 0; }\n'
)
_HELLO_LIMITS = replace(LIMITS, time_ms=2000, wall_ms=6000)
_HELLO_TRIES = 5
_SPARE_US = 10_000
#: Where another kernel between counts time by its own ticks.
_SPARE_US_BY_TICKS = 40_000
_SPARE_BYTES = 4 * MIB
#: What a terminal or page would obey.
_UNSAFE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What became of one hostile program."""

    attack: Attack
    level: str
    #: Of the last judging; None where it was not judged.
    verdict: Verdict | None
    #: All that is not as it should be.
    failed: tuple[str, ...]
    seconds: float = 0.0
    #: Why it was not judged, where this host cannot.
    skipped: str = ""


class Court:
    """Judges hostile programs at one isolation level. Everything it knows of the host is from outside of cells."""

    def __init__(
        self, *, level: str, pool: WatchedPool, programs: Programs, folder: Path, bait: Bait, host: Host
    ) -> None:
        self.level = level
        self.pool = pool
        self.bait = bait
        self.host = host
        self.programs = programs
        self._folder = folder
        self._files: dict[Blob, Path] = {}
        self._hello: Run | None = None

    async def examine(self, attack: Attack) -> Finding:
        """Judge a program as often as it wants, and look at everything that it could have changed."""
        begun = time.monotonic()
        if skipped := self._missing(attack):
            return Finding(attack=attack, level=self.level, verdict=None, failed=(), skipped=skipped)
        if self._hello is None:
            self._hello = await self._quickest_hello()
            await self.pool.look_back()
        failed: list[str] = []
        source = attack.source(self.bait.places)
        for _ in range(attack.times):
            judged = await self.judge(source, attack.limits, attack=attack)
            failed += _wrong(attack, judged, self.level) + self._said(judged)
        failed += await self.left()
        if attack.number == 0:
            failed += await self._next()
        return Finding(
            attack=attack,
            level=self.level,
            verdict=judged.verdict,
            failed=tuple(dict.fromkeys(failed)),
            seconds=time.monotonic() - begun,
        )

    async def judge(self, source: Source, limits: Limits, *, attack: Attack | None = None, slot: int = 0) -> Judged:
        """Judge ``source`` on that slot, by two test cases; "safe" is the answer unless ``attack`` says else."""
        return await judge(
            self._problem(limits, attack),
            source,
            bench=Bench(pool=self.pool, programs=self.programs, data=self),
            slot=self.pool.slots[slot],
            progress=Silent(),
        )

    async def path(self, blob: Blob) -> Path:
        return self._files[blob]

    def _problem(self, limits: Limits, attack: Attack | None) -> Problem:
        answer = self._blob(f"{attack.answer if attack else 'safe'}\n".encode())
        flags = attack.checker_flags if attack else ()
        return Problem(
            name="self-test",
            limits=limits,
            checker=CheckerSpec(name=attack.checker if attack else "tokens"),
            testcases=tuple(
                Testcase(name=name, input=self._blob(content), answer=answer, checker_flags=flags)
                for name, content in _INPUTS.items()
            ),
        )

    def _blob(self, content: bytes) -> Blob:
        blob = Blob.of(content)
        if blob not in self._files:
            path = self._folder / blob.hex
            path.write_bytes(content)
            path.chmod(0o644)
            self._files[blob] = path
        return blob

    def _missing(self, attack: Attack) -> str:
        """Which program this host lacks, at the level where programs are the host's own."""
        recipe = attack.language
        wanted = [word for word in (recipe.compile[0][0], recipe.run[0]) if not word.startswith("/work/")]
        lacking = [word for word in wanted if self.level == "local" and not Path(word).exists()]
        return f"this host has no {lacking[0]}" if lacking else ""

    def _said(self, judged: Judged) -> list[str]:
        """What is wrong about the words that people are shown."""
        failed = []
        for said in (
            judged.compilation.output,
            judged.message,
            *(f"{run.reason} {run.message}" for run in judged.runs),
        ):
            if self.bait.secret in said:
                failed.append("the secret is in what is shown")
            if len(said) > OUTPUT_CHARS + 1000:
                failed.append(f"{len(said)} characters are shown")
            if _UNSAFE.search(said):
                failed.append("control characters are shown")
        return failed

    async def left(self) -> list[str]:
        """What is wrong with the host once the cells used since the last look are gone, and with what they said."""
        seen = await self.pool.look_back()
        failed = [*seen.incidents, *self.host.traces(seen.users), *self.bait.is_touched()]
        if any(self.bait.secret.encode() in words for words in seen.words):
            failed.append("the secret is in the program's output")
        return failed

    async def _next(self) -> list[str]:
        """Whether the next submission is judged as ever, in as much time and memory as before."""
        assert self._hello is not None
        hello = await self._quickest_hello(good_us=self._most_us())
        seen = await self.pool.look_back()
        if hello.verdict is not Verdict.AC:
            return [*seen.incidents, f"the next submission is {hello.verdict.value} {hello.reason}"]
        failed = list(seen.incidents)
        if hello.cpu_us > self._most_us():
            failed.append(f"the next submission took {hello.cpu_us} us, and {self._hello.cpu_us} us before")
        if hello.memory_bytes > self._hello.memory_bytes + _SPARE_BYTES:
            failed.append(f"the next submission took {hello.memory_bytes} B, and {self._hello.memory_bytes} B before")
        return failed

    def _most_us(self) -> int:
        assert self._hello is not None
        spare_us = _SPARE_US if self.level in ("local", "container") else _SPARE_US_BY_TICKS
        return 2 * self._hello.cpu_us + spare_us

    async def _quickest_hello(self, *, good_us: int = 0) -> Run:
        """The fastest run of some: a neighbour's load makes one slow, what a submission left all of them."""
        source = Source(language=language("c").id, files=(SourceFile(name="hello.c", content=_HELLO),))
        quickest: Run | None = None
        for _ in range(_HELLO_TRIES):
            judged = await self.judge(source, _HELLO_LIMITS)
            runs = judged.runs or (_no_run(judged),)
            run = min(runs, key=lambda run: (run.verdict is Verdict.AC, run.cpu_us))
            if run.verdict is not Verdict.AC or run.cpu_us <= good_us:
                return run
            quickest = run if quickest is None or run.cpu_us < quickest.cpu_us else quickest
        assert quickest is not None
        return quickest


@asynccontextmanager
async def open_court(
    *, level: str, maker: CellMaker, slots: tuple[Slot, ...], images: Mapping[str, str], folder: Path
) -> AsyncIterator[Court]:
    """A court whose own files are in ``folder``, which is not cleared; its cells are gone at exit."""
    folder.mkdir(parents=True, exist_ok=True)
    # Its own: programs compiled before would not be compiled again, and compiling is half of it.
    programs = Programs(cache=FileCache(folder / "programs", most_bytes=_CACHE_BYTES), images=dict(images))
    with laid_out() as bait, Host(ours=str(folder)) as host:
        pool = WatchedPool(maker, slots)
        try:
            yield Court(level=level, pool=pool, programs=programs, folder=folder, bait=bait, host=host)
        finally:
            await pool.close()


def _no_run(judged: Judged) -> Run:
    """A judging without runs, as a run that failed."""
    reason = judged.message or judged.compilation.output
    return Run(testcase="", verdict=judged.verdict, cpu_us=0, wall_us=0, memory_bytes=0, reason=reason)


def _wrong(attack: Attack, judged: Judged, level: str) -> list[str]:
    """What is wrong about a judging."""
    expected = attack.expected(level)
    if judged.verdict not in expected:
        last = judged.runs[-1] if judged.runs else _no_run(judged)
        wanted = " ".join(sorted(verdict.value for verdict in expected))
        return [f"{judged.verdict.value} instead of {wanted}: {last.reason} {last.message}".strip()]
    failed = [
        f"the reason is {run.reason!r}"
        for run in judged.runs
        if run.verdict is judged.verdict and not run.reason.startswith(attack.reason)
    ]
    last_of = judged.runs[-1:]
    if attack.most_cpu_us is not None:
        failed += [f"took {run.cpu_us} us" for run in last_of if run.cpu_us > attack.most_cpu_us]
    if attack.most_memory_bytes is not None:
        failed += [f"took {run.memory_bytes} B" for run in last_of if run.memory_bytes > attack.most_memory_bytes]
    return failed
