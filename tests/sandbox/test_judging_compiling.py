"""Judging with real cells: what compilers say, and compiled programs that are kept."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from judge.models import MIB, Source
from judge.pipeline.compiling import OUTPUT_CHARS
from judge.verdicts import Verdict
from tests.sandbox import judgings
from tests.sandbox.judgings import LIMITS, SUM, SUM_CPP, Court, echo_package, program

pytestmark = pytest.mark.asyncio(loop_scope="session")

court = judgings.court


async def test_compile_errors_are_shown(court: Court, tmp_path: Path) -> None:
    """The compiler's own words reach the contestant, with the file and line that they are about."""
    source = program("int main() {\n  return missing;\n}\n", "main.cpp")
    judged = await court.judge(echo_package(tmp_path), source)

    assert judged.verdict is Verdict.CE
    assert "main.cpp:2" in judged.compilation.output
    assert "missing" in judged.compilation.output
    assert judged.runs == ()


async def test_compile_errors_are_capped(court: Court, tmp_path: Path) -> None:
    """Of thousands of errors the beginning is kept, and that something was cut is said."""
    lines = "\n".join(f"  missing{number};" for number in range(2000))
    judged = await court.judge(echo_package(tmp_path), program(f"int main(void) {{\n{lines}\n}}\n", "main.c"))

    assert judged.verdict is Verdict.CE
    assert OUTPUT_CHARS < len(judged.compilation.output) < OUTPUT_CHARS + 100
    assert "missing0" in judged.compilation.output
    assert judged.compilation.output.endswith("[cut here: the compiler said more]")


COUNTS = """\
constexpr int count(int n) { return n < 2 ? n : count(n - 1) + count(n - 2); }
static_assert(count(45) > 0);
"""


@pytest.mark.parametrize(
    ("text", "said"),
    [(COUNTS, "processor time"), ('#include "/dev/zero"\n', "memory")],
    ids=["time", "memory"],
)
async def test_a_stopped_compiler_is_a_compile_error(court: Court, tmp_path: Path, text: str, said: str) -> None:
    """A compiler that a limit ended gives CE, and the text says which limit."""
    limits = dataclasses.replace(LIMITS, compile_time_ms=1000, compile_memory_bytes=128 * MIB)
    judged = await court.judge(echo_package(tmp_path), program(text, "main.cpp"), limits=limits)

    assert judged.verdict is Verdict.CE
    first = judged.compilation.output.splitlines()[0]
    assert first.startswith("The compiler was stopped: ")
    assert said in first


async def test_compiled_programs_are_kept(court: Court, tmp_path: Path) -> None:
    """The second judging of a source does not compile, and comes to the same end."""
    package = echo_package(tmp_path)
    source = program(f"// {tmp_path}\n{SUM_CPP}", "main.cpp")
    first = await court.judge(package, source)
    second = await court.judge(package, source)

    assert (first.verdict, second.verdict) == (Verdict.AC, Verdict.AC)
    assert first.compilation.cpu_us > 0
    assert second.compilation.cpu_us == 0


async def test_kept_programs_are_those_of_their_language(court: Court, tmp_path: Path) -> None:
    """The same text in two languages is two programs, compiled or kept."""
    package = echo_package(tmp_path, {f"data/{test}/1.ans": "202002\n" for test in ("sample", "secret")})
    files = program('#include <cstdio>\nint main() { printf("%ld\\n", __cplusplus); }\n', "main.cpp").files
    verdicts = [
        (await court.judge(package, Source(language=language, files=files))).verdict
        for language in ("cpp17", "cpp20", "cpp17", "cpp20")
    ]

    assert verdicts == [Verdict.WA, Verdict.AC, Verdict.WA, Verdict.AC]


async def test_a_damaged_kept_program_is_made_anew(court: Court, tmp_path: Path) -> None:
    """What a crash of the host left of a kept program is no reason for a wrong verdict."""
    package, source = echo_package(tmp_path), program(f"# {tmp_path}\n{SUM}", "main.py")
    assert (await court.judge(package, source)).verdict is Verdict.AC
    kept = court.programs.cache.find(court.programs.key(source))
    assert kept is not None
    kept.chmod(0o644)
    for damage in (kept.read_bytes()[:-10], b""):
        kept.write_bytes(damage)

        assert (await court.judge(package, source)).verdict is Verdict.AC
