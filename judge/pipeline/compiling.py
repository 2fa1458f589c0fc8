"""From a source to a program in a cell's /work, by compiling or from the cache of compiled programs.

Compiling has a cell of its own, which is gone when the program runs: where programs run there is no compiler.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import hashlib
import os
import re
import signal
from collections.abc import AsyncIterator
from dataclasses import dataclass

from judge.errors import Refused, SandboxError
from judge.incidents import merged, of_run
from judge.models import Compilation, Limits, Source
from judge.pipeline import headers
from judge.pipeline.cache import FileCache
from judge.pipeline.headers import Header
from judge.recipes.languages import arranged, language
from judge.recipes.recipe import Language
from sandbox import bundle
from sandbox.cell import Cell
from sandbox.outcome import EndedBy, Outcome
from sandbox.pool import CellPool, Kind, Slot
from sandbox.spec import RunLimits, RunSpec

#: All that a program finds in its environment, compilers included, unless its language adds to it.
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "HOME": "/tmp", "TMPDIR": "/tmp", "LANG": "C.UTF-8"}  # noqa: S108
#: Shown of what a compiler said; its beginning says most.
OUTPUT_CHARS = 16_000
#: Compilers start helpers, and virtual machines have many threads.
_PROCESSES = 128
_OUTPUT_BYTES = 1024 * 1024
_TMP_BYTES = 512 * 1024 * 1024

_UNSAFE = re.compile(
    r"\x1b\[[0-9;?]*[A-Za-z]|[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u202a-\u202e\u2066-\u2069]"
)

_LIMITS = {
    EndedBy.CPU: "The compiler was stopped: it took more processor time than the problem allows for compiling.",
    EndedBy.WALL: "The compiler was stopped: it took more time than the problem allows for compiling.",
    EndedBy.MEMORY: "The compiler was stopped: it took more memory than the problem allows for compiling.",
    EndedBy.OUTPUT: "The compiler was stopped: it printed more than anybody would read.",
}
_TOO_LARGE = "What the compiler made is larger than a program may be, or more files than one may have."


@dataclass(frozen=True, slots=True, kw_only=True)
class Programs:
    """Where compiled programs are kept, and how the image of a language is called on this host."""

    cache: FileCache
    #: Docker's names of the images, by the name recipes give them; equal names mean equal content.
    images: dict[str, str]
    #: Where precompiled headers are kept; None: programs are compiled without.
    headers: FileCache | None = None

    def compile_image(self, recipe: Language) -> str:
        return self._named(recipe.image, recipe)

    def run_image(self, recipe: Language) -> str:
        return self._named(recipe.runs_in, recipe)

    def _named(self, image: str, recipe: Language) -> str:
        try:
            return self.images[image]
        except KeyError:
            raise SandboxError(f"image {image} for language {recipe.id} is missing on this host") from None

    def key(self, source: Source) -> str:
        """The name of what compiling ``source`` gives: a digest of all it is made from."""
        recipe = language(source.language)
        # Runs are remembered by this key too, so that all that bears on them is part of it.
        said = recipe.model_dump_json(exclude={"name", "notes", "default_for", "is_newest"})
        made_from = (source.digest, said.encode(), self.compile_image(recipe).encode())
        return hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in made_from)).hexdigest()

    def kept(self, key: str) -> bytes | None:
        """The program kept as ``key``; None if there is none, or what a crash of the host left of one."""
        return self.cache.unsealed(key)

    def keep(self, key: str, program: bytes) -> None:
        """Keep ``program`` as ``key``."""
        self.cache.seal(key, program)

    def prune(self) -> None:
        """Drop what was unused for longest where there is too much."""
        self.cache.prune()
        if self.headers is not None:
            self.headers.prune()


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """What became of a source."""

    compilation: Compilation
    #: Whose /work holds the program; None where it did not compile.
    cell: Cell | None
    #: The bundle of the program.
    program: bytes = b""


@contextlib.asynccontextmanager
async def prepared(
    source: Source,
    limits: Limits,
    programs: Programs,
    *,
    pool: CellPool,
    slot: Slot,
    shows_data: bool = False,
    is_packages: bool = False,
) -> AsyncIterator[Prepared]:
    """A cell of the language's run image with the program in it.

    Args:
        source: as submitted, or as it is in the package.
        limits: the problem's.
        programs: where it may be already, and is kept.
        pool: where cells come from.
        slot: where it runs.
        shows_data: makes it a judge's cell.
        is_packages: whether it is one of a package's programs, several of which may share a header.

    Raises:
        SandboxError: a cell failed, or there is no such compiler.
    """
    recipe = language(source.language)
    compile_kind = Kind(image=programs.compile_image(recipe), shows_data=False)
    run_kind = Kind(image=programs.run_image(recipe), shows_data=shows_data)
    program = await asyncio.to_thread(programs.kept, programs.key(source))
    compilation = Compilation(is_ok=True)
    if program is None and compile_kind.image != run_kind.image:
        # Made while the compiler runs, so that its program does not wait either.
        pool.warm(slot, run_kind)
        async with pool.cell(slot, compile_kind) as cell:
            compilation, program = await compile_in(cell, source, limits, programs, is_packages=is_packages)
        if program is None:
            yield Prepared(compilation=compilation, cell=None)
            return
    async with pool.cell(slot, run_kind) as cell:
        if program is not None:
            await cell.load(program)
        else:
            # A language that compiles with what it runs with gains nothing from another cell of the same image.
            compilation, program = await compile_in(cell, source, limits, programs, is_packages=is_packages)
        yield Prepared(compilation=compilation, cell=cell if program is not None else None, program=program or b"")


async def compile_in(
    cell: Cell, source: Source, limits: Limits, programs: Programs, *, is_packages: bool = False
) -> tuple[Compilation, bytes | None]:
    """Compile in the cell's /work, and keep the program, which stays there too; None where there is none.

    Raises:
        SandboxError: the cell failed, or has no such compiler.
    """
    key, source = programs.key(source), arranged(source)
    header = await _precompiled(cell, source, limits, programs) if is_packages else b""
    compilation, program = await _compiled(cell, source, limits, header)
    if header and program is None:
        # What compiling says, and whether it ends well, is the sources' own to tell.
        compilation, program = await _compiled(cell, source, limits)
    elif header and program is not None:
        await cell.load(program)
    if program is not None:
        await asyncio.to_thread(programs.keep, key, program)
    return compilation, program


async def _compiled(
    cell: Cell, source: Source, limits: Limits, header: bytes = b""
) -> tuple[Compilation, bytes | None]:
    """Compile the source with what is in the bundle ``header`` beside it, which is no part of the program."""
    await cell.load(packed(source) + header)
    recipe = language(source.language)
    compilation = Compilation(is_ok=True)
    for argv in recipe.compile_argvs(source):
        outcome = await _step(cell, recipe, argv, limits, spent_us=compilation.cpu_us)
        compilation = _after(compilation, await asyncio.to_thread(_read, cell, outcome))
        if not compilation.is_ok:
            return compilation, None
    try:
        program = await cell.save()
    except Refused:
        return dataclasses.replace(compilation, is_ok=False, output=_TOO_LARGE), None
    return compilation, bundle.without(program, bundle.names(header)) if header else program


async def _precompiled(cell: Cell, source: Source, limits: Limits, programs: Programs) -> bytes:
    """What lies beside a source whose first header is precompiled, as a bundle; empty where there is no such."""
    recipe, cache = language(source.language), programs.headers
    header = headers.first_of(source, recipe) if recipe.precompile and cache else None
    if cache is None or header is None:
        return b""
    key = header.key(recipe, programs.compile_image(recipe), limits)
    kept = await asyncio.to_thread(cache.unsealed, key)
    if kept is None and cache.find(_seen(key)) is None:
        # It costs more than one program saves, and most headers are of one program.
        await asyncio.to_thread(cache.put, _seen(key), b"")
        return b""
    if kept is None:
        kept = await _precompile(cell, header, recipe, limits)
        await asyncio.to_thread(cache.seal, key, kept)
    is_free = {file.name for file in source.files}.isdisjoint(bundle.names(kept))
    return kept if is_free else b""


async def _precompile(cell: Cell, header: Header, recipe: Language, limits: Limits) -> bytes:
    """Compile a header alone; the bundle of what came of it, which is empty where nothing did."""
    await cell.load(packed(Source(language=recipe.id, files=header.files)))
    outcome = await _step(cell, recipe, recipe.precompile_argv(header.name), limits)
    if outcome.ended_by is not EndedBy.ITSELF or outcome.exit_code != 0:
        return b""
    try:
        return bundle.without(await cell.save(), {file.name for file in header.files})
    except Refused:
        return b""


async def _step(cell: Cell, recipe: Language, argv: tuple[str, ...], limits: Limits, *, spent_us: int = 0) -> Outcome:
    """Run one of the recipe's commands."""
    outcome = await cell.run(_spec(recipe, argv, limits, spent_us=spent_us))
    if outcome.exec_errno is not None:
        raise SandboxError(f"cannot start {argv[0]} for {recipe.id}: {os.strerror(outcome.exec_errno)}")
    return outcome


def _seen(key: str) -> str:
    """The mark that a program has included the header once."""
    return f"{key}.seen"


def packed(source: Source) -> bytes:
    """The source's files as a bundle."""
    return bundle.join(
        bundle.File(name=file.name, content=file.content, is_executable=file.is_executable) for file in source.files
    )


def clean(text: bytes) -> str:
    """What a compiler said, safe to show: no terminal codes, no characters that reorder their neighbours."""
    return _UNSAFE.sub("", text.decode("utf-8", "replace"))


def signal_name(number: int) -> str:
    """What the signal is called; those for real-time use have numbers only."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def environment(recipe: Language) -> dict[str, str]:
    """All that programs in that language find in their environment."""
    return {**ENVIRONMENT, **recipe.environment}


def _spec(recipe: Language, argv: tuple[str, ...], limits: Limits, *, spent_us: int) -> RunSpec:
    return RunSpec(
        argv=argv,
        env=environment(recipe),
        is_work_writable=True,
        limits=RunLimits(
            # All steps together have as much as one alone would have.
            cpu_ms=max(1, limits.compile_time_ms - spent_us // 1000),
            wall_ms=2 * limits.compile_time_ms + 1000,
            memory_bytes=limits.compile_memory_bytes,
            output_bytes=_OUTPUT_BYTES,
            processes=_PROCESSES,
            tmp_bytes=_TMP_BYTES,
            stack_bytes=recipe.stack_bytes,
        ),
    )


def _after(before: Compilation, step: Compilation) -> Compilation:
    """The compilation with one more step done."""
    return dataclasses.replace(
        step,
        output="\n".join(filter(None, (before.output, step.output)))[: OUTPUT_CHARS + 100],
        cpu_us=before.cpu_us + step.cpu_us,
        incidents=merged((*before.incidents, *step.incidents)),
    )


def _read(cell: Cell, outcome: Outcome) -> Compilation:
    """Compilation as the outcome and the streams tell it."""
    with cell.open_stdout() as stdout:
        said = clean(stdout.read(4 * OUTPUT_CHARS) + outcome.stderr)
    is_ok = outcome.ended_by is EndedBy.ITSELF and outcome.exit_code == 0
    if outcome.ended_by in _LIMITS:
        said = f"{_LIMITS[outcome.ended_by]}\n{said}"
    elif outcome.signal is not None:
        said = f"The compiler was killed by {signal_name(outcome.signal)}.\n{said}"
    if len(said) > OUTPUT_CHARS:
        said = said[:OUTPUT_CHARS] + "\n[cut here: the compiler said more]"
    incidents = of_run(denied=outcome.denied, oom_kills=outcome.oom_kills)
    return Compilation(is_ok=is_ok, output=said.strip(), cpu_us=outcome.cpu_us, incidents=incidents)
