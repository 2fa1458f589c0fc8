"""Time and memory with control groups version 2: the judge's own cells, Docker's engine, Linux 6.12.

The guest's processor is emulated: it is slow, and whatever keeps this machine busy looks like work of the guest's. So
bounds from above are wide here; those that a lost process or a missed event would break are not.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from sandbox.outcome import EndedBy
from tests.guest.machine import Guest

# Making the guest's disk, which the first run of all does, needs packages from a mirror.
pytestmark = pytest.mark.timeout(900)

MIB = 1024 * 1024
RECORDED = Path(__file__).parents[1] / "unit" / "cgroup-v2"
#: Enough for the emulated processor to touch hundreds of MiB.
PATIENT = {"cpu_ms": 60_000, "wall_ms": 60_000}


def test_the_cell_is_bounded_by_version_2(guest: Guest) -> None:
    """The launcher finds the cell's own group, and Docker has bounded processes, swap and core in it."""
    files = guest.inspect().files

    assert guest.facts.cgroup == 2
    assert guest.facts.is_bounded
    assert [files[name].strip() for name in ("memory.swap.max", "pids.max", "cpuset.cpus")] == ["0", "512", "0"]


@pytest.mark.parametrize("deed", ["burn", "threads-burn", "ignored-child-burns"])
def test_cpu_time_of_all_processes_adds_up(guest: Guest, deed: str) -> None:
    """What one process, eight threads, or a child that nobody waits for have burnt is all on the bill."""
    outcome, _ = guest.run(deed, 2, cpu_ms=20_000)

    assert outcome.ended_by is EndedBy.ITSELF
    assert 2_000_000 <= outcome.cpu_us < 3_000_000


@pytest.mark.parametrize("deed", ["spin", "orphan-burns"])
def test_cpu_limit(guest: Guest, deed: str) -> None:
    """A program that only computes, and one that leaves it to an orphan, are stopped when the total is used up."""
    outcome, _ = guest.run(deed, cpu_ms=1000)

    assert outcome.ended_by is EndedBy.CPU
    assert 1_000_000 <= outcome.cpu_us < 1_500_000


def test_wall_limit(guest: Guest) -> None:
    """A program that waits for ever ends at the wall limit, with hardly any CPU time."""
    outcome, _ = guest.run("sleep", wall_ms=1000)

    assert outcome.ended_by is EndedBy.WALL
    assert outcome.cpu_us < 500_000


@pytest.mark.parametrize("deed", ["touch", "child-touches"])
def test_memory_limit(guest: Guest, deed: str) -> None:
    """Touching more than the limit is a matter of memory, whichever process does it; the host's swap is no way out."""
    outcome, _ = guest.run(deed, 300, **PATIENT)
    _, swaps = guest.execute("cat", "/proc/swaps")
    after, _ = guest.run("exit", 0)

    assert outcome.ended_by is EndedBy.MEMORY
    assert "/dev/vdc" in swaps
    assert int(guest.inspect().files["memory.swap.current"]) == 0
    assert (after.ended_by, after.exit_code) == (EndedBy.ITSELF, 0)


def test_memory_limit_follows_the_run(guest: Guest) -> None:
    """The next run's limit is its own: what was too much before is allowed, and the other way round."""
    allowed, output = guest.run("touch", 100, memory_bytes=128 * MIB, **PATIENT)
    refused, _ = guest.run("touch", 100, memory_bytes=64 * MIB, **PATIENT)

    assert (allowed.ended_by, output) == (EndedBy.ITSELF, "touched\n")
    assert refused.ended_by is EndedBy.MEMORY


def test_peak_of_each_run_is_its_own(guest: Guest) -> None:
    """The peak is what a run touched and little more: after a larger one, and where it is in files of /tmp, too."""
    large, _ = guest.run("touch", 40, **PATIENT)
    in_files, _ = guest.run("fill-tmp", 30, **PATIENT)
    small, _ = guest.run("touch", 10, **PATIENT)

    for outcome, mib in ((large, 40), (in_files, 30), (small, 10)):
        assert 0.98 * mib * MIB <= outcome.memory_bytes < (mib + 3) * MIB


def test_number_of_processes(guest: Guest) -> None:
    """As many processes as the limit says can be alive, the program itself included."""
    _, output = guest.run("fork-count", processes=20, **PATIENT)

    assert int(output) == 19


def test_fork_bomb(guest: Guest) -> None:
    """A fork bomb ends at a limit, all of it is dead then, and the next run is unharmed."""
    outcome, _ = guest.run("fork-bomb", cpu_ms=2000)
    after, _ = guest.run("exit", 0)

    assert outcome.ended_by in {EndedBy.CPU, EndedBy.WALL}
    # The launcher, and the init of the box made ahead.
    assert int(guest.inspect().files["pids.current"]) <= 2
    assert after.exit_code == 0


def test_the_recorded_tree_is_still_what_kernels_write(guest: Guest) -> None:
    """``tests/unit/cgroup-v2`` has the files and keys that a kernel writes, so that tests on it are about something."""
    guest.run("exit", 0)
    live = guest.inspect().files

    for path in RECORDED.iterdir():
        assert _keys(path.read_text()) == _keys(live[path.name]), path.name


def _keys(text: str) -> list[str]:
    """The first words of lines that have several."""
    return [line.split()[0] for line in text.splitlines() if len(line.split()) > 1]
