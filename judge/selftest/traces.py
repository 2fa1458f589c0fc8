"""The host, before and after: what programs that got out of their cells, or a judge that leaks, would change of it.

Other programs change the host too. So a difference counts only where it has a user of our cells, or one of the names
that hostile programs give to what they make; descriptors, cores and mounts are our own.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Self

from judge.models import MIB

#: What hostile programs call what they make.
_MARKS = ("judge-attack",)
_FOLDERS = ("/tmp", "/var/tmp", "/dev/shm", "/dev/mqueue")  # noqa: S108 - looked at, never written to
#: The engine's client keeps a few dozen connections, however many judgings there were.
_SPARE_FDS = 32
#: The kernel says some hundred lines about a process that it killed for want of memory, ten times in five seconds.
_MOST_LOG_LINES = 3000
_SPARE_BYTES = 1024 * MIB
_GRACE_S = 20.0


class Host:
    """The host as it was when this was made; a context manager."""

    def __init__(self, *, ours: str) -> None:
        """``ours``: what names of our mounts have in them."""
        self._ours = ours
        self._log = _open_log()
        self._fds = _fd_count()
        self._cores = _cores()
        self._mounts = _mounts()
        self._available_bytes = _available_bytes()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._log is not None:
            os.close(self._log)

    def traces(self, users: Collection[int]) -> list[str]:
        """What programs that ran as ``users`` left, now that they should be gone."""
        found = [f"{path} is left, of user {path.lstat().st_uid}" for path in _files(users)]
        found += [f"{where} is left" for where in _ipc(users)]
        found += [f"{where} is open" for where in _sockets(users)]
        found += [f"{path} is a core" for path in sorted(_cores() - self._cores)]
        found += [f"mounted: {line}" for line in sorted(_mounts() - self._mounts) if self._ours in line]
        lines = _log_lines(self._log)
        if lines > _MOST_LOG_LINES:
            found.append(f"{lines} lines in the kernel's log")
        return found

    async def leaks(self) -> list[str]:
        """What the judge itself has not let go of, after its last cell."""
        found = []
        if (fds := _fd_count()) > self._fds + _SPARE_FDS:
            found.append(f"{fds} descriptors are open, and {self._fds} were before")
        wanted = self._available_bytes - _SPARE_BYTES
        deadline = time.monotonic() + _GRACE_S
        # The kernel takes back memory of what is gone when it gets round to it.
        while (available := _available_bytes()) < wanted and time.monotonic() < deadline:
            await asyncio.sleep(0.2)
        if available < wanted:
            found.append(
                f"{available // MIB} MiB of memory are free, and {self._available_bytes // MIB} MiB were before"
            )
        return found


def _fd_count() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def _cores() -> set[Path]:
    return {path for folder in ("/", *_FOLDERS, Path.cwd()) for path in Path(folder).glob("core*")}


def _mounts() -> set[str]:
    return set(Path("/proc/self/mountinfo").read_text().splitlines())


def _available_bytes() -> int:
    lines = Path("/proc/meminfo").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:"))


def _files(users: Collection[int]) -> Iterator[Path]:
    for folder in map(Path, _FOLDERS):
        for path in folder.iterdir() if folder.is_dir() else ():
            # Others' files come and go.
            with contextlib.suppress(OSError):
                if path.lstat().st_uid in users or path.name.startswith(_MARKS):
                    yield path


def _ipc(users: Collection[int]) -> Iterator[str]:
    for kind in ("shm", "msg", "sem"):
        with contextlib.suppress(OSError):
            header, *lines = Path(f"/proc/sysvipc/{kind}").read_text().splitlines()
            columns = header.split()
            owners = [columns.index(name) for name in ("uid", "cuid")]
            for line in lines:
                fields = line.split()
                if any(int(fields[at]) in users for at in owners):
                    yield f"{kind} {fields[1]}"


def _sockets(users: Collection[int]) -> Iterator[str]:
    """In the host's own network: no cell is in it."""
    for kind in ("tcp", "tcp6", "udp", "udp6", "raw", "raw6"):
        with contextlib.suppress(OSError):
            for line in Path(f"/proc/net/{kind}").read_text().splitlines()[1:]:
                fields = line.split()
                if int(fields[7]) in users:
                    yield f"{kind} {fields[1]}"
    for line in Path("/proc/net/unix").read_text(errors="replace").splitlines()[1:]:
        name = line.rsplit(maxsplit=1)[-1]
        if any(mark in name for mark in _MARKS):
            yield f"socket {name}"


def _open_log() -> int | None:
    """The kernel's log from here on; None where we may not read it."""
    try:
        fd = os.open("/dev/kmsg", os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        os.lseek(fd, 0, os.SEEK_END)
    except OSError:
        return None
    return fd


def _log_lines(fd: int | None) -> int:
    """Lines since the last look."""
    lines = 0
    while fd is not None:
        try:
            os.read(fd, 8192)
        except BrokenPipeError:
            # The log went on faster than it is read, and what was missed is a flood.
            lines += _MOST_LOG_LINES
        except OSError:
            break
        lines += 1
        if lines > 10 * _MOST_LOG_LINES:
            break
    return lines
