"""What a box allows, what ends a run, and that nothing of a run is left: at each isolation level."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import signal
import time
from pathlib import Path

import pytest

from judge.errors import CellDied
from sandbox.cell import Cell
from sandbox.outcome import EndedBy
from sandbox.spec import RunSpec
from tests.sandbox.conftest import LIMITS, MIB, Level, Prober

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_cpu_limit_ends_a_spinning_program(probe: Prober) -> None:
    """A program that only computes is stopped when its CPU time is up, and charged for it."""
    outcome, _ = await probe("spin")

    assert outcome.ended_by is EndedBy.CPU
    assert outcome.signal == signal.SIGKILL
    assert 1_000_000 <= outcome.cpu_us < 1_100_000


async def test_ignoring_all_signals_does_not_help(probe: Prober) -> None:
    """The end by a limit cannot be caught."""
    outcome, _ = await probe("ignore-signals")

    assert outcome.ended_by is EndedBy.CPU


@pytest.mark.parametrize("deed", ["sleep", "stop"])
async def test_wall_limit_ends_an_idle_program(probe: Prober, deed: str) -> None:
    """A program that waits for ever, or stops itself, ends at the wall limit without having used CPU time."""
    outcome, _ = await probe(deed, limits=dataclasses.replace(LIMITS, wall_ms=400))

    assert outcome.ended_by is EndedBy.WALL
    assert outcome.cpu_us < 100_000
    assert 400_000 <= outcome.wall_us < 600_000


async def test_measured_cpu_time_is_what_was_burnt(probe: Prober) -> None:
    """CPU time of one thread is reported within 3 % and the cost of starting a process."""
    outcome, _ = await probe("burn", 0.3)

    assert outcome.ended_by is EndedBy.ITSELF
    assert 300_000 <= outcome.cpu_us < 320_000


async def test_cpu_time_of_threads_adds_up(probe: Prober) -> None:
    """Eight threads are charged for the sum of what they burnt."""
    outcome, _ = await probe("threads-burn", 0.4)

    assert 400_000 <= outcome.cpu_us < 430_000


async def test_cpu_time_of_children_nobody_waits_for_counts(probe: Prober) -> None:
    """Ignoring SIGCHLD hides a child from its parent, not from its bill; at ``local`` only nearly all of it."""
    outcome, _ = await probe("ignored-child-burns", 0.4)

    assert outcome.cpu_us >= (400_000 if probe.level == "container" else 350_000)


async def test_orphans_are_charged_and_stopped(probe: Prober) -> None:
    """A daemonised grandchild uses up the run's CPU time and ends with it."""
    outcome, _ = await probe("orphan-burns")

    assert outcome.ended_by is EndedBy.CPU


async def test_memory_limit(probe: Prober) -> None:
    """Touching more than the limit ends the run as a matter of memory, not as a crash."""
    outcome, _ = await probe("touch", 300)

    assert outcome.ended_by is EndedBy.MEMORY


async def test_memory_is_measured(probe: Prober) -> None:
    """The reported peak is what the program touched, and little more."""
    outcome, output = await probe("touch", 40)

    assert output == b"touched\n"
    assert 40 * MIB <= outcome.memory_bytes < 43 * MIB


async def test_untouched_memory_is_free(probe: Prober) -> None:
    """Reserving a tebibyte costs nothing."""
    outcome, output = await probe("reserve")

    assert output == b"reserved\n"
    assert outcome.memory_bytes < 10 * MIB


async def test_memory_of_a_killed_child_counts(probe: Prober) -> None:
    """A parent that survives its child's death by memory does not get away with the right answer."""
    outcome, _ = await probe("child-touches", 300)

    assert outcome.ended_by is EndedBy.MEMORY


async def test_recursion_may_use_all_memory(probe: Prober) -> None:
    """The stack is as large as the memory limit."""
    outcome, _ = await probe("recurse", 48)

    assert (outcome.ended_by, outcome.exit_code) == (EndedBy.ITSELF, 0)


async def test_recursion_may_be_given_less(probe: Prober) -> None:
    """A stack that is to be smaller than the memory is: the same recursion within both, and beyond the stack."""
    limits = dataclasses.replace(LIMITS, stack_bytes=32 * MIB)
    within, _ = await probe("recurse", 24, limits=limits)
    beyond, _ = await probe("recurse", 48, limits=limits)

    assert (within.ended_by, within.exit_code) == (EndedBy.ITSELF, 0)
    assert (beyond.ended_by, beyond.signal) == (EndedBy.ITSELF, signal.SIGSEGV)


async def test_output_limit(probe: Prober) -> None:
    """An endless printer is stopped, and what is kept is exactly the limit."""
    outcome, output = await probe("flood")

    assert outcome.ended_by is EndedBy.OUTPUT
    assert outcome.stdout_bytes == len(output) == LIMITS.output_bytes


async def test_standard_error_is_cut_not_punished(probe: Prober) -> None:
    """A flood of standard error leaves the answer alone."""
    outcome, output = await probe("flood-stderr")

    assert (outcome.ended_by, output) == (EndedBy.ITSELF, b"answer\n")
    assert len(outcome.stderr) == 64 * 1024


async def test_fork_bomb_ends_and_the_next_run_is_unharmed(probe: Prober) -> None:
    """A fork bomb meets the limit of processes, then that of time; all of it is dead afterwards."""
    outcome, _ = await probe("fork-bomb")
    after, _ = await probe("exit", 0)

    assert outcome.ended_by in (EndedBy.CPU, EndedBy.WALL)
    assert after.exit_code == 0


async def test_number_of_processes(probe: Prober) -> None:
    """As many processes as the limit says can be alive, the program itself included."""
    _, output = await probe("fork-count")

    assert int(output) == LIMITS.processes - 1


@pytest.mark.parametrize("deed", ["hold-stdout", "write-late"])
async def test_a_run_ends_with_its_program(probe: Prober, deed: str) -> None:
    """Whoever is left behind neither delays the outcome nor adds to the output."""
    begun = time.monotonic()
    outcome, output = await probe(deed)

    assert (outcome.ended_by, outcome.exit_code, output) == (EndedBy.ITSELF, 0, b"answer\n")
    assert time.monotonic() - begun < 1


async def test_exit_code_and_signal(probe: Prober) -> None:
    """The program's own end is reported as it was."""
    left, _ = await probe("exit", 42)
    aborted, _ = await probe("abort")

    assert (left.exit_code, left.signal) == (42, None)
    assert (aborted.exit_code, aborted.signal) == (None, signal.SIGABRT)


async def test_killing_everybody_kills_only_itself(probe: Prober) -> None:
    """kill(-1) reaches nobody outside the box."""
    outcome, _ = await probe("kill-all")
    after, _ = await probe("exit", 0)

    assert outcome.ended_by is EndedBy.ITSELF
    assert after.exit_code == 0


async def test_all_escapes_are_refused(probe: Prober) -> None:
    """Namespaces, mounts, sockets, other processes, kernel interfaces, the exchange directory: none can be had."""
    outcome, output = await probe("escapes")

    lines = output.decode().splitlines()
    assert (outcome.exit_code, len(lines)) == (0, 35)
    assert [line for line in lines if " refused " not in line] == []


@pytest.mark.parametrize("deed", ["x32", "i386"])
async def test_other_system_call_tables_are_shut(probe: Prober, deed: str) -> None:
    """32-bit and x32 entry points, which number calls differently, either fail or are deadly."""
    outcome, output = await probe(deed)

    assert outcome.signal == signal.SIGSYS or output == b"-1\n"


async def test_only_standard_streams_are_open(probe: Prober) -> None:
    """Descriptors 0, 1 and 2, and no more."""
    _, output = await probe("list", "/proc/self/fd")

    assert output.split() == [b"0", b"1", b"2"]


async def test_only_own_processes_are_visible(probe: Prober) -> None:
    """/proc holds the program and nothing of box, cell or host."""
    _, output = await probe("list", "/proc")

    assert output.split() == [b"self", b"thread-self", b"2"]


async def test_environment_is_empty(probe: Prober) -> None:
    """Nothing of the host's environment reaches a program."""
    _, output = await probe("environment")

    assert output == b""


async def test_nothing_written_is_left_for_the_next_run(probe: Prober) -> None:
    """/tmp and shared memory are each run's own."""
    first = await probe("leave-note")
    second = await probe("leave-note")

    assert (first[1], second[1]) == (b"nothing\n", b"nothing\n")


async def test_files_in_tmp_are_bounded(probe: Prober) -> None:
    """/tmp has a size of its own, below the memory limit."""
    _, output = await probe("fill-tmp", 100, limits=dataclasses.replace(LIMITS, tmp_bytes=16 * MIB))

    assert int(output) == 16


async def test_a_program_that_cannot_be_started(probe: Prober) -> None:
    """A missing program is told apart from one that exits with 127."""
    outcome = await probe.cell.run(RunSpec(argv=("/work/missing",), limits=LIMITS))

    assert (outcome.exit_code, outcome.exec_errno) == (127, 2)


async def test_many_runs_leave_nothing(probe: Prober) -> None:
    """Two hundred runs later the launcher has as much open as before, and one child: the box made for the next run."""
    await probe("exit", 0)
    launcher = _launcher_of(probe.cell)
    before = await _settled(launcher)
    for _ in range(200):
        await probe("exit", 0)

    assert await _settled(launcher) == before


async def test_closing_a_cell_leaves_nothing(level: Level) -> None:
    """Processes and exchange directory are gone when a cell has been closed, also in the middle of a run."""
    cell = await level.cell()
    launcher = _launcher_of(cell)
    run = asyncio.create_task(cell.run(RunSpec(argv=("/bin/sleep", "60"), limits=LIMITS)))
    while not any(Path(f"/proc/{child}/task/{child}/children").read_text() for child in _children(launcher)):
        await asyncio.sleep(0.01)
    await cell.close()

    with pytest.raises(CellDied):
        await run
    assert not cell.exchange.path.exists()
    assert not Path(f"/proc/{launcher}").exists()


async def _settled(launcher: int) -> tuple[int, int]:
    """How many descriptors and children a launcher has once the box for its next run waits."""
    seen = None
    for _ in range(200):
        now = (len(list(Path(f"/proc/{launcher}/fd").iterdir())), len(_children(launcher)))
        if now == seen and now[1] == 1:
            return now
        seen = now
        await asyncio.sleep(0.02)
    raise AssertionError(f"descriptors and children do not settle: {seen}")


def _launchers() -> list[int]:
    """Processes of the host that are launchers serving a cell."""
    found = []
    for path in Path("/proc").iterdir():
        if path.name.isdigit():
            try:
                words = (path / "cmdline").read_bytes().split(b"\0")
                nested = (path / "status").read_text().split("NSpid:")[1].splitlines()[0].split()
            except (OSError, IndexError):
                continue
            if b"/usr" in words and (words[0] == b"/launcher" or b"--core" in words) and nested[-1] == "1":
                found.append(int(path.name))
    return found


def _launcher_of(cell: Cell) -> int:
    """The launcher of a cell: of those whose descriptors lead to its exchange directory, the parent of the others."""
    holders = [pid for pid in _launchers() if _holds(pid, cell.exchange.inward)]
    children = {int(child) for pid in holders for child in _children(pid)}
    (launcher,) = set(holders) - children
    return launcher


def _holds(pid: int, folder: Path) -> bool:
    with contextlib.suppress(OSError):
        for fd in Path(f"/proc/{pid}/fd").iterdir():
            with contextlib.suppress(OSError):
                if fd.samefile(folder):
                    return True
    return False


def _children(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


async def test_refused_calls_are_told_of(probe: Prober) -> None:
    """Calls that no honest program makes are counted by name; the program only sees that they are refused."""
    outcome, _ = await probe("escapes")

    assert outcome.ended_by is EndedBy.ITSELF
    assert {"mount", "umount2", "unshare", "ptrace", "add_key", "bpf", "clone of a namespace"} <= outcome.denied.keys()
    assert outcome.denied["socket"] == 2
    assert outcome.denied["ioctl typing into a terminal"] == 1
    honest, _ = await probe("exit", 0)
    assert honest.denied == {}


async def test_refused_calls_do_not_keep_the_launcher_busy(probe: Prober) -> None:
    """After so many, the kernel refuses by itself: a flood of such calls is over as soon as one of any other call."""
    outcome, said = await probe("mount-flood", 20000)

    assert said == b"refused 20000\n"
    assert outcome.ended_by is EndedBy.ITSELF
    assert 60 <= outcome.denied["mount"] <= 70
    assert outcome.cpu_us < 500_000


async def test_locks_pass_nothing(probe: Prober) -> None:
    """No lock and no lease on a file that others have open as well."""
    _, said = await probe("locks")

    assert len(said.splitlines()) == 8
    assert b"DONE" not in said
