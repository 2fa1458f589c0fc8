"""From source to program: what a compiler's end means, what is shown of its words, what is kept."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import unicodedata
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st

from judge.errors import CellDied, SandboxError
from judge.models import MIB, Limits, Source, SourceFile
from judge.pipeline import compiling
from judge.pipeline.cache import FileCache
from judge.pipeline.compiling import Programs, clean, compile_in, prepared
from judge.recipes.languages import languages
from judge.recipes.recipe import Language
from sandbox.cell import Cell
from sandbox.local import LocalMaker
from sandbox.pool import CellPool, Slot
from sandbox.spec import RunLimits, RunSpec

LIMITS = Limits(time_ms=1000, wall_ms=2000, compile_time_ms=500, compile_memory_bytes=64 * MIB)
SOURCE = Source(language="c", files=(SourceFile(name="main.c", content=b"source\n"),))


@pytest.fixture
def programs(tmp_path: Path) -> Programs:
    """An empty cache of programs."""
    return Programs(
        cache=FileCache(tmp_path / "programs", most_bytes=MIB), images={"gcc": "with compilers", "static": "without"}
    )


@pytest_asyncio.fixture
async def cell(short_tmp: Path) -> AsyncIterator[Cell]:
    """A cell over this machine's own programs."""
    cell = await LocalMaker(cells_dir=short_tmp).make(image="", core=0, shows_data=False)
    yield cell
    await cell.close()


def _compile_with(monkeypatch: pytest.MonkeyPatch, *argv: str) -> None:
    """Have C compiled by some other program."""
    recipe = Language.model_validate(languages()["c"].model_dump() | {"compile": argv})
    monkeypatch.setattr(compiling, "language", lambda _: recipe)


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (("/bin/sh", "-c", "echo to stdout; echo to stderr >&2; exit 1"), "to stdout\nto stderr"),
        (("/usr/bin/yes",), "it printed more than anybody would read"),
        (("/bin/sh", "-c", "while :; do :; done"), "more processor time"),
        (("/bin/sleep", "60"), "more time than"),
        (("/bin/sh", "-c", "kill -SEGV $$"), "The compiler was killed by SIGSEGV."),
        (("/bin/sh", "-c", "kill -40 $$"), "The compiler was killed by signal 40."),
        (("/bin/sh", "-c", "truncate -s 1G program"), "larger than a program may be"),
        (("/bin/sh", "-c", "i=0; while [ $i -lt 8200 ]; do : > $i; i=$((i+1)); done"), "more files"),
    ],
    ids=["words", "flood", "time", "idle", "signal", "real-time signal", "large program", "many files"],
)
async def test_a_failed_compiler_says_why(
    cell: Cell, programs: Programs, monkeypatch: pytest.MonkeyPatch, argv: tuple[str, ...], said: str
) -> None:
    """However compiling fails on the source's account, the contestant reads the reason, and nothing is kept."""
    _compile_with(monkeypatch, *argv)
    compilation, program = await compile_in(cell, SOURCE, LIMITS, programs)

    assert (compilation.is_ok, program) == (False, None)
    assert said in compilation.output
    assert "cell" not in compilation.output
    assert programs.kept(programs.key(SOURCE)) is None


async def test_a_warning_is_no_error(cell: Cell, programs: Programs, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a compiler says beside making a program is kept for showing."""
    _compile_with(monkeypatch, "/bin/sh", "-c", "cp main.c program; echo careful >&2")
    compilation, program = await compile_in(cell, SOURCE, LIMITS, programs)

    assert (compilation.is_ok, compilation.output) == (True, "careful")
    assert b"program" in (program or b"")
    assert programs.kept(programs.key(SOURCE)) == program


async def test_a_missing_compiler_is_named(cell: Cell, programs: Programs, monkeypatch: pytest.MonkeyPatch) -> None:
    """A compiler that is not there is the host's failure, told with its name and the reason."""
    _compile_with(monkeypatch, "/usr/bin/no-such-compiler")
    with pytest.raises(SandboxError, match="/usr/bin/no-such-compiler for c: No such file"):
        await compile_in(cell, SOURCE, LIMITS, programs)


class _DiesBeforeSaving(Cell):
    """A cell whose launcher is killed once the compiler has ended."""

    async def save(self) -> bytes:
        os.kill(self._wall._process.pid, signal.SIGKILL)  # type: ignore[attr-defined]
        return await super().save()


async def test_a_cell_that_dies_is_no_compile_error(
    cell: Cell, programs: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the cell goes between compiling and taking the program out, that is told as what it is."""
    _compile_with(monkeypatch, "/bin/true")
    cell.__class__ = _DiesBeforeSaving
    async with asyncio.timeout(20):
        with pytest.raises(CellDied):
            await compile_in(cell, SOURCE, LIMITS, programs)


class _Recorder:
    """Makes cells over this machine's own programs, and notes which were asked for."""

    def __init__(self, cells_dir: Path) -> None:
        self.made: list[tuple[str, bool]] = []
        self.cells: list[Cell] = []
        self._maker = LocalMaker(cells_dir=cells_dir)

    async def make(self, *, image: str, core: int, shows_data: bool) -> Cell:
        self.made.append((image, shows_data))
        self.cells.append(await self._maker.make(image=image, core=core, shows_data=shows_data))
        return self.cells[-1]

    async def sweep(self) -> None:
        await self._maker.sweep()

    def missing(self, image: str) -> str | None:
        return self._maker.missing(image)


@pytest.fixture
def recorder(short_tmp: Path) -> _Recorder:
    """A maker with a memory."""
    return _Recorder(short_tmp)


@pytest_asyncio.fixture
async def cells(recorder: _Recorder) -> AsyncIterator[CellPool]:
    """A pool that makes cells when they are asked for and not before."""
    pool = CellPool(recorder, [Slot(index=0, core=0)], keeps_warm=False)
    yield pool
    await pool.close()


async def _output_of(cell: Cell) -> bytes:
    """What the program prints in its own cell."""
    limits = RunLimits(cpu_ms=1000, wall_ms=3000, memory_bytes=64 * MIB, output_bytes=MIB, processes=8)
    outcome = await cell.run(RunSpec(argv=("/work/program",), limits=limits))
    assert outcome.exit_code == 0, outcome
    with cell.open_stdout() as stdout:
        return stdout.read()


_MAKES_A_SCRIPT = ("/bin/sh", "-c", "printf '#!/bin/sh\\necho it runs\\n' > program; chmod 755 program")


@pytest.mark.parametrize("shows_data", [False, True])
async def test_programs_run_in_another_cell_than_they_are_compiled_in(
    recorder: _Recorder, cells: CellPool, programs: Programs, monkeypatch: pytest.MonkeyPatch, shows_data: bool
) -> None:
    """The compiler's cell, which sees no answers, is gone when the program waits in its own; a kept one needs none."""
    _compile_with(monkeypatch, *_MAKES_A_SCRIPT)
    for _ in range(2):
        async with prepared(
            SOURCE, LIMITS, programs, pool=cells, slot=cells.slots[0], shows_data=shows_data
        ) as program:
            assert program.compilation.is_ok
            assert program.cell is recorder.cells[-1]
            assert await _output_of(program.cell) == b"it runs\n"

    assert recorder.made == [("with compilers", False), ("without", shows_data), ("without", shows_data)]
    with pytest.raises(CellDied):
        await recorder.cells[0].save()


async def test_one_cell_is_enough_where_both_images_are_one(
    recorder: _Recorder, cells: CellPool, programs: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A language that runs where it is compiled waits for no other cell."""
    _compile_with(monkeypatch, *_MAKES_A_SCRIPT)
    programs = Programs(cache=programs.cache, images={"gcc": "one", "static": "one"})
    async with prepared(SOURCE, LIMITS, programs, pool=cells, slot=cells.slots[0]) as program:
        assert program.cell is not None
        assert await _output_of(program.cell) == b"it runs\n"

    assert recorder.made == [("one", False)]


async def test_what_does_not_compile_gets_no_cell(
    recorder: _Recorder, cells: CellPool, programs: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a compile error nothing runs, and no cell is made for it; where one is enough, it is not given either."""
    _compile_with(monkeypatch, "/bin/sh", "-c", "echo wrong; exit 1")
    for images, made in (({"gcc": "with", "static": "without"}, "with"), ({"gcc": "one", "static": "one"}, "one")):
        programs = Programs(cache=programs.cache, images=images)
        async with prepared(SOURCE, LIMITS, programs, pool=cells, slot=cells.slots[0]) as program:
            assert (program.compilation.is_ok, program.compilation.output) == (False, "wrong")
            assert program.cell is None
        assert recorder.made.pop() == (made, False)

    assert recorder.made == []


@pytest.mark.parametrize("missing", ["gcc", "static"])
async def test_an_image_that_is_missing_is_named(cells: CellPool, programs: Programs, missing: str) -> None:
    """A host without one of the language's images says which."""
    del programs.images[missing]
    with pytest.raises(SandboxError, match=f"image {missing} for language c is missing"):
        async with prepared(SOURCE, LIMITS, programs, pool=cells, slot=cells.slots[0]):
            pass


def test_keys_tell_programs_apart(programs: Programs) -> None:
    """A kept program is found again for the same source, recipe and image alone."""
    sources = [
        SOURCE,
        Source(language="cpp20", files=SOURCE.files),
        Source(language="c", files=(SourceFile(name="other.c", content=b"source\n"),)),
        Source(language="c", files=(SourceFile(name="main.c", content=b"other\n"),)),
        Source(language="c", files=(*SOURCE.files, SourceFile(name="b.h", content=b""))),
        # The same bytes cut elsewhere.
        Source(language="c", files=(SourceFile(name="main.", content=b"csource\n"),)),
    ]
    keys = [programs.key(source) for source in sources]
    keys.append(Programs(cache=programs.cache, images={"gcc": "another", "static": "without"}).key(SOURCE))

    assert len(set(keys)) == len(keys)
    # Where it runs changes nothing of what was compiled.
    elsewhere = {"gcc": "with compilers", "static": "elsewhere"}
    assert Programs(cache=programs.cache, images=elsewhere).key(SOURCE) == keys[0]


@pytest.mark.parametrize("damage", [b"", b"x", b"\0" * 32, b"\0" * 100])
def test_damaged_programs_are_not_taken(programs: Programs, damage: bytes) -> None:
    """A kept program that is not what was kept does not exist."""
    programs.keep("key", b"program")
    assert programs.kept("key") == b"program"
    programs.cache.put("key", damage)

    assert programs.kept("key") is None


@given(st.binary(max_size=300) | st.text(max_size=300).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_what_is_shown_is_harmless(said: bytes) -> None:
    """Whatever a compiler prints, what is shown has no control characters but tabs and line ends."""
    shown = clean(said)

    assert not [c for c in shown if unicodedata.category(c) in ("Cc", "Cs") and c not in "\n\t"]
    assert not re.search(r"[\u202a-\u202e\u2066-\u2069\u200b-\u200f]", shown)


def test_colours_vanish_and_words_stay() -> None:
    """A compiler's colours leave nothing behind, and letters of any script are kept."""
    said = "main.c:1: error: größe, 大きさ"

    assert clean(f"\x1b[01m\x1b[K{said[:9]}\x1b[m\x1b[K{said[9:]}".encode()) == said
