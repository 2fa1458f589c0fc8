"""Looking at cells from outside: what a closed one left on the host, and processes that are in none.

A cell's processes run as a user that nothing else on the host runs as. So whatever has that user after the cell was
closed, or has it outside of any container, is a program that got out, or a cell that was not closed.

Looking is cheap: the owner of ``/proc/<pid>`` is the process's user, and only those with a cell's are read closer.
Where the launcher's processes do not show on the host (another kernel between, a user of our own) there is no user to
look for, and only mounts and control groups are looked at.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from judge.errors import SandboxError
from judge.incidents import Incident, IncidentKind
from sandbox import container, local
from sandbox.users import Users

#: What is dying, or being removed by Docker, when a cell was closed has so long to be gone.
GRACE_S = 5.0
_FIRST_PAUSE_S = 0.01
_LONGEST_PAUSE_S = 0.2
_PROC = Path("/proc")
_CGROUPS = Path("/sys/fs/cgroup")
#: What Docker calls the control groups of one container; those it shares with others have no such name.
_CONTAINERS_OWN = re.compile(r"(docker-|libpod-)?[0-9a-f]{64}(\.scope)?")
#: Parents of a container's process 1, by the names that the kernel cuts at 15 characters.
_SHIMS = ("containerd-shim", "conmon")
#: The users that cells run as, at any level.
USERS = (container.USERS, local.USERS)

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What tells one cell's traces on this host from everything else; taken while it lives."""

    name: str
    uid: int | None
    #: Whether processes of its user could be seen when it was taken: only then does their absence mean anything.
    is_visible: bool
    #: Control groups of its own.
    groups: frozenset[Path]


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """A process as /proc tells it; equal only to itself, even when its number is given to another."""

    pid: int
    uid: int
    started: int
    name: str
    parent: int
    #: In how many process namespaces it is, ours being the first.
    depth: int

    def __str__(self) -> str:
        return f"process {self.pid} ({self.name}) of user {self.uid}"


def mark(name: str, uid: int | None) -> Mark:
    """The mark of the cell of that name, whose processes run as ``uid``; None where that is no user of its own."""
    pids = users({uid}).get(uid, []) if uid is not None else []
    groups = frozenset(group for pid in pids for group in _groups(pid)) - _groups(os.getpid())
    return Mark(name=name, uid=uid, is_visible=bool(pids), groups=groups)


def users(wanted: set[int] | None = None) -> dict[int, list[int]]:
    """Numbers of all processes by the user they run as: of those users, or of all that cells can run as."""
    found: dict[int, list[int]] = {}
    for entry in os.listdir(_PROC):  # noqa: PTH208 - a path object for each of some hundred names would cost most
        if not entry.isdecimal():
            continue
        try:
            uid = os.stat(f"/proc/{entry}").st_uid  # noqa: PTH116
        except OSError:
            continue
        if uid in wanted if wanted is not None else any(uid in some for some in USERS):
            found.setdefault(uid, []).append(int(entry))
    return found


async def left_behind(seen: Mark, *, grace_s: float = GRACE_S, only_processes: bool = False) -> list[Incident]:
    """What a closed cell left on the host, once whatever is still going away has had time to.

    With ``only_processes``, mounts and control groups are not looked at: the engine that removes them is away.
    """
    return await _lasting(lambda: processes(seen) if only_processes else traces(seen), grace_s=grace_s)


async def strays(*, grace_s: float = GRACE_S) -> list[Process]:
    """Processes with a user of cells that are in no cell, neither of ours nor of another daemon on this host."""
    return await _lasting(_outside, grace_s=grace_s)


def processes(seen: Mark) -> list[Incident]:
    """What runs of a cell now, or again."""
    if seen.uid is None:
        return []
    running = [process for pid in users({seen.uid}).get(seen.uid, []) if (process := _process(pid))]
    # The user may be another cell's by now.
    if running and _is_reserved(seen.uid):
        running = [process for process in running if not _is_in_a_cell(process)]
    return [Incident(IncidentKind.STRAY_PROCESS, f"{process} outlived its cell") for process in running]


def traces(seen: Mark) -> list[Incident]:
    """What there is of a cell now."""
    found = processes(seen)
    mounts = _read(_PROC / "self" / "mountinfo").splitlines()
    points = [line.split()[4] for line in mounts if seen.name in line]
    found += [Incident(IncidentKind.STRAY_MOUNT, f"{point} is still mounted") for point in points]
    left = sorted(str(group) for group in seen.groups if group.is_dir())
    found += [Incident(IncidentKind.STRAY_CGROUP, f"{group} is still there") for group in left]
    return found


async def _lasting(look: Callable[[], list[_T]], *, grace_s: float) -> list[_T]:
    """What ``look`` finds still when the time is over; at once, if it is nothing."""
    deadline = time.monotonic() + grace_s
    pause_s = _FIRST_PAUSE_S
    while (found := await asyncio.to_thread(look)) and time.monotonic() < deadline:
        await asyncio.sleep(pause_s)
        pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)
    return found


def _outside() -> list[Process]:
    pids = [pid for some in users().values() for pid in some]
    return [process for pid in pids if (process := _process(pid)) and not _is_in_a_cell(process)]


def _is_in_a_cell(process: Process) -> bool:
    """Whether a process with a user of cells is where such processes belong.

    In our own process namespace that is a launcher only, at level ``local``. Any other is one of a namespace below
    ours, and so are those it descends from, up to one whose parent is no cell's: the launcher, or in a container its
    process 1, which is a child of Docker's shim.
    """
    top = process
    while (parent := _process(top.parent)) is not None and any(parent.uid in some for some in USERS):
        top = parent
    if process.depth == 1 or top.depth == 1:
        return _is_launcher(top.pid) and (process.depth > 1 or process == top)
    return parent is not None and parent.name in _SHIMS


def _is_reserved(uid: int) -> bool:
    """Whether a living cell has that user; told by trying to have it."""
    try:
        Users(range(uid, uid + 1)).reserve().release()
    except SandboxError:
        return True
    return False


def _is_launcher(pid: int) -> bool:
    """By its executable: its name it could choose. Where we may not see that, it is another user's to look after."""
    try:
        # Building the launcher anew takes the file away from those that run.
        return os.readlink(f"/proc/{pid}/exe").removesuffix(" (deleted)").endswith("/launcher")  # noqa: PTH115
    except OSError:
        return True


def _process(pid: int) -> Process | None:
    """That process; None where it has ended, even if nobody has asked for its exit code yet."""
    fields = dict(line.split(":\t", 1) for line in _read(_PROC / str(pid) / "status").splitlines() if ":\t" in line)
    # The name comes first and may hold anything, so that counting from the start would be counting what it says.
    numbers = _read(_PROC / str(pid) / "stat").rpartition(")")[2].split()
    with contextlib.suppress(KeyError, IndexError, ValueError):
        if fields["State"][0] in "ZX":
            return None
        return Process(
            pid=pid,
            uid=int(fields["Uid"].split()[1]),
            started=int(numbers[19]),
            name=fields["Name"],
            parent=int(fields["PPid"]),
            depth=len(fields["NSpid"].split()),
        )
    return None


def _groups(pid: int) -> frozenset[Path]:
    """Directories of the control groups of a process's own container, in all hierarchies of either version."""
    found: set[Path] = set()
    for line in _read(_PROC / str(pid) / "cgroup").splitlines():
        _, controllers, path = line.split(":", 2)
        roots = [controllers.removeprefix("name=")] if controllers else ["", "unified"]
        found.update(_CGROUPS / root / path.lstrip("/") for root in roots)
    return frozenset(group for group in found if _CONTAINERS_OWN.fullmatch(group.name) and group.is_dir())


def _read(path: Path) -> str:
    """The file's text; nothing, where whatever it told of is gone."""
    try:
        return path.read_text(errors="replace")
    except OSError:
        return ""
