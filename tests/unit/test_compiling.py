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

from judge import compiling
from judge.cache import FileCache
from judge.compiling import Programs, clean, prepare
from judge.errors import CellDied, SandboxError
from judge.languages import Language, languages
from judge.models import MIB, Limits, Source, SourceFile
from sandbox.cell import Cell
from sandbox.local import LocalMaker

LIMITS = Limits(time_ms=1000, wall_ms=2000, compile_time_ms=500, compile_memory_bytes=64 * MIB)
SOURCE = Source(language="c", files=(SourceFile(name="main.c", content=b"source\n"),))


@pytest.fixture
def programs(tmp_path: Path) -> Programs:
    """An empty cache of programs."""
    return Programs(cache=FileCache(tmp_path / "programs", most_bytes=MIB), images={"gcc": "local"})


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
    compilation = await prepare(cell, SOURCE, LIMITS, programs)

    assert not compilation.is_ok
    assert said in compilation.output
    assert "cell" not in compilation.output
    assert programs.kept(programs.key(SOURCE)) is None


async def test_a_warning_is_no_error(cell: Cell, programs: Programs, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a compiler says beside making a program is kept for showing."""
    _compile_with(monkeypatch, "/bin/sh", "-c", "cp main.c program; echo careful >&2")
    compilation = await prepare(cell, SOURCE, LIMITS, programs)

    assert (compilation.is_ok, compilation.output) == (True, "careful")
    assert b"program" in (programs.kept(programs.key(SOURCE)) or b"")


async def test_a_missing_compiler_is_named(cell: Cell, programs: Programs, monkeypatch: pytest.MonkeyPatch) -> None:
    """A compiler that is not there is the host's failure, told with its name and the reason."""
    _compile_with(monkeypatch, "/usr/bin/no-such-compiler")
    with pytest.raises(SandboxError, match="/usr/bin/no-such-compiler for c: No such file"):
        await prepare(cell, SOURCE, LIMITS, programs)


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
            await prepare(cell, SOURCE, LIMITS, programs)


async def test_an_image_that_is_missing_is_named(cell: Cell, programs: Programs) -> None:
    """A host without the language's image says so."""
    programs = Programs(cache=programs.cache, images={})
    with pytest.raises(SandboxError, match="image gcc for language c is missing"):
        await prepare(cell, SOURCE, LIMITS, programs)


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
    keys.append(Programs(cache=programs.cache, images={"gcc": "another"}).key(SOURCE))

    assert len(set(keys)) == len(keys)
    assert programs.key(SOURCE) == keys[0]


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
