"""Judging with real cells: failures of our own are never the contestant's."""

from __future__ import annotations

import asyncio
import dataclasses
import os
import signal
from pathlib import Path

import pytest

from judge.models import Judged
from judge.pipeline.compiling import Programs
from judge.verdicts import Verdict
from sandbox.pool import CellPool
from tests.sandbox import judgings
from tests.sandbox.judgings import LIMITS, SUM, SUM_CPP, Court, Witness, echo_package, program

pytestmark = pytest.mark.asyncio(loop_scope="session")

court = judgings.court

SPINS_IN_THE_COMPILER = """\
constexpr int spin(int n) { int x = 0; for (int i = 0; i < n; i++) x ^= i; return x; }
constexpr int a = spin(30000), b = spin(30001), c = spin(30002), d = spin(30003), e = spin(30004), f = spin(30005);
"""


@pytest.mark.parametrize("moment", ["compiling", "running"])
async def test_a_cell_that_dies_is_replaced(court: Court, tmp_path: Path, moment: str) -> None:
    """When a cell is killed in the middle of compiling or running, the judging starts afresh and ends right."""
    name = f"doomed_{court.level.name}_{moment}"
    if moment == "compiling":
        source = program(SPINS_IN_THE_COMPILER + SUM_CPP, f"{name}.cpp")
    else:
        source = program(f"import time\ntime.sleep(0.5)\n{SUM}", f"{name}.py")
    witness = Witness()
    judging = asyncio.create_task(court.judge(echo_package(tmp_path), source, witness=witness))
    await _kill_launcher_above(name.encode(), judging)
    judged = await judging

    assert judged.verdict is Verdict.AC, judged
    assert witness.heard.count("compiling") == 2
    assert witness.heard[-2:] == ["1 sample/1 AC", "2 secret/1 AC"]


async def test_cells_that_keep_dying_are_a_judge_error(court: Court, tmp_path: Path) -> None:
    """After the second cell died under it a judging ends as JE, with what is known of the reason."""
    name = f"doomed_twice_{court.level.name}"
    source = program("import time\ntime.sleep(20)\n", f"{name}.py")
    limits = dataclasses.replace(LIMITS, wall_ms=20_000)
    judging = asyncio.create_task(court.judge(echo_package(tmp_path), source, limits=limits))
    for _ in range(2):
        await _kill_launcher_above(name.encode(), judging)
    judged = await judging

    assert judged.verdict is Verdict.JE
    assert "ended by itself" in judged.message


async def _kill_launcher_above(word: bytes, judging: asyncio.Task[Judged]) -> None:
    """Kill the launcher whose box holds a process that was started with ``word``, once there is one."""
    while not judging.done():
        for path in Path("/proc").iterdir():
            if path.name.isdigit() and word in _read(path / "cmdline"):
                box = _ancestors(int(path.name))
                if len(box) >= 2:
                    os.kill(box[1], signal.SIGKILL)
                    while _read(path / "cmdline"):
                        await asyncio.sleep(0.01)
                    return
        await asyncio.sleep(0.01)
    raise AssertionError(f"judged before it could be disturbed: {judging.result()}")


def _ancestors(pid: int) -> list[int]:
    """The box's init and the launcher above a process, found by where its pid namespaces begin."""
    found: list[int] = []
    while pid > 1 and len(found) < 2:
        status = _read(Path(f"/proc/{pid}/status")).decode()
        if "PPid:" not in status:
            return []
        if status.split("NSpid:")[1].splitlines()[0].split()[-1] == "1":
            found.append(pid)
        pid = int(status.split("PPid:")[1].split()[0])
    return found


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


async def test_a_missing_compiler_is_a_judge_error(
    court: Court, tmp_path: Path, image_names: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the compiler is not installed nobody is told that their program does not compile: JE names it."""
    monkeypatch.setattr("sandbox.local.SYSTEM_PATHS", ("/nowhere",))
    images = {**court.programs.images, "gcc": image_names["python3"] if court.level.name == "container" else "bare"}
    pool = CellPool(court.level.maker, court.pool.slots, keeps_warm=False)
    bare = Court(court.level, pool, Programs(cache=court.programs.cache, images=images))
    try:
        judged = await bare.judge(echo_package(tmp_path), program(f"// bare\n{SUM_CPP}", "main.cpp"))
    finally:
        await pool.close()

    assert judged.verdict is Verdict.JE
    assert "/usr/bin/g++" in judged.message


async def test_a_missing_image_is_a_judge_error(court: Court, tmp_path: Path) -> None:
    """A language whose image this host lacks cannot be judged here, and JE says so."""
    programs = Programs(cache=court.programs.cache, images={})
    judged = await court.judge(echo_package(tmp_path), program(SUM, "main.py"), programs=programs)

    assert judged.verdict is Verdict.JE
    assert "python3" in judged.message
