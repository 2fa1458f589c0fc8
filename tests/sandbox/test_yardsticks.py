"""What benches measure with: that it measures what it says, and finds what it looks for."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from judge.bench import endurance
from judge.config import Isolation, Settings
from sandbox.container import ContainerMaker
from sandbox.spec import RunLimits, RunSpec
from sandbox.yardsticks import containers, peers, programs
from sandbox.yardsticks.leftovers import Cells, Footprint, Left, engine_pid
from sandbox.yardsticks.programs import Programs
from tests.sandbox.conftest import CORE, MIB, Level

pytestmark = pytest.mark.asyncio(loop_scope="session")

LIMITS = RunLimits(cpu_ms=2000, wall_ms=5000, memory_bytes=256 * MIB, output_bytes=MIB, processes=32)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def maker(image_names: dict[str, str], short_tmp: Path) -> ContainerMaker:
    """Cells at level ``container``, whatever other levels are tested."""
    return ContainerMaker(cells_dir=short_tmp / "cells-yardsticks", host="tests")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def compiled(maker: ContainerMaker, image_names: dict[str, str]) -> AsyncIterator[Programs]:
    """The programs, compiled once."""
    cell = await maker.make(image=image_names["gcc"], core=CORE, shows_data=False)
    try:
        yield await programs.compiled(cell)
    finally:
        await cell.close()


async def test_they_run_at_every_level(level: Level, compiled: Programs) -> None:
    """What was compiled in one cell runs in a cell of any level, and on the host."""
    cell = await level.cell()
    try:
        await compiled.load(cell)
        outcome = await cell.run(RunSpec(argv=("/work/noop",), limits=LIMITS))
    finally:
        await cell.close()

    assert outcome.exit_code == 0


async def test_the_stopwatch(compiled: Programs, tmp_path: Path) -> None:
    """It times as many rounds as asked for, of one command or of several in a row, and fails with a command."""
    await asyncio.to_thread(compiled.put, tmp_path)
    watch, noop = str(tmp_path / "stopwatch"), str(tmp_path / "noop")

    single = await _said(watch, "5", "2", noop)
    double = await _said(watch, "3", "0", noop, "--then", noop)

    assert [code for code, _ in (single, double)] == [0, 0]
    assert [len(said.split()) for _, said in (single, double)] == [5, 3]
    assert all(10_000 < int(ns) < 10**9 for ns in single[1].split())
    assert (await _said(watch, "3", "0", noop, "--then", "/bin/false"))[0] == 1
    assert (await _said(watch, "3", "0", str(tmp_path / "missing")))[0] == 1
    assert (await _said(watch, "3", "0", noop, "--then"))[0] == 2


async def test_counters_of_a_cell(maker: ContainerMaker, compiled: Programs, image_names: dict[str, str]) -> None:
    """Processor time and memory of a cell are read from its own control group: they grow with what it does."""
    cell = await maker.make(image=image_names["gcc"], core=CORE, shows_data=False)
    try:
        await compiled.load(cell)
        before_us = await containers.cpu_us(cell)
        await cell.run(RunSpec(argv=("/work/burner", "threads", "2", "100"), limits=LIMITS))
        used_us = await containers.cpu_us(cell) - before_us
        held_bytes = await containers.memory_bytes(cell)
    finally:
        await cell.close()

    assert 200_000 <= used_us < 300_000
    assert sum(map(len, compiled.binaries.values())) <= held_bytes < 64 * MIB


async def test_a_bare_process_beside_the_launcher(
    maker: ContainerMaker, compiled: Programs, image_names: dict[str, str]
) -> None:
    """What boxes are compared with runs in the same cell, and what it says beside its output is no figure."""
    complains = ["/bin/sh", "-c", "echo Warning: no figure >&2"]
    cell = await maker.make(image=image_names["gcc"], core=CORE, shows_data=False)
    try:
        await compiled.load(cell)
        durations_us = await containers.bare_forkexec_us(cell, ["/work/noop"], count=5, warm_up=1)
        durations_us += await containers.bare_forkexec_us(cell, complains, count=5, warm_up=1)
    finally:
        await cell.close()

    assert len(durations_us) == 10
    assert all(10 < us < 10**6 for us in durations_us)


async def test_traces_of_a_cell_are_found(maker: ContainerMaker, image_names: dict[str, str]) -> None:
    """While a cell lives each kind of trace is found, so that none found afterwards means that none is there."""
    cells = Cells(maker)
    cell = await cells.make(image=image_names["gcc"], core=CORE, shows_data=False)
    alive = await cells.left()
    await cell.close()
    async with asyncio.timeout(20):
        while left := await cells.left():
            await asyncio.sleep(0.05)

    assert alive.containers == alive.folders == 1
    assert alive.processes >= 2
    assert alive.mounts >= 1
    assert alive.cgroups >= 1
    assert left == Left(containers=0, processes=0, mounts=0, cgroups=0, folders=0)


async def test_footprints(tmp_path: Path) -> None:
    """Descriptors and children that a process gets are seen; the engine is the process behind the socket."""
    before = Footprint.of(os.getpid())
    with (tmp_path / "file").open("w"):
        process = await asyncio.create_subprocess_exec("sleep", "60")
        during = Footprint.of(os.getpid())
        process.kill()
        await process.wait()
    pid = engine_pid()

    assert during.descriptors > before.descriptors
    assert during.children == before.children + 1
    assert pid is not None
    assert Path(f"/proc/{pid}/comm").read_text().strip() == "dockerd"


@pytest.mark.skipif(shutil.which("bwrap") is None, reason="needs a peer: apt-get install bubblewrap")
async def test_a_peer_does_the_work(compiled: Programs) -> None:
    """A sandbox found on the host runs the no-op as often as asked for."""
    async with peers.ground(compiled, core=CORE, python="/usr/bin/python3") as on:
        bubblewrap = await peers._bubblewrap(on)
        durations_us = await on.measure(bubblewrap, count=3, warm_up=1)

    assert len(durations_us) == 3
    assert not on.folder.exists()


async def test_a_peer_that_is_not_there_is_told_of(compiled: Programs, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each peer that is missing is named with what would install it, and none of them ends the bench."""
    monkeypatch.setenv("PATH", os.pathsep.join(["/nowhere"]))
    said: list[str] = []
    async with peers.ground(compiled, core=CORE, python="/nowhere/python") as on:
        found = await on.found(said.append)

    assert found == []
    assert [line.split(":")[0] for line in said] == list(peers._MAKERS)
    assert all("not installed" in line for line in said)


@pytest.mark.timeout(300)
async def test_judgings_in_a_row_leave_nothing(image_names: dict[str, str], tmp_path: Path) -> None:
    """Ten judgings, among them programs that leave behind all they can, leave no trace of their cells."""
    settings = Settings(data_dir=tmp_path, isolation=Isolation.CONTAINER, slots=1)
    figures = {figure.name: figure for figure in await endurance.measure(settings, print, judgings=10)}

    assert figures["judgings that ended otherwise than they should"].ok
    left = [figure for name, figure in figures.items() if " left of " in name]
    assert len(left) == 5
    assert [figure.name for figure in left if not figure.ok] == []


async def _said(*argv: str) -> tuple[int | None, str]:
    process = await asyncio.create_subprocess_exec(
        *argv, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
    )
    said, _ = await process.communicate()
    return process.returncode, said.decode()
