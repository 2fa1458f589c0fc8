"""What each language costs: compiling, first and again, and starting, in time and memory.

The programs are those beside the recipes: ``sum`` is compiled; ``wrong``, which reads nothing and prints a line, is
what starting costs. Beside them stands what the tool does without what its recipe and image add: C++ without its
precompiled header, Java without its options; and the very command of the recipe, started bare in the same cell.
A checker with a header like testlib.h is compiled with that precompiled and without, as packages' programs are.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Collection
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from judge.bench import starting, testlib
from judge.bench.cells import IMAGE
from judge.bench.figures import Figure
from judge.bench.starting import Otherwise, Started
from judge.config import Isolation, Settings
from judge.errors import SandboxError
from judge.hosts import host
from judge.models import MIB, Compilation, Limits, Source
from judge.pipeline.cache import FileCache
from judge.pipeline.compiling import ENVIRONMENT, Programs, compile_in, environment
from judge.recipes import languages, trials
from judge.recipes.languages import arranged
from judge.recipes.recipe import Language
from sandbox import engine
from sandbox.cell import Cell
from sandbox.engine import Progress
from sandbox.images import ensure
from sandbox.spec import RunLimits, RunSpec
from sandbox.yardsticks import programs as yardsticks
from sandbox.yardsticks.programs import Programs as Yardsticks

_AGAIN = 5
#: A checker takes some seconds, with its header and without.
_CHECKERS = 3
_LIMITS = RunLimits(cpu_ms=120_000, wall_ms=300_000, memory_bytes=2048 * MIB, output_bytes=MIB, processes=128)
_COMPILING = Limits(time_ms=1000, wall_ms=3000, compile_time_ms=120_000)
_CACHE_BYTES = 1024 * MIB
#: Before the first include, so that g++ reads the header's text.
_NO_HEADER = b"int not_precompiled;\n"
#: Tools that are measured without anything of ours too: no options, no environment, and all files of their packages,
#: which is in the image that sources are compiled in. Then the most that a run may take of what it takes so.
_PLAIN = {"java": ("/usr/bin/java", "-cp", "/work", "{main_class}")}
_MOST_TIMES_PLAIN = 0.75
_MOST_BEYOND_BARE_MS = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Where one language is measured."""

    settings: Settings
    recipe: Language
    #: Nobody else's, so that nothing is there when it begins.
    programs: Programs
    #: What starts programs bare beside a launcher; None where that cannot be done.
    bare: Yardsticks | None

    @asynccontextmanager
    async def cell(self, image: str) -> AsyncIterator[Cell]:
        core = host.slots(self.settings)[0].core
        cell = await host.cell_maker(self.settings).make(image=self.programs.images[image], core=core, shows_data=False)
        try:
            yield cell
        finally:
            await cell.close()


async def measure(settings: Settings, said: Progress, *, language: Collection[str] = ()) -> list[Figure]:
    """Figures of these languages, of those offered by default; images that are missing are built."""
    wanted = [languages.language(key) for key in language] or list(languages.offered().values())
    figures: list[Figure] = []
    async with engine.running(said, data_dir=settings.data_dir):
        names = await host.image_names(settings) if settings.isolation is Isolation.LOCAL else {}
        if settings.isolation is not Isolation.LOCAL:
            wanted_images = {*languages.needed_images([item.id for item in wanted]), IMAGE}
            cache_dir = settings.data_dir / "images"
            recipes = host.recipes(wanted_images)
            names = await ensure(recipes, mirror=settings.debian_mirror, cache_dir=cache_dir, progress=said)
        bare = await _yardsticks(settings, names)
        with tempfile.TemporaryDirectory(prefix="judge-bench-") as folder:
            caches = [FileCache(Path(folder, name), most_bytes=_CACHE_BYTES) for name in ("programs", "headers")]
            programs = Programs(cache=caches[0], images=names, headers=caches[1])
            for recipe in wanted:
                said(recipe.id)
                figures += await _figures(_Place(settings=settings, recipe=recipe, programs=programs, bare=bare))
    return figures


async def _yardsticks(settings: Settings, images: dict[str, str]) -> Yardsticks | None:
    # At the other levels Docker starts nothing beside a launcher.
    if settings.isolation is not Isolation.CONTAINER:
        return None
    core = host.slots(settings)[0].core
    cell = await host.cell_maker(settings).make(image=images[IMAGE], core=core, shows_data=False)
    try:
        return await yardsticks.compiled(cell)
    finally:
        await cell.close()


async def _figures(place: _Place) -> list[Figure]:
    recipe = place.recipe
    sources = {trial.name: trial.source for trial in trials.trials(recipe)}
    first, again, _ = await _compiled(place, sources["sum"])
    _, _, program = await _compiled(place, sources["wrong"], times=1)
    return [
        Figure(name=f"{recipe.id}: compiling, the first time in a cell", value=first, unit="ms"),
        _again(recipe, again, await _without_header(place, sources["sum"])),
        *([await _with_header(place)] if recipe.precompile else []),
        *_start_figures(recipe, await _started(place, arranged(sources["wrong"]), program)),
    ]


async def _started(place: _Place, source: Source, program: bytes) -> Started:
    recipe = place.recipe
    argv = recipe.run_argv(source, memory_bytes=512 * MIB)
    spec = RunSpec(argv=argv, env=environment(recipe), limits=replace(_LIMITS, stack_bytes=recipe.stack_bytes))
    async with AsyncExitStack() as stack:
        cell = await stack.enter_async_context(place.cell(recipe.runs_in))
        otherwise = None
        if plain := _PLAIN.get(recipe.id):
            words = recipe.model_copy(update={"run": plain}).run_argv(source, memory_bytes=512 * MIB)
            other = await stack.enter_async_context(place.cell(recipe.image))
            otherwise = Otherwise(cell=other, spec=replace(spec, argv=words, env=ENVIRONMENT))
        return await starting.measure(cell, program, spec, otherwise=otherwise, yardsticks=place.bare)


def _start_figures(recipe: Language, started: Started) -> list[Figure]:
    found = [
        Figure(name=f"{recipe.id}: starting, processor time", value=started.cpu_ms, unit="ms"),
        Figure(name=f"{recipe.id}: starting, memory", value=started.memory_mib, unit="MiB"),
    ]
    if started.otherwise:
        ratio = started.times_otherwise
        found.append(
            Figure(
                name=f"{recipe.id}: starting / plain {recipe.id}",
                value=ratio,
                unit="",
                target=f"<= {_MOST_TIMES_PLAIN}",
                ok=ratio <= _MOST_TIMES_PLAIN,
                compared_with={f"plain {recipe.id}, ms": started.otherwise_cpu_ms},
            )
        )
    if started.bare_us:
        beyond = started.beyond_bare_ms
        found.append(
            Figure(
                name=f"{recipe.id}: a run as judged, beyond the bare command",
                value=beyond,
                unit="ms",
                target=f"<= {_MOST_BEYOND_BARE_MS:.0f} ms",
                ok=beyond <= _MOST_BEYOND_BARE_MS,
                compared_with={"the bare command in the same cell, ms": started.bare_ms},
            )
        )
    return found


def _again(recipe: Language, again: float, plain: float | None) -> Figure:
    name = f"{recipe.id}: compiling again"
    if plain is None:
        return Figure(name=name, value=again, unit="ms")
    return Figure(
        name=name,
        value=again,
        unit="ms",
        target="<= half of it without the precompiled header",
        ok=again <= plain / 2,
        compared_with={"without the precompiled header, ms": plain},
    )


async def _without_header(place: _Place, source: Source) -> float | None:
    """What compiling takes g++ without its precompiled header; None for languages that have none."""
    if place.recipe.image != "gcc" or place.recipe.code != "cpp":
        return None
    files = tuple(replace(file, content=_NO_HEADER + file.content) for file in source.files)
    return (await _compiled(place, replace(source, files=files)))[1]


async def _with_header(place: _Place) -> Figure:
    """What a checker takes whose header is precompiled, beside what it takes without, in turns."""
    recipe, source = place.recipe, testlib.checker(place.recipe.id)
    cpu_ms: dict[bool, list[float]] = {True: [], False: []}
    wall_ms: dict[bool, list[float]] = {True: [], False: []}
    async with place.cell(recipe.image) as cell:
        # The second program has the header precompiled.
        for _ in range(2):
            await _compile(place, source, cell, is_packages=True)
        for is_packages in (True, False) * _CHECKERS:
            begun = time.monotonic()
            compilation, _ = await _compile(place, source, cell, is_packages=is_packages)
            wall_ms[is_packages].append((time.monotonic() - begun) * 1000)
            cpu_ms[is_packages].append(compilation.cpu_us / 1000)
    ours, plain = (statistics.median(cpu_ms[key]) for key in (True, False))
    return Figure(
        name=f"{recipe.id}: compiling a checker, its header precompiled",
        value=ours,
        unit="ms",
        target="less than without",
        ok=ours < plain,
        compared_with={
            "without, ms": plain,
            "from source to program by the clock, ms": statistics.median(wall_ms[True]),
            "without, by the clock, ms": statistics.median(wall_ms[False]),
        },
    )


async def _compiled(place: _Place, source: Source, *, times: int = _AGAIN) -> tuple[float, float, bytes]:
    """Milliseconds of compiling in a fresh cell, the middle of those of doing so again, and the program."""
    async with place.cell(place.recipe.image) as cell:
        found = [await _compile(place, source, cell) for _ in range(times)]
    first, *again = (compilation.cpu_us / 1000 for compilation, _ in found)
    return first, statistics.median(again or [first]), found[-1][1]


async def _compile(
    place: _Place, source: Source, cell: Cell, *, is_packages: bool = False
) -> tuple[Compilation, bytes]:
    compilation, program = await compile_in(cell, source, _COMPILING, place.programs, is_packages=is_packages)
    if program is None:
        raise SandboxError(f"{place.recipe.id}: does not compile: {compilation.output[:500]}")
    return compilation, program
