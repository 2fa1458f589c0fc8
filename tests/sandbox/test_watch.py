"""What is seen of cells from outside: nothing of those that end well, and everything that should not be."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
import pytest_asyncio

from judge.errors import CellDied
from judge.incidents import Incident, IncidentKind
from sandbox import container, watch
from sandbox.cell import Cell
from sandbox.pool import CellPool, Kind, Slot
from sandbox.spec import RunSpec
from sandbox.users import Users
from tests.sandbox.conftest import CORE, LIMITS, Level

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.skipif(os.geteuid() != 0, reason="only root gives cells users of their own"),
]

SLOT = Slot(index=0, core=CORE)
DEADLINE_S = 20


class Watched:
    """A pool, and what it told of its cells."""

    def __init__(self, level: Level) -> None:
        self.told: list[tuple[Incident, str]] = []
        self.pool = CellPool(level.maker, [SLOT], on_incident=lambda incident, cell: self.told.append((incident, cell)))
        self.kind = Kind(image=level.image, shows_data=False)
        self.other = Kind(image=level.image, shows_data=True)

    @property
    def of_cells(self) -> list[tuple[Incident, str]]:
        """What was told of cells; a host may have processes of its own with users of cells."""
        return [(incident, cell) for incident, cell in self.told if cell]

    async def warm_cell(self) -> Cell:
        """The idle cell that is ready for the next judging."""
        return await asyncio.shield(self.pool._warm[SLOT.index][self.kind].cell)


@pytest_asyncio.fixture(loop_scope="session")
async def watched(level: Level) -> AsyncIterator[Watched]:
    """A pool at each level, closed in the end."""
    made = Watched(level)
    yield made
    await made.pool.close()


@pytest.fixture
def user() -> Iterator[int]:
    """A user that a cell could have, and that none has."""
    reserved = Users(container.USERS).reserve()
    yield reserved.uid
    reserved.release()


@contextmanager
def process_of(uid: int, *words: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process on the host with that user, in no cell; one that sleeps, unless told otherwise."""
    program = words or ("sleep", "600")
    started = ["setpriv", f"--reuid={uid}", f"--regid={uid}", "--clear-groups", *program]
    with subprocess.Popen(started) as process:
        try:
            # It is of that user once it is the program that setpriv becomes.
            while Path(f"/proc/{process.pid}/comm").read_text().strip() != program[0]:
                assert process.poll() is None
            yield process
        finally:
            process.kill()


@contextmanager
def mounted(place: Path) -> Iterator[None]:
    """Something small mounted there."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "none", str(place)], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", str(place)], check=True)


async def _run(cell: Cell, *words: str) -> int | None:
    return (await cell.run(RunSpec(argv=words, limits=LIMITS))).exit_code


def _user(cell: Cell) -> int:
    """The user of a cell, by which its processes are found on the host."""
    if cell.uid is None:
        pytest.skip("processes of this level's cells do not show on the host")
    return cell.uid


def _kill(cell: Cell) -> None:
    """End a cell the hard way, from outside."""
    for pid in watch.users({_user(cell)})[_user(cell)]:
        os.kill(pid, signal.SIGKILL)


async def test_a_cell_that_ends_well_leaves_nothing(watched: Watched) -> None:
    """Used and closed, a cell is gone from the host, and nobody is told anything."""
    async with watched.pool.cell(SLOT, watched.kind) as cell:
        assert await _run(cell, "/bin/true") == 0
        mark = watched.pool._marks[cell]
    await watched.pool.close()

    assert mark.is_visible == (cell.uid is not None)
    assert watch.traces(mark) == []
    assert watched.told == []


async def test_cells_are_no_strays(watched: Watched) -> None:
    """Processes of cells, in the middle of a run and idle, are where they belong."""
    async with watched.pool.cell(SLOT, watched.kind) as cell:
        uid = _user(cell)
        busy = asyncio.create_task(_run(cell, "/bin/sleep", "2"))
        async with asyncio.timeout(DEADLINE_S):
            while not any("sleep" in str(watch._process(pid)) for pid in watch.users({uid}).get(uid, [])):
                await asyncio.sleep(0.01)
            strays = await watch.strays(grace_s=0.5)
        assert not [stray for stray in strays if stray.uid == uid]
        assert await busy == 0


async def test_a_process_in_no_cell_is_told_of_once(watched: Watched, user: int) -> None:
    """A process with a cell's user that is in no cell is reported, by one look only, and again when asked to forget."""
    with process_of(user) as process:
        await watched.pool.look(grace_s=0.2)
        await watched.pool.look(grace_s=0.2)
        first = [incident for incident, _ in watched.told if str(process.pid) in incident.detail]
        watched.pool.forget_strays()
        await watched.pool.look(grace_s=0.2)
    again = [incident for incident, _ in watched.told if str(process.pid) in incident.detail]

    text = f"process {process.pid} (sleep) of user {user} is in no cell"
    assert first == [Incident(IncidentKind.STRAY_PROCESS, text)]
    assert again == 2 * first


async def test_a_process_hiding_in_namespaces_of_its_own_is_told_of(user: int) -> None:
    """Whoever got out and made itself a process namespace is still in no container."""
    with process_of(user, "unshare", "--user", "--pid", "--fork", "--kill-child", "sleep", "600"):
        async with asyncio.timeout(DEADLINE_S):
            while not any(stray.depth > 1 and stray.name == "sleep" for stray in await watch.strays(grace_s=0)):
                await asyncio.sleep(0.01)


async def test_what_outlives_its_cell_is_told_of(watched: Watched) -> None:
    """A process with a closed cell's user is an alarm that names it."""
    async with watched.pool.cell(SLOT, watched.kind) as cell:
        uid = _user(cell)
        stack = ExitStack()
        left = stack.enter_context(process_of(uid))
    with stack:
        async with asyncio.timeout(DEADLINE_S):
            while not watched.told:
                await asyncio.sleep(0.05)

    text = f"process {left.pid} (sleep) of user {uid} outlived its cell"
    assert watched.told == [(Incident(IncidentKind.STRAY_PROCESS, text), cell.name)]


async def test_a_user_that_another_cell_has_by_now_is_nothing_to_tell(watched: Watched) -> None:
    """Users come back: the processes of a living cell are not laid at the door of one that had its user before."""
    async with watched.pool.cell(SLOT, watched.kind) as cell:
        before = watch.Mark(name="judge-closed", uid=_user(cell), is_visible=True, groups=frozenset())

        assert watch.users({_user(cell)})
        assert watch.traces(before) == []


async def test_something_that_is_just_dying_is_nothing_to_tell(user: int) -> None:
    """What is gone before the time is over was a race, and is not reported."""
    with process_of(user) as process:
        mark = watch.mark("judge-0123456789ab", user)
        looking = asyncio.create_task(watch.left_behind(mark, grace_s=DEADLINE_S))
        assert [incident.kind for incident in watch.traces(mark)] == [IncidentKind.STRAY_PROCESS]
        process.kill()
        async with asyncio.timeout(DEADLINE_S):
            assert await looking == []


async def test_mounts_and_control_groups_that_stay_are_told_of(tmp_path: Path) -> None:
    """A mount with a closed cell's name, and a control group of its container, are reported by their paths."""
    place, group = tmp_path / "judge-0123456789ab", tmp_path / "group"
    place.mkdir()
    group.mkdir()
    mark = watch.Mark(name=place.name, uid=None, is_visible=False, groups=frozenset([group]))
    with mounted(place):
        found = await watch.left_behind(mark, grace_s=0.1)

    assert found == [
        Incident(IncidentKind.STRAY_MOUNT, f"{place} is still mounted"),
        Incident(IncidentKind.STRAY_CGROUP, f"{group} is still there"),
    ]


async def test_containers_have_control_groups_of_their_own(watched: Watched, level: Level) -> None:
    """A container's control groups are known while it runs; at level local there are none but the daemon's."""
    async with watched.pool.cell(SLOT, watched.kind) as cell:
        groups = watched.pool._marks[cell].groups

    assert bool(groups) == (level.name == "container")
    assert all(len(group.name) >= 64 for group in groups)


async def test_a_cell_killed_in_use_is_told_of_once(watched: Watched) -> None:
    """A cell that ends by itself is reported with its name, though another one was in use beside it."""
    names: list[str] = []

    async def use() -> None:
        async with watched.pool.cell(SLOT, watched.kind) as cell, watched.pool.cell(SLOT, watched.other) as inner:
            names.extend((cell.name, inner.name))
            _kill(cell)
            await _run(cell, "/bin/true")

    with pytest.raises(CellDied):
        await use()

    assert [(incident.kind, name) for incident, name in watched.told] == [(IncidentKind.CELL_ENDED, names[0])]


async def test_an_idle_cell_that_died_is_replaced(watched: Watched) -> None:
    """A warm cell found dead is reported, and the next judging gets a living one."""
    watched.pool.warm(SLOT, watched.kind)
    dead = await watched.warm_cell()
    await watched.pool.look(grace_s=0)
    assert watched.of_cells == []
    _kill(dead)
    async with asyncio.timeout(DEADLINE_S):
        while not watched.of_cells:
            await watched.pool.look(grace_s=0)

    assert watched.of_cells == [(Incident(IncidentKind.CELL_ENDED, "it was idle"), dead.name)]
    async with watched.pool.cell(SLOT, watched.kind) as cell:
        assert cell is not dead
        assert await _run(cell, "/bin/true") == 0


async def test_a_cell_that_died_while_idle_is_given_to_nobody(watched: Watched) -> None:
    """Found dead when it is wanted, a warm cell is reported, and whoever wanted it has a living one at once."""
    watched.pool.warm(SLOT, watched.kind)
    dead = await watched.warm_cell()
    _kill(dead)
    async with asyncio.timeout(DEADLINE_S):
        while dead.is_waiting:
            await asyncio.sleep(0.01)

    async with watched.pool.cell(SLOT, watched.kind) as cell:
        assert cell is not dead
        assert await _run(cell, "/bin/true") == 0
    assert watched.of_cells == [(Incident(IncidentKind.CELL_ENDED, "it was idle"), dead.name)]
