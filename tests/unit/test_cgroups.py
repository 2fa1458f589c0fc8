"""Control groups as files: version 2's as a kernel wrote them, version 1's in the same words as a kernel's.

``cgroup-v2/`` is a cell's group on Linux 6.12 after a run that ran out of memory, written by
``python -m tests.guest.record``; ``tests/guest`` compares it with a living one.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import cast

import pytest

from sandbox import cgroups
from sandbox.cgroups import UNLIMITED_BYTES, MemoryGroup

LAUNCHER = Path(cgroups.__file__).parent / "launcher"
RECORDED = Path(__file__).with_name("cgroup-v2")

VERSION_1 = {
    "cpuacct/cpuacct.usage": "1234567890\n",
    "cpu/cpu.stat": "nr_periods 3\nnr_throttled 2\nthrottled_time 77000\n",
    "memory/memory.usage_in_bytes": "1001\n",
    "memory/memory.max_usage_in_bytes": "2002\n",
    "memory/memory.oom_control": "oom_kill_disable 0\nunder_oom 1\noom_kill 3\n",
}


class Host:
    """A host's tree of control groups, with one process in the group ``/docker/cell``."""

    def __init__(self, folder: Path, lines: str) -> None:
        self.root = folder / "cgroup"
        process = folder / "process"
        process.mkdir()
        (process / "cgroup").write_text(lines)
        # What the kernel shows of a process is looked for below /proc, and this is a path from there.
        self.pid = cast("int", f"..{process}")

    def group(self) -> MemoryGroup:
        return MemoryGroup(self.pid)


@pytest.fixture
def version_2(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Host:
    """A host with version 2 alone, and the recorded group."""
    host = Host(tmp_path, "0::/docker/cell\n")
    monkeypatch.setattr(cgroups, "_ROOT", host.root)
    shutil.copytree(RECORDED, host.root / "docker" / "cell")
    shutil.copy(RECORDED / "cgroup.controllers", host.root)
    return host


@pytest.fixture
def version_1(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Host:
    """A host with version 1, and version 2 without controllers beside it, as systemd has it."""
    host = Host(tmp_path, "5:pids:/docker/cell\n4:memory:/docker/cell\n1:name=systemd:/docker/cell\n0::/elsewhere\n")
    monkeypatch.setattr(cgroups, "_ROOT", host.root)
    memory = host.root / "memory" / "docker" / "cell"
    memory.mkdir(parents=True)
    for name in ("memory.limit_in_bytes", "memory.memsw.limit_in_bytes", "memory.max_usage_in_bytes"):
        (memory / name).write_text("4096\n")
    return host


def test_the_limit_of_version_2_is_read(version_2: Host) -> None:
    """A cell's group is found by its process, and its limit is the number in it."""
    assert version_2.group().limit_bytes() == int((RECORDED / "memory.max").read_text())


def test_no_limit_of_version_2_is_none_that_a_cell_may_have(version_2: Host) -> None:
    """The word that stands for no limit reads as more than any machine has."""
    (version_2.root / "docker/cell/memory.max").write_text("max\n")

    assert version_2.group().limit_bytes() == UNLIMITED_BYTES


def test_the_limit_of_version_2_is_set(version_2: Host) -> None:
    """The limit ends up in the cell's own group and nowhere else."""
    assert version_2.group().set_limit(123_456)

    assert (version_2.root / "docker/cell/memory.max").read_text() == "123456"


def test_a_kernel_without_a_peak(version_2: Host) -> None:
    """Before Linux 5.19 there is no peak: that is said, and nobody is given another number for it."""
    (version_2.root / "docker/cell/memory.peak").unlink()
    group = version_2.group()

    assert not group.reset_peak()
    assert group.peak_bytes() is None


def test_a_peak_is_reset_through_the_descriptor_that_reads_it(version_2: Host) -> None:
    """Version 2 keeps a peak for each open file: what was written to is what is read, and letting go closes it."""
    peak = version_2.root / "docker/cell/memory.peak"
    group = version_2.group()

    assert group.peak_bytes() is None
    assert group.reset_peak()
    # A kernel would put the new peak there; this file keeps what is written to it.
    peak.write_text("4242\n")
    assert group.peak_bytes() == 4242
    group.close()
    group.close()
    assert group.peak_bytes() is None


def test_the_limit_of_version_1_is_set_with_swap(version_1: Host) -> None:
    """Memory, and memory with swap, get the same limit, also where the kernel does not account for swap."""
    memory = version_1.root / "memory" / "docker" / "cell"
    assert version_1.group().set_limit(8192)

    assert (memory / "memory.limit_in_bytes").read_text() == "8192"
    assert (memory / "memory.memsw.limit_in_bytes").read_text() == "8192"
    (memory / "memory.memsw.limit_in_bytes").unlink()
    assert version_1.group().set_limit(1024)
    assert version_1.group().limit_bytes() == 1024


def test_the_peak_of_version_1_is_in_the_group(version_1: Host) -> None:
    """It is reset for everybody, so that the launcher reads it in the cell."""
    group = version_1.group()
    assert group.reset_peak()

    assert (version_1.root / "memory/docker/cell/memory.max_usage_in_bytes").read_text() == "0"
    assert group.peak_bytes() is None


@pytest.mark.parametrize("name", ["version_1", "version_2"])
def test_a_group_that_is_gone(name: str, request: pytest.FixtureRequest) -> None:
    """Nothing is claimed to be done in a group that ended with its cell, or for a process that has none."""
    host: Host = request.getfixturevalue(name)
    group = host.group()
    shutil.rmtree(host.root)

    for gone in (group, host.group()):
        assert not gone.set_limit(4096)
        assert not gone.reset_peak()
        assert gone.limit_bytes() is None


@pytest.fixture
def metered(tmp_path: Path) -> Callable[[], list[int]]:
    """What the launcher's meter reads in ``tmp_path``: version, CPU time, memory, peak, OOM kills, throttled time."""
    tree = f'"{tmp_path}/"'
    sources = [str(Path(__file__).with_name("meter.c")), str(LAUNCHER / "meter.c")]
    macros = [f"-DV1={tree}", f"-DV2={tree}"]
    argv = ["gcc", "-std=c11", "-Wall", "-Werror", *macros, f"-I{LAUNCHER}", "-o", str(tmp_path / "meter"), *sources]
    subprocess.run(argv, check=True, timeout=60)

    def read() -> list[int]:
        said = subprocess.run([tmp_path / "meter"], check=True, capture_output=True, timeout=10).stdout
        return [int(number) for number in said.split()]

    return read


def test_the_launcher_reads_version_2(tmp_path: Path, metered: Callable[[], list[int]]) -> None:
    """The launcher's numbers are those of the recorded files, in its own units."""
    shutil.copytree(RECORDED, tmp_path, dirs_exist_ok=True)
    cpu_us, *_ = _numbers(RECORDED / "cpu.stat")
    _, _, _, _, oom_kills, _ = _numbers(RECORDED / "memory.events")
    memory, peak = (int((RECORDED / name).read_text()) for name in ("memory.current", "memory.peak"))

    assert metered() == [2, cpu_us * 1000, memory, peak, oom_kills, 0]
    assert oom_kills == 1


def test_the_launcher_tells_similar_keys_apart(tmp_path: Path, metered: Callable[[], list[int]]) -> None:
    """A key counts, not one that begins or ends like it; a kernel without a peak has none."""
    shutil.copytree(RECORDED, tmp_path, dirs_exist_ok=True)
    (tmp_path / "memory.events").write_text("low 1\nhigh 2\nmax 3\noom 4\noom_group_kill 6\noom_kill 5\n")
    (tmp_path / "cpu.stat").write_text("core_sched.force_idle_usec 9\nnr_throttled 8\nthrottled_usec 7\nusage_usec 6\n")
    (tmp_path / "memory.peak").unlink()

    version, cpu_ns, _, peak, oom_kills, throttled_ns = metered()
    assert (version, cpu_ns, peak, oom_kills, throttled_ns) == (2, 6000, 0, 5, 7000)


def test_the_launcher_reads_version_1(tmp_path: Path, metered: Callable[[], list[int]]) -> None:
    """Version 1 has the same numbers in other files, and CPU times in nanoseconds."""
    for name, text in VERSION_1.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)

    assert metered() == [1, 1_234_567_890, 1001, 2002, 3, 77_000]


def _numbers(path: Path) -> list[int]:
    return [int(line.split()[1]) for line in path.read_text().splitlines()]
