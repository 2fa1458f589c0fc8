"""What judgings have left on the host: counted by the cells' own names, so that whatever else runs here is left out.

Footprint    what one process takes: descriptors, memory, children
Cells        every cell made, and what of them can still be found anywhere
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import docker.errors
import requests.exceptions

from judge.errors import SandboxError
from sandbox import engine
from sandbox.cell import Cell, CellMaker

_CGROUPS = Path("/sys/fs/cgroup")
_PROC = Path("/proc")
#: An identifier of Docker's shortened as far as its own tools do.
_ID_CHARS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Footprint:
    """What one process holds."""

    descriptors: int
    memory_bytes: int
    children: int

    @classmethod
    def of(cls, pid: int) -> Footprint:
        """That of a process of this host.

        Raises:
            SandboxError: it is gone, or not to be looked at by us.
        """
        try:
            pages = int((_PROC / str(pid) / "statm").read_text().split()[1])
            descriptors = len(list((_PROC / str(pid) / "fd").iterdir()))
            children = sum(len(task.read_text().split()) for task in (_PROC / str(pid) / "task").glob("*/children"))
        except OSError as error:
            raise SandboxError(f"process {pid} cannot be looked at: {error}") from error
        memory_bytes = pages * os.sysconf("SC_PAGE_SIZE")
        return cls(descriptors=descriptors, memory_bytes=memory_bytes, children=children)


def engine_pid() -> int | None:
    """The process that listens on the Docker engine's socket; None where it is on another host."""
    name = os.environ.get("DOCKER_HOST", f"unix://{engine.SYSTEM_SOCKET}")
    if not name.startswith("unix://"):
        return None
    with socket.socket(socket.AF_UNIX) as knock, contextlib.suppress(OSError):
        knock.connect(name.removeprefix("unix://"))
        credentials = knock.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
        pid: int = struct.unpack("3i", credentials)[0]
        return pid or None
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """What can still be found of cells that were closed."""

    containers: int
    processes: int
    mounts: int
    cgroups: int
    folders: int

    def __bool__(self) -> bool:
        return any((self.containers, self.processes, self.mounts, self.cgroups, self.folders))


@dataclass(slots=True)
class Cells:
    """A maker of cells that remembers them all; judges with it as with the maker inside."""

    maker: CellMaker
    #: Identifiers that only these cells' containers and file systems have.
    marks: set[str] = field(default_factory=set)
    folders: set[Path] = field(default_factory=set)
    made: int = 0

    async def make(self, *, image: str, core: int, shows_data: bool) -> Cell:
        cell = await self.maker.make(image=image, core=core, shows_data=shows_data)
        self.made += 1
        self.folders.add(cell.exchange.path)
        self.marks.add(cell.name)
        self.marks |= await asyncio.to_thread(_marks, cell.name)
        return cell

    async def sweep(self) -> None:
        await self.maker.sweep()

    def missing(self, image: str) -> str | None:
        return self.maker.missing(image)

    async def others(self) -> int:
        """Containers on the engine that are none of these: they take descriptors of it as well."""
        return len(await asyncio.to_thread(_containers) - self.marks)

    async def left(self) -> Left:
        """What is to be found now of any cell made so far."""
        return await asyncio.to_thread(self._left)

    def _left(self) -> Left:
        return Left(
            containers=len(self.marks & _containers()),
            processes=sum(self._is_ours(text) for text in _processes()),
            mounts=sum(self._is_ours(line) for line in (_PROC / "self" / "mountinfo").read_text().splitlines()),
            cgroups=sum(self._is_ours(name) for _, names, _ in os.walk(_CGROUPS) for name in names),
            folders=sum(folder.exists() for folder in self.folders),
        )

    def _is_ours(self, text: str) -> bool:
        """Whether a line of the kernel's names a cell. Marks are words between what Docker puts around them."""
        words = text.replace("/", " ").replace("\0", " ").replace(".", " ").replace("docker-", " ").split()
        return any(word in self.marks or word[:_ID_CHARS] in self.marks for word in words)


def _marks(container: str) -> set[str]:
    """What Docker calls a container, and the folder of its file system; nothing for what is no container."""
    client = engine.connect()
    try:
        facts = client.api.inspect_container(container)
    except docker.errors.NotFound:
        return set()
    except (docker.errors.DockerException, requests.exceptions.RequestException) as error:
        raise SandboxError(f"Docker: {error}") from error
    finally:
        client.close()
    merged = (facts["GraphDriver"].get("Data") or {}).get("MergedDir")
    return {facts["Id"], facts["Id"][:_ID_CHARS], *([Path(merged).parent.name] if merged else [])}


def _containers() -> set[str]:
    """Identifiers of all containers that the engine knows; of none where there is no engine."""
    try:
        client = engine.connect()
    except SandboxError:
        return set()
    try:
        return {str(container["Id"]) for container in client.api.containers(all=True)}
    except (docker.errors.DockerException, requests.exceptions.RequestException) as error:
        raise SandboxError(f"Docker: {error}") from error
    finally:
        client.close()


def _processes() -> Iterator[str]:
    """Of each process of the host: its command line, and the control groups it is in."""
    for process in _PROC.iterdir():
        if process.name.isdigit():
            # Many end while they are looked at.
            with contextlib.suppress(OSError):
                command = (process / "cmdline").read_text(errors="replace")
                yield f"{command} {(process / 'cgroup').read_text()}"
