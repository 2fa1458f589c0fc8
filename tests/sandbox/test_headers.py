"""Precompiled headers of packages: taken where they come to the same as the text, and never in anybody's way."""

from __future__ import annotations

from pathlib import Path

import pytest

from judge.models import MIB, Compilation, Limits, Source, SourceFile
from judge.pipeline import headers
from judge.pipeline.cache import FileCache
from judge.pipeline.compiling import Programs, compile_in, prepared
from judge.recipes.languages import images, language
from sandbox import bundle
from sandbox.pool import CellPool, Slot
from sandbox.spec import RunSpec
from tests.sandbox.conftest import CORE, Level
from tests.sandbox.conftest import LIMITS as RUN_LIMITS

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(120)]

RECIPE = language("cpp20")
COMPILING = Limits(time_ms=1000, wall_ms=3000)
HEADER = """\
#ifndef HEADER
#define HEADER
#include <cstdio>
#ifndef NUMBER
#define NUMBER 1
#endif
inline void say() { std::printf("%d\\n", NUMBER); }
#endif
"""
PROGRAM = '#include "own.h"\nint main() { say(); }\n'


def _source(main: str, header: str = HEADER) -> Source:
    files = {"check.cpp": main, "own.h": header}
    return Source(
        language=RECIPE.id, files=tuple(SourceFile(name=name, content=text.encode()) for name, text in files.items())
    )


class _Kiln:
    """Compiles programs of packages, each in a cell of its own, and keeps what there is to keep."""

    def __init__(self, level: Level, folder: Path) -> None:
        self.headers = FileCache(folder / "headers", most_bytes=1024 * MIB)
        self.programs = Programs(
            cache=FileCache(folder / "programs", most_bytes=1024 * MIB),
            images=dict.fromkeys(images(), level.image),
            headers=self.headers,
        )
        self._level = level

    async def compile(self, source: Source, *, is_packages: bool = True) -> tuple[Compilation, bytes, bytes]:
        """What came of the source: the compilation, the program's bundle, and what the program prints."""
        cell = await self._level.cell()
        try:
            compilation, program = await compile_in(cell, source, COMPILING, self.programs, is_packages=is_packages)
            if program is None:
                return compilation, b"", b""
            outcome = await cell.run(RunSpec(argv=("/work/program",), limits=RUN_LIMITS))
            assert outcome.exit_code == 0, outcome
            with cell.open_stdout() as stdout:
                return compilation, program, stdout.read()
        finally:
            await cell.close()

    def key(self, source: Source) -> str:
        header = headers.first_of(source, RECIPE)
        assert header is not None
        return header.key(RECIPE, self.programs.compile_image(RECIPE), COMPILING)


@pytest.fixture
def kiln(level: Level, tmp_path: Path) -> _Kiln:
    """One that has compiled nothing yet."""
    return _Kiln(level, tmp_path)


async def test_the_second_program_takes_the_precompiled_header(kiln: _Kiln) -> None:
    """One program is no reason to precompile; the second one is, and what is kept is what the compiler reads.

    A precompiled header of the same name and flags that says something else is put in its place, to see that.
    """
    assert (await kiln.compile(_source(PROGRAM)))[2] == b"1\n"
    assert kiln.headers.unsealed(kiln.key(_source(PROGRAM))) is None

    _, program, said = await kiln.compile(_source(PROGRAM + "// second\n"))
    kept = kiln.headers.unsealed(kiln.key(_source(PROGRAM)))
    assert said == b"1\n"
    assert kept is not None
    assert bundle.names(kept) == ("own.h.gch",)
    assert set(bundle.names(program)) == {"check.cpp", "own.h", "program"}

    other = HEADER.replace("NUMBER 1", "NUMBER 2")
    for comment in ("// first\n", "// second\n"):
        await kiln.compile(_source(PROGRAM + comment, other))
    theirs = kiln.headers.unsealed(kiln.key(_source(PROGRAM, other)))
    assert theirs is not None
    kiln.headers.seal(kiln.key(_source(PROGRAM)), theirs)

    assert (await kiln.compile(_source(PROGRAM + "// third\n")))[2] == b"2\n"


async def test_other_macros_read_the_text(kiln: _Kiln) -> None:
    """A program that defines what the header looks at gets what its own text says."""
    await kiln.compile(_source(PROGRAM))
    await kiln.compile(_source(PROGRAM + "// second\n"))

    assert (await kiln.compile(_source(f"#define NUMBER 5\n{PROGRAM}")))[2] == b"5\n"


async def test_a_header_that_is_to_be_read_once(kiln: _Kiln) -> None:
    """``#pragma once`` holds for a precompiled header that comes again."""
    once = '#pragma once\n#include <cstdio>\ninline void say() { std::puts("once"); }\n'
    for comment in ("", "// second\n", "// third\n"):
        source = _source(f'#include "own.h"\n{PROGRAM}{comment}', once)

        assert (await kiln.compile(source))[2] == b"once\n"
    assert bundle.names(kiln.headers.unsealed(kiln.key(source)) or b"") == ("own.h.gch",)


@pytest.mark.parametrize("kept", [b"", b"gpch", b"gpch.014" + b"\0" * 4096], ids=["empty", "short", "zeros"])
async def test_a_header_that_is_no_use_is_in_nobodys_way(kiln: _Kiln, kept: bytes) -> None:
    """Whatever is kept as a precompiled header, the program is compiled as it would be without."""
    kiln.headers.seal(kiln.key(_source(PROGRAM)), bundle.pack({"own.h.gch": kept}))
    compilation, program, said = await kiln.compile(_source(PROGRAM))

    assert (compilation.is_ok, compilation.output, said) == (True, "", b"1\n")
    assert "own.h.gch" not in bundle.names(program)


async def test_a_header_that_does_not_compile_alone(kiln: _Kiln) -> None:
    """What needs something before it is tried once, and its programs are compiled as ever."""
    needy = "inline type number() { return 3; }\n"
    main = '#include <cstdio>\n#include "own.h"\n'
    first = f'#define type int\n#include "own.h"\n{main}int main() {{ std::printf("%d\\n", number()); }}\n'
    for comment in ("", "// second\n", "// third\n"):
        source = _source(first.replace(main, "#include <cstdio>\n") + comment, needy)

        assert (await kiln.compile(source))[2] == b"3\n"
    assert kiln.headers.unsealed(kiln.key(source)) == b""


async def test_errors_are_those_of_the_text(kiln: _Kiln) -> None:
    """What does not compile says the same with a precompiled header as without."""
    await kiln.compile(_source(PROGRAM))
    await kiln.compile(_source(PROGRAM + "// second\n"))
    broken = _source(f"{PROGRAM}int twice = own;\n")
    with_header, without = await kiln.compile(broken), await kiln.compile(broken, is_packages=False)

    assert not with_header[0].is_ok
    assert with_header[0].output == without[0].output != ""


async def test_submissions_precompile_nothing(kiln: _Kiln) -> None:
    """A contestant's headers take none of the room that packages' have, however often they come."""
    for comment in ("", "// second\n", "// third\n"):
        await kiln.compile(_source(PROGRAM + comment), is_packages=False)

    assert kiln.headers.find(kiln.key(_source(PROGRAM))) is None
    assert kiln.headers.find(f"{kiln.key(_source(PROGRAM))}.seen") is None


async def test_the_programs_of_a_package_share_a_header(level: Level, tmp_path: Path) -> None:
    """By the way that checkers and validators take, a program is ready in its cell and the header is kept."""
    kiln = _Kiln(level, tmp_path)
    pool = CellPool(level.maker, [Slot(index=0, core=CORE)], keeps_warm=False)
    try:
        for comment in ("", "// second\n", "// third\n"):
            source = _source(PROGRAM + comment)
            async with prepared(
                source, COMPILING, kiln.programs, pool=pool, slot=pool.slots[0], shows_data=True, is_packages=True
            ) as ready:
                assert ready.cell is not None
                outcome = await ready.cell.run(RunSpec(argv=("/work/program",), limits=RUN_LIMITS))
                assert outcome.exit_code == 0
    finally:
        await pool.close()

    assert kiln.headers.unsealed(kiln.key(source))
