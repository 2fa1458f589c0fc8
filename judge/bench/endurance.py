"""What many judgings in a row leave behind: on the host, in this process, in the Docker engine."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from judge.bench.figures import Figure
from judge.config import Isolation, Settings
from judge.hosts import host
from judge.models import MIB, Source, SourceFile
from judge.pipeline.cache import FileCache
from judge.pipeline.compiling import Programs
from judge.pipeline.judging import PackageData, Silent, judge
from judge.pipeline.room import Bench
from judge.recipes.languages import language
from judge.verdicts import Verdict
from problems.package import Package, load
from sandbox import engine
from sandbox.engine import Progress
from sandbox.images import ensure
from sandbox.pool import CellPool, Slot
from sandbox.yardsticks.leftovers import Cells, Footprint, Left, engine_pid
from sandbox.yardsticks.programs import SOURCES

JUDGINGS = 1000
#: Before the first look: what is made once and kept does not count as left behind.
WARM_UP = 20
PACKAGE = Path(__file__).parents[2] / "problems" / "samples" / "hello-sum"
LANGUAGE = "c"
#: Jury submissions that are judged by turns, beside one that leaves behind all it can.
ACCEPTED, OUT_OF_MEMORY = "submissions/accepted/sum.c", "submissions/memory_limit_exceeded/tally.c"

#: Allocators keep what they may need again, and so does a runtime that collects garbage; neither grows with judgings.
MOST_MORE_DESCRIPTORS = 4
MOST_MORE_OWN_MIB = 16.0
MOST_MORE_ENGINE_MIB = 64.0

_SETTLE_S = 30.0
_POLL_S = 0.2
_TOLD_EVERY = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    """What this process and the engine hold while no cell is alive."""

    own: Footprint
    engine: Footprint | None
    #: Containers of somebody else.
    others: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Judged:
    """A row of judgings, done."""

    took_s: float
    wrong: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Series:
    """Judgings in a row on the settings' slots, whose cells are all remembered."""

    cells: Cells
    slots: Sequence[Slot]
    programs: Programs
    package: Package
    said: Progress

    async def judge(self, count: int) -> _Judged:
        """So many judgings in a pool of their own, which is closed afterwards."""
        pool = CellPool(self.cells, self.slots)
        bench = Bench(pool=pool, programs=self.programs, data=PackageData(self.package.files))
        numbers = iter(range(1, count + 1))
        begun = time.monotonic()
        try:
            async with asyncio.TaskGroup() as group:
                works = [
                    group.create_task(self._work(numbers, count, bench, slot), name=f"slot {slot.index}")
                    for slot in self.slots
                ]
            return _Judged(took_s=time.monotonic() - begun, wrong=sum(work.result() for work in works))
        finally:
            await pool.close()

    async def _work(self, numbers: Iterator[int], count: int, bench: Bench, slot: Slot) -> int:
        """Judge until the numbers are used up; how many ended otherwise than they should."""
        submissions = _submissions(self.package)
        wrong = 0
        for number in numbers:
            source, expected = submissions[number % len(submissions)]
            judged = await judge(self.package.problem, source, bench=bench, slot=slot, progress=Silent())
            if judged.verdict is not expected:
                wrong += 1
                self.said(f"judging {number} ended as {judged.verdict}, not {expected} {judged.message}")
            if number % _TOLD_EVERY == 0 or number == count:
                self.said(f"{number} of {count} judgings")
        return wrong

    async def look(self) -> _Look:
        gc.collect()
        pid = engine_pid()
        others = await self.cells.others()
        return _Look(own=Footprint.of(os.getpid()), engine=Footprint.of(pid) if pid else None, others=others)

    async def look_again(self, before: _Look) -> _Look:
        """Another look, once the engine has let go of what it had open for containers that are no more."""
        deadline = time.monotonic() + _SETTLE_S
        while (look := await self.look()).engine and before.engine and time.monotonic() < deadline:
            if look.engine.descriptors <= before.engine.descriptors + MOST_MORE_DESCRIPTORS:
                break
            await asyncio.sleep(_POLL_S)
        return look

    async def left(self) -> Left:
        """What is left of all cells, once it no longer gets less: Docker removes some of it after its answer."""
        deadline = time.monotonic() + _SETTLE_S
        while (left := await self.cells.left()) and time.monotonic() < deadline:
            await asyncio.sleep(_POLL_S)
        return left


async def measure(settings: Settings, said: Progress, *, judgings: int = JUDGINGS) -> list[Figure]:
    """Run the benchmark.

    Raises:
        SandboxError: this host cannot judge.
    """
    async with _series(settings, said) as series:
        said(f"{WARM_UP} judgings to warm up")
        await series.judge(WARM_UP)
        await series.left()
        before = await series.look()
        said(f"{judgings} judgings")
        done = await series.judge(judgings)
        left = await series.left()
        after = await series.look_again(before)
    return [
        Figure(name=f"judgings in a row on {len(series.slots)} slot(s)", value=judgings / done.took_s, unit="a second"),
        _none("judgings that ended otherwise than they should", done.wrong),
        *_left_figures(left, series.cells.made),
        *_own_figures(before.own, after.own),
        *_engine_figures(before, after),
    ]


@contextlib.asynccontextmanager
async def _series(settings: Settings, said: Progress) -> AsyncIterator[_Series]:
    async with contextlib.AsyncExitStack() as stack:
        if settings.isolation is Isolation.LOCAL:
            names = await host.image_names(settings)
        else:
            await stack.enter_async_context(engine.running(said, data_dir=settings.data_dir))
            recipe = language(LANGUAGE)
            names = await ensure(
                host.recipes({recipe.image, recipe.runs_in}),
                mirror=settings.debian_mirror,
                cache_dir=settings.data_dir / "images",
                progress=said,
            )
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="judge-bench-"))
        yield _Series(
            cells=Cells(host.cell_maker(settings)),
            slots=host.slots(settings),
            # Compiled once for all, as when one submission is judged again and again.
            programs=Programs(cache=FileCache(Path(folder), most_bytes=1024 * MIB), images=names),
            package=load(PACKAGE),
            said=said,
        )


def _submissions(package: Package) -> list[tuple[Source, Verdict]]:
    by_path = {submission.path: submission.source for submission in package.submissions}
    litterer = SourceFile(name="litterer.c", content=(SOURCES / "litterer.c").read_bytes())
    return [
        (by_path[ACCEPTED], Verdict.AC),
        (Source(language=LANGUAGE, files=(litterer,)), Verdict.AC),
        (by_path[OUT_OF_MEMORY], Verdict.MLE),
    ]


def _left_figures(left: Left, made: int) -> list[Figure]:
    counts = {
        "containers": left.containers,
        "processes": left.processes,
        "mounts": left.mounts,
        "control groups": left.cgroups,
        "exchange directories": left.folders,
    }
    return [_none(f"{what} left of {made} cells", count) for what, count in counts.items()]


def _none(name: str, count: int) -> Figure:
    return Figure(name=name, value=count, unit="", target="<= 0", ok=count == 0)


def _own_figures(before: Footprint, after: Footprint) -> list[Figure]:
    return [
        _more("children of this process", before.children, after.children, 0, ""),
        _more("descriptors of this process", before.descriptors, after.descriptors, MOST_MORE_DESCRIPTORS, ""),
        _more("memory of this process", *_mib(before, after), MOST_MORE_OWN_MIB, "MiB"),
    ]


def _engine_figures(before: _Look, after: _Look) -> list[Figure]:
    """None where the engine is on another host. What else it did meanwhile counts too: others' containers are told."""
    if before.engine is None or after.engine is None:
        return []
    then, now = before.engine.descriptors, after.engine.descriptors
    figures = [
        _more("descriptors of the Docker engine", then, now, MOST_MORE_DESCRIPTORS, ""),
        _more("memory of the Docker engine", *_mib(before.engine, after.engine), MOST_MORE_ENGINE_MIB, "MiB"),
    ]
    for figure in figures:
        figure.compared_with["others' containers before"] = before.others
        figure.compared_with["others' containers after"] = after.others
    return figures


def _mib(before: Footprint, after: Footprint) -> tuple[float, float]:
    return before.memory_bytes / MIB, after.memory_bytes / MIB


def _more(what: str, before: float, after: float, most: float, unit: str) -> Figure:
    return Figure(
        name=f"{what}: more than before",
        value=after - before,
        unit=unit,
        target=f"<= {most:.0f}",
        ok=after - before <= most,
        compared_with={"before": before, "after": after},
    )
