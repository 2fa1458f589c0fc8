"""That the self-test would see what a program left on the host: it is left there, and has to be found."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import dataclasses
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from judge.recipes.languages import language, needed_images, offered
from judge.selftest.bait import laid_out
from judge.selftest.court import Court
from judge.selftest.programs import attacks
from judge.selftest.traces import Host
from sandbox.pool import Kind

pytestmark = pytest.mark.asyncio(loop_scope="session")

#: Nobody's, neither a person's nor a cell's.
UID = 59_999
MINE = f"judge-attack-test-{os.getpid()}"


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Host]:
    """The host before the test."""
    with Host(ours=str(tmp_path)) as host:
        yield host


async def test_nothing_is_found_where_nothing_is(host: Host) -> None:
    """A host on which nothing was left is as it was."""
    assert host.traces({UID}) == []
    assert await host.leaks() == []


@pytest.mark.parametrize("folder", ["/tmp", "/var/tmp", "/dev/shm"])
@pytest.mark.parametrize("is_named", [True, False], ids=["by name", "by user"])
async def test_files_are_found(host: Host, folder: str, is_named: bool) -> None:
    """A file is found by what hostile programs call theirs, and by the user who made it."""
    path = Path(folder) / (MINE if is_named else f"other-{os.getpid()}")
    path.touch()
    try:
        if not is_named:
            os.chown(path, UID, -1)
        found = host.traces({UID})
    finally:
        path.unlink()

    assert [line.split()[0] for line in found] == [str(path)]


async def test_sockets_are_found(host: Host) -> None:
    """A listener in the host's network is found by its user, one without a folder by its name."""
    with socket.socket() as listener, socket.socket(socket.AF_UNIX) as named:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        os.fchown(listener.fileno(), UID, -1)
        named.bind(f"\0{MINE}")
        found = host.traces({UID})

    assert [line.split()[0] for line in found] == ["tcp", "socket"]


async def test_shared_memory_is_found(host: Host) -> None:
    """A System V segment is found by its user."""
    libc = ctypes.CDLL(None)
    segment = libc.shmget(0, 4096, 0o1600)
    try:
        found = host.traces({os.geteuid()})
    finally:
        libc.shmctl(segment, 0, None)

    assert f"shm {segment} is left" in found


async def test_cores_are_found(host: Host) -> None:
    """A core file, where the kernel puts them by default, is found."""
    path = Path("/tmp") / f"core.{os.getpid()}"
    path.touch()
    try:
        found = host.traces({UID})
    finally:
        path.unlink()

    assert found == [f"{path} is a core"]


async def test_descriptors_that_are_kept_are_found(host: Host) -> None:
    """A judge that keeps a descriptor for each judging is found out."""
    with contextlib.ExitStack() as stack:
        for _ in range(100):
            stack.callback(os.close, os.open("/dev/null", os.O_RDONLY))
        [found] = await host.leaks()

    assert "descriptors" in found


async def test_bait_that_was_taken_is_missed() -> None:
    """A file of the bait that is changed, or gone, is told of."""
    with laid_out() as bait:
        assert bait.is_touched() == []
        changed, gone = bait.files
        changed.write_text("other")
        gone.unlink()

        assert bait.is_touched() == [f"{changed} was changed", f"{gone} was changed"]


async def test_a_process_that_outlives_its_cell_is_found(court: Court) -> None:
    """A process with the user of a cell that is gone is found, and what its cell was called."""
    kind = Kind(image=court.programs.run_image(language("c")), shows_data=False)
    async with court.pool.cell(court.pool.slots[0], kind) as cell:
        if cell.uid is None:
            pytest.skip("at this level cells have no user of their own on the host")
        stray = await asyncio.create_subprocess_exec("/bin/sleep", "60", user=cell.uid, start_new_session=True)
    try:
        found = await court.left()
    finally:
        stray.kill()
        await stray.wait()

    assert any(cell.name in line and str(stray.pid) in line for line in found), found


async def test_a_next_submission_that_suffers_is_found(court: Court) -> None:
    """Where the next submission takes more time or memory than it did before, the program before it has failed."""
    attack = next(attack for attack in attacks() if attack.name == "time/spin.c")
    assert (await court.examine(attack)).failed == ()
    calm = court._hello
    assert calm is not None
    try:
        court._hello = dataclasses.replace(calm, cpu_us=-(10**6), memory_bytes=-(10**9))
        failed = (await court.examine(attack)).failed
    finally:
        court._hello = calm

    assert ["us" in failed[0], "B before" in failed[1]] == [True, True]
    assert len(failed) == 2


async def test_every_image_has_a_program() -> None:
    """No language of ours is left out of the suite: each image is one that a hostile program is judged in."""
    used = {name for attack in attacks() for name in (attack.language.image, attack.language.runs_in)}

    assert used == set(needed_images(offered()))
