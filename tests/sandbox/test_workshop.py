"""What a compiler may leave in /work: made by a script, since no compiler of ours can be talked into it."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from judge.errors import Refused
from judge.models import MIB
from sandbox.cell import Cell
from sandbox.outcome import EndedBy, Outcome
from sandbox.spec import RunSpec
from tests.sandbox.conftest import COMPILE, LIMITS, Level

pytestmark = pytest.mark.asyncio(loop_scope="session")

PATH = {"PATH": "/usr/bin:/bin"}

MISCHIEF = {
    "symbolic link": "ln -s /etc/passwd program",
    "link to a folder": "ln -s / all",
    "link to itself": "ln -s program program",
    "fifo": "mkfifo program",
    "socket": "/usr/bin/perl -MSocket -e 'socket(S, PF_UNIX, SOCK_STREAM, 0); bind(S, sockaddr_un(\"program\"))'",
    "device": "mknod program b 8 0 || mknod program c 1 5",
    "unreadable": "echo x > program; chmod 0 program",
    "unreadable folder": "mkdir folder; echo x > folder/program; chmod 0 folder",
}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def workshop(level: Level) -> AsyncIterator[Cell]:
    """A cell to make mischief in; /work is made anew for each test."""
    cell = await level.cell()
    yield cell
    await cell.close()


@pytest.mark.parametrize("mischief", MISCHIEF)
async def test_only_plain_files_leave_a_cell(workshop: Cell, mischief: str) -> None:
    """Of links, pipes, sockets and devices beside a program none gets out, and nothing is read through them.

    Covers J01 J02 J05 G24.
    """
    await _make(workshop, f"echo kept > plain; {MISCHIEF[mischief]}")
    saved = _unpacked(await workshop.save())

    assert saved.pop("plain") == (0o644, b"kept\n")
    assert set(saved) <= {"program", "folder/program"}
    assert all(content == b"x\n" for _, content in saved.values())


async def test_modes_are_cut_down(workshop: Cell) -> None:
    """Neither set-user-id nor write permission for others survives: a file is executable or it is not.

    Covers G26.
    """
    await _make(workshop, "echo x > a; chmod 6777 a; echo x > b; chmod 0666 b; ln a c")

    assert {name: mode for name, (mode, _) in _unpacked(await workshop.save()).items()} == {
        "a": 0o755,
        "b": 0o644,
        "c": 0o755,
    }


@pytest.mark.parametrize(
    "script",
    [
        "i=0; while [ $i -lt 9000 ]; do : > $i; i=$((i + 1)); done",
        "i=0; while [ $i -lt 40 ]; do mkdir d; cd d; i=$((i + 1)); done; echo x > deep",
        "i=0; while [ $i -lt 9 ]; do truncate -s 100M large$i; i=$((i + 1)); done",
        "n=$(printf '%0250d' 0); mkdir $n $n/$n $n/$n/$n $n/$n/$n/$n; echo x > $n/$n/$n/$n/$n",
    ],
    ids=["too many", "too deep", "too large", "too long"],
)
async def test_a_program_has_bounds(workshop: Cell, script: str) -> None:
    """A tree that no compiler would make is refused at once, and the cell goes on."""
    await _make(workshop, script)
    begun = time.monotonic()
    with pytest.raises(Refused):
        await workshop.save()

    assert time.monotonic() - begun < 5
    await _make(workshop, "echo x > plain")
    assert set(_unpacked(await workshop.save())) == {"plain"}


async def test_nothing_outlives_compiling(workshop: Cell) -> None:
    """What a compiler leaves running is dead when it has ended, and changes the program no more.

    Covers G16 G29.
    """
    left = (
        "(trap '' HUP TERM; setsid sh -c 'sleep 0.2; echo changed > program; while :; do :; done') > /dev/null 2>&1 &"
    )
    await _make(workshop, f"echo made > program; {left}")
    saved = await workshop.save()
    limits = dataclasses.replace(LIMITS, wall_ms=5000)
    outcome = await workshop.run(RunSpec(argv=("/bin/sleep", "0.5"), env=PATH, limits=limits))

    assert outcome.exit_code == 0
    assert _unpacked(saved) == _unpacked(await workshop.save()) == {"program": (0o644, b"made\n")}
    # Nobody else was at work meanwhile.
    assert outcome.cpu_us < 200_000


async def test_no_compilation_finds_what_another_left(workshop: Cell) -> None:
    """Caches and temporary files of one compilation are gone when the next begins, in the same cell even.

    Covers G28.
    """
    places = "/tmp /tmp/.cache /var/tmp /dev/shm /work /usr/local /run /feedback"
    script = (
        f"for p in {places}; do [ -e $p/note ] && exit 3; done; for p in {places}; do mkdir -p $p; touch $p/note; done"
    )
    for _ in range(2):
        outcome = await _make(workshop, f"{script}; [ -e /tmp/.cache/note ] && [ -e /work/note ]")

        assert outcome.exit_code == 0, outcome


async def test_work_is_bounded(workshop: Cell) -> None:
    """Neither bytes nor names without end fit into /work."""
    limits = dataclasses.replace(COMPILE, memory_bytes=1024 * MIB)
    await workshop.load(b"")
    outcome = await workshop.run(
        RunSpec(argv=("/bin/sh", "-c", "cat /dev/zero > zeros"), env=PATH, is_work_writable=True, limits=limits)
    )

    assert (outcome.ended_by, outcome.exit_code) == (EndedBy.ITSELF, 1)
    assert b"No space left" in outcome.stderr


async def test_no_core_is_written(workshop: Cell) -> None:
    """A limit of one byte on core dumps keeps the kernel from writing one, and from starting a program that would."""
    outcome, output = await _say(workshop, "ulimit -S -c; ulimit -H -c; cat /proc/self/limits")

    limits = next(line for line in output.splitlines() if line.startswith("Max core file size"))
    assert outcome.exit_code == 0
    assert limits.split()[4:6] == ["1", "1"]


async def _make(cell: Cell, script: str) -> Outcome:
    """Run a shell script in an empty, writable /work."""
    await cell.load(b"")
    return await cell.run(RunSpec(argv=("/bin/sh", "-c", script), env=PATH, is_work_writable=True, limits=COMPILE))


async def _say(cell: Cell, script: str) -> tuple[Outcome, str]:
    """Run a shell script like a submission; its outcome and output."""
    await cell.load(b"")
    outcome = await cell.run(RunSpec(argv=("/bin/sh", "-c", script), env=PATH, limits=LIMITS))
    with cell.open_stdout() as stdout:
        return outcome, stdout.read().decode()


def _unpacked(packed: bytes) -> dict[str, tuple[int, bytes]]:
    """Mode and content of each file of a bundle, by name."""
    files = {}
    at = 0
    while at < len(packed):
        name_size, mode = (int.from_bytes(packed[i : i + 4], "big") for i in (at, at + 4))
        size = int.from_bytes(packed[at + 8 : at + 16], "big")
        name = packed[at + 16 : at + 16 + name_size].decode()
        at += 16 + name_size + size
        files[name] = (mode, packed[at - size : at])
    return files
