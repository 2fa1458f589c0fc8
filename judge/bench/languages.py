"""What each language costs: compiling, first and again, and starting, in time and memory.

The programs are those beside the recipes: ``sum`` is compiled; ``wrong``, which reads nothing and prints a line, is
what starting costs. Beside them stands what the tool does without what its recipe and image add: C++ without its
precompiled header, Java without its options; and the very command of the recipe, started bare in the same cell.
"""

from __future__ import annotations

import statistics
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from judge import host, languages, trials
from judge.bench import starting
from judge.bench.cells import IMAGE
from judge.bench.figures import Figure
from judge.bench.starting import Started
from judge.compiling import environment, packed
from judge.config import Isolation, Settings
from judge.errors import SandboxError
from judge.languages import arranged
from judge.models import MIB, Source
from judge.recipe import Language
from sandbox import engine
from sandbox.cell import Cell
from sandbox.engine import Progress
from sandbox.images import ensure
from sandbox.outcome import EndedBy, Outcome
from sandbox.spec import RunLimits, RunSpec
from sandbox.yardsticks import programs
from sandbox.yardsticks.programs import Programs

_AGAIN = 5
_LIMITS = RunLimits(
    cpu_ms=120_000, wall_ms=300_000, memory_bytes=2048 * MIB, output_bytes=MIB, processes=128, tmp_bytes=512 * MIB
)
#: Before the first include, so that g++ reads the header's text.
_NO_HEADER = b"int not_precompiled;\n"
#: Tools that are measured without our recipe's options too, and the most that a run may take of what it takes so.
_PLAIN = {"java": ("/usr/bin/java", "-cp", "/work", "{main_class}")}
_MOST_TIMES_PLAIN = 0.75
_MOST_BEYOND_BARE_MS = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Where one language is measured."""

    settings: Settings
    recipe: Language
    images: dict[str, str]
    #: What starts programs bare beside a launcher; None where that cannot be done.
    yardsticks: Programs | None

    @asynccontextmanager
    async def cell(self, image: str) -> AsyncIterator[Cell]:
        core = host.slots(self.settings)[0].core
        cell = await host.cell_maker(self.settings).make(image=self.images[image], core=core, shows_data=False)
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
        yardsticks = await _yardsticks(settings, names)
        for recipe in wanted:
            said(recipe.id)
            figures += await _figures(_Place(settings=settings, recipe=recipe, images=names, yardsticks=yardsticks))
    return figures


async def _yardsticks(settings: Settings, images: dict[str, str]) -> Programs | None:
    # At the other levels Docker starts nothing beside a launcher.
    if settings.isolation is not Isolation.CONTAINER:
        return None
    core = host.slots(settings)[0].core
    cell = await host.cell_maker(settings).make(image=images[IMAGE], core=core, shows_data=False)
    try:
        return await programs.compiled(cell)
    finally:
        await cell.close()


async def _figures(place: _Place) -> list[Figure]:
    recipe = place.recipe
    sources = {trial.name: arranged(trial.source) for trial in trials.trials(recipe)}
    first, again, _ = await _compiled(place, sources["sum"])
    _, _, program = await _compiled(place, sources["wrong"], times=1)
    return [
        Figure(name=f"{recipe.id}: compiling, the first time in a cell", value=first.cpu_us / 1000, unit="ms"),
        _again(recipe, again, await _without_header(place, sources["sum"])),
        *_start_figures(recipe, await _started(place, sources["wrong"], program)),
    ]


async def _started(place: _Place, source: Source, program: bytes) -> Started:
    recipe = place.recipe
    argv = recipe.run_argv(source, memory_bytes=512 * MIB)
    plain = _PLAIN.get(recipe.id, ())
    otherwise = recipe.model_copy(update={"run": plain}).run_argv(source, memory_bytes=512 * MIB)
    async with place.cell(recipe.runs_in) as cell:
        return await starting.measure(
            cell,
            program,
            RunSpec(argv=argv, env=environment(recipe), limits=_LIMITS),
            otherwise=otherwise,
            yardsticks=place.yardsticks,
        )


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


async def _compiled(place: _Place, source: Source, *, times: int = _AGAIN) -> tuple[Outcome, float, bytes]:
    """The last step's outcome of compiling in a fresh cell, the middle time of doing so again, and the program."""
    async with place.cell(place.recipe.image) as cell:
        first = await _compile(place.recipe, source, cell)
        others = [first, *[await _compile(place.recipe, source, cell) for _ in range(times - 1)]]
        return first, _middle_ms(others[1:] or others), await cell.save()


async def _compile(recipe: Language, source: Source, cell: Cell) -> Outcome:
    await cell.load(packed(source))
    spent_us = 0
    for argv in recipe.compile_argvs(source):
        spec = RunSpec(argv=argv, env=environment(recipe), limits=_LIMITS, is_work_writable=True)
        outcome = await cell.run(spec)
        spent_us += outcome.cpu_us
        if outcome.ended_by is not EndedBy.ITSELF or outcome.exit_code != 0:
            raise SandboxError(f"{recipe.id}: does not compile: {outcome.stderr.decode(errors='replace')[:500]}")
    return replace(outcome, cpu_us=spent_us)


def _middle_ms(outcomes: list[Outcome]) -> float:
    return statistics.median(outcome.cpu_us for outcome in outcomes) / 1000
