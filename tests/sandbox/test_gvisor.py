"""Level ``gvisor``: the same launcher in gVisor's kernel, with what that lacks made up for from outside."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from judge.config import Isolation, Settings
from judge.errors import SandboxError
from judge.hosts import host
from sandbox import bundle, container
from sandbox.cell import Cell
from sandbox.container import ContainerMaker
from sandbox.outcome import EndedBy
from sandbox.spec import RunSpec
from tests.sandbox.conftest import COMPILE, CORE, LIMITS, MIB, Prober
from tests.sandbox.test_interaction import FIRSTS, Pair, compiled_talker

pytestmark = pytest.mark.asyncio(loop_scope="session")

#: Starting a process takes gVisor ten times as long as the host, and it counts in ticks of 10 ms.
SLOW = dataclasses.replace(LIMITS, wall_ms=10_000)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def cell(image_names: dict[str, str], short_tmp: Path) -> AsyncIterator[Cell]:
    """One cell of the level, as the settings make it."""
    maker = host.cell_maker(Settings(isolation=Isolation.GVISOR, data_dir=short_tmp / "gvisor"))
    cell = await maker.make(image=image_names["gcc"], core=CORE, shows_data=False)
    yield cell
    await cell.close()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def gprobe(cell: Cell) -> Prober:
    """The probe, compiled in the cell."""
    await cell.load(bundle.pack({"probe.c": Path(__file__).with_name("probe.c").read_bytes()}))
    argv = ("/usr/bin/gcc", "-O1", "-pthread", "-static", "-o", "probe", "probe.c")
    compiled = await cell.run(RunSpec(argv=argv, env={"PATH": "/usr/bin"}, is_work_writable=True, limits=COMPILE))
    assert compiled.exit_code == 0, compiled.stderr.decode()
    return Prober(cell, "gvisor")


async def test_it_is_another_kernel(cell: Cell) -> None:
    """What a program takes for the kernel is gVisor, and the launcher knows what that cannot do."""
    outcome = await cell.run(RunSpec(argv=("/bin/uname", "-r"), limits=SLOW))
    with cell.open_stdout() as stdout:
        release = stdout.read().decode().strip()

    assert outcome.exit_code == 0
    assert release != os.uname().release
    assert cell.facts.cgroup == 1
    assert not cell.facts.is_bounded
    assert not cell.facts.is_reporting


async def test_the_host_bounds_it_all(gprobe: Prober) -> None:
    """Program and gVisor are in a control group of the host with a limit for both: gVisor itself enforces none."""
    await gprobe("exit", 0, limits=SLOW)
    wall = gprobe.cell._wall
    assert isinstance(wall, container._ContainerWall)
    assert wall._group is not None
    limit_bytes = wall._group.limit_bytes()
    spare_bytes = container.gvisor("runsc").overhead_bytes + 2 * MIB

    assert limit_bytes is not None
    assert SLOW.memory_bytes < limit_bytes <= SLOW.memory_bytes + spare_bytes


async def test_limits_hold(gprobe: Prober) -> None:
    """Processor time, wall time, memory and output end a run as at the other levels, each for its own reason."""
    spinning, _ = await gprobe("spin", limits=SLOW)
    assert spinning.ended_by is EndedBy.CPU
    assert 1_000_000 <= spinning.cpu_us < 1_200_000

    sleeping, _ = await gprobe("sleep", limits=dataclasses.replace(LIMITS, wall_ms=400))
    assert sleeping.ended_by is EndedBy.WALL

    hoarding, _ = await gprobe("touch", 300, limits=SLOW)
    assert hoarding.ended_by is EndedBy.MEMORY

    filling, _ = await gprobe("fill-tmp", 100, limits=dataclasses.replace(SLOW, tmp_bytes=128 * MIB))
    assert filling.ended_by is EndedBy.MEMORY

    again, _ = await gprobe("touch", 20, limits=SLOW)
    assert again.ended_by is EndedBy.ITSELF
    assert 20 * MIB <= again.memory_bytes < 40 * MIB


async def test_a_fork_bomb_is_the_runs_own_affair(gprobe: Prober) -> None:
    """Processes are limited, all of them end with the run, and the next one runs as ever."""
    bomb, _ = await gprobe("fork-bomb", limits=SLOW)
    after, _ = await gprobe("exit", 7, limits=SLOW)

    assert bomb.ended_by in {EndedBy.CPU, EndedBy.WALL, EndedBy.MEMORY}
    assert after.exit_code == 7


#: Its own process 1 it may list and kill, which ends the run; priorities are gVisor's own and mean nothing outside.
VIRTUAL = {"init-fds", "nice"}


async def test_what_boxes_refuse(gprobe: Prober) -> None:
    """Mounts, namespaces, sockets, tracing and files of the cell are refused here too."""
    _, said = await gprobe("escapes", limits=SLOW)
    tried = {line.split()[0]: line.split()[1] for line in said.decode().splitlines()}

    assert len(tried) > 30
    assert {name for name, came in tried.items() if came == "DONE"} <= VIRTUAL


async def test_gvisors_own_memory_counts(image_names: dict[str, str], short_tmp: Path) -> None:
    """A program that makes gVisor itself grow beyond the cell's bound is out of memory; that is no failure of ours."""
    maker = host.cell_maker(Settings(isolation=Isolation.GVISOR, data_dir=short_tmp / "gvisor"))
    cell = await maker.make(image=image_names["gcc"], core=CORE, shows_data=False)
    # Names without end: gVisor keeps them on its own heap.
    script = "i=0; while :; do : > /tmp/$i-$i-$i-$i-$i-$i-$i-$i; i=$((i + 1)); done"
    limits = dataclasses.replace(LIMITS, cpu_ms=60_000, wall_ms=60_000, memory_bytes=200 * MIB)
    wall = cell._wall
    assert isinstance(wall, container._ContainerWall)
    wall._runtime = dataclasses.replace(wall._runtime, overhead_bytes=-100 * MIB)
    outcome = await cell.run(RunSpec(argv=("/bin/sh", "-c", script), env={"PATH": "/usr/bin:/bin"}, limits=limits))
    await cell.close()

    assert outcome.ended_by is EndedBy.MEMORY
    assert outcome.oom_kills == 1


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def pair(cell: Cell, image_names: dict[str, str], short_tmp: Path) -> AsyncIterator[Pair]:
    """Two cells of the level that talk, the second a judge's."""
    maker = host.cell_maker(Settings(isolation=Isolation.GVISOR, data_dir=short_tmp / "gvisor"))
    talker = await compiled_talker(cell)
    first, second = [
        await maker.make(image=image_names["gcc"], core=CORE, shows_data=shows_data) for shows_data in (False, True)
    ]
    await first.load(talker)
    await second.load(talker)
    yield Pair(contestant=first, judge=second)
    await first.close()
    await second.close()


@pytest.mark.parametrize("what", FIRSTS)
async def test_who_left_first(pair: Pair, what: str) -> None:
    """Of two kernels in user space, whose clocks follow the host's, it can be told who left first."""
    contestants, judges, ends, is_judge = FIRSTS[what]
    talked = await pair.talk(contestants, judges)

    assert (talked.contestant.exit_code, talked.judge.exit_code) == ends
    assert talked.judge_was_first is is_judge


async def test_a_decided_talk_is_ended(pair: Pair) -> None:
    """A contestant's program that would go on is stopped in another kernel, too."""
    talked = await pair.talk("spin=60", "exit=43", is_decided=True)

    assert talked.contestant.ended_by is EndedBy.STOPPED


async def test_an_unknown_runtime_is_said(short_tmp: Path) -> None:
    """Where the engine does not know the runtime, a judgehost refuses to start and says what to run."""
    settings = Settings(isolation=Isolation.GVISOR, gvisor_runtime="no-such-runtime", data_dir=short_tmp)

    with pytest.raises(SandboxError, match=r"no-such-runtime.*make gvisor"):
        host.levels(settings)


async def test_levels_of_a_host(short_tmp: Path) -> None:
    """A host gives its own level and those whose runtimes are there; level ``local`` is never given beside others."""
    settings = Settings(isolation=Isolation.CONTAINER, data_dir=short_tmp)

    assert host.levels(settings)[:2] == (Isolation.CONTAINER, Isolation.GVISOR)
    assert host.levels(Settings(isolation=Isolation.LOCAL, data_dir=short_tmp)) == (Isolation.LOCAL,)


async def test_a_cell_without_a_bound_is_refused(image_names: dict[str, str], short_tmp: Path) -> None:
    """If nothing bounds a cell's memory, as with runsc's --ignore-cgroups, no cell is made."""

    class Unbounded(ContainerMaker):
        """Asks Docker for cells without a limit."""

        def _host_config(self, core: int, exchange: object) -> dict[str, object]:
            config = super()._host_config(core, exchange)  # type: ignore[arg-type]
            return config | {"Memory": 0, "MemorySwap": 0}

    maker = Unbounded(cells_dir=short_tmp, host="tests")
    with pytest.raises(SandboxError, match="does not bound"):
        await maker.make(image=image_names["gcc"], core=CORE, shows_data=False)
