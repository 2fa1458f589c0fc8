"""Outputs and inputs larger than any memory they might be held in."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path

import pytest

from judge.models import MIB
from judge.verdicts import Verdict
from problems.package import Package
from tests.sandbox import judgings
from tests.sandbox.judgings import LIMITS, Court, echo_package, program

pytestmark = pytest.mark.asyncio(loop_scope="session")

court = judgings.court


async def test_a_giant_token_takes_bounded_memory(court: Court, tmp_path: Path) -> None:
    """An output of 64 MB without a blank is compared without holding it: our own process hardly grows."""
    text = "#include <stdio.h>\nint main(void) { for (int i = 0; i < 64 << 20; i++) putchar(120); }\n"
    limits = dataclasses.replace(LIMITS, time_ms=5000, wall_ms=10_000, output_bytes=80 * MIB, memory_bytes=32 * MIB)
    Path("/proc/self/clear_refs").write_text("5")
    before = _own_bytes("VmRSS")
    judged = await court.judge(_package(tmp_path, "safe"), program(text, "giant.c"), limits=limits)

    assert judged.verdict is Verdict.WA, judged
    assert _own_bytes("VmHWM") - before < 32 * MIB
    assert all(len(run.message) < 1000 for run in judged.runs)


async def test_output_larger_than_memory(court: Court, tmp_path: Path) -> None:
    """What a program prints is not held against its memory limit, nor against the cell's."""
    text = "import sys\nfor _ in range(96): sys.stdout.write('\\n' * (1 << 20))\nprint('safe')\n"
    limits = dataclasses.replace(LIMITS, time_ms=3000, wall_ms=8000, output_bytes=100 * MIB, memory_bytes=32 * MIB)
    judged = await court.judge(_package(tmp_path, "safe"), program(text, "prints.py"), limits=limits)

    assert judged.verdict is Verdict.AC, judged


async def test_input_larger_than_memory(court: Court, tmp_path: Path) -> None:
    """A program may read an input larger than its memory limit, which is neither held against it nor stuck.

    Covers B10.
    """
    package = echo_package(
        tmp_path,
        {"data/sample/1.in": b"x" * (64 * MIB), "data/sample/1.ans": "67108864\n", "data/secret/1.ans": "4\n"},
    )
    text = "import sys\nn = 0\nwhile block := sys.stdin.buffer.read(65536): n += len(block)\nprint(n)\n"
    limits = dataclasses.replace(LIMITS, time_ms=3000, wall_ms=8000, memory_bytes=32 * MIB)
    for is_cold in (True, False):
        if is_cold:
            _drop_from_cache(package.path / "data/sample/1.in")
        judged = await court.judge(package, program(text, "reads.py"), limits=limits)

        assert judged.verdict is Verdict.AC, judged


def _package(folder: Path, answer: str) -> Package:
    return echo_package(folder, {f"data/{test}/1.ans": f"{answer}\n" for test in ("sample", "secret")})


def _drop_from_cache(path: Path) -> None:
    """Have the next reader of the file wait for the disk, and its pages charged to that reader."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def _own_bytes(key: str) -> int:
    return _number(Path("/proc/self/status"), key)


def _number(path: Path, key: str) -> int:
    line = next(line for line in path.read_text().splitlines() if line.startswith(f"{key}:"))
    return int(line.split()[1]) * 1024
