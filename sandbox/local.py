"""Cells at level ``local``: the launcher as a plain process that makes all its walls itself.

For setters on their own machines, whose code is their own. Without control groups: processes are watched one by one.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import shutil
from pathlib import Path

from judge.errors import SandboxError
from sandbox.cell import GRACE_S, Cell, launcher_path
from sandbox.exchange import Exchange
from sandbox.users import User, Users

#: What of the host boxes may read: programs, libraries, and the few settings these cannot do without.
SYSTEM_PATHS = (
    *("/usr", "/bin", "/lib", "/lib32", "/lib64", "/sbin"),
    *("/etc/alternatives", "/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/localtime"),
    *("/etc/java-17-openjdk", "/etc/java-21-openjdk", "/etc/java-25-openjdk"),
)

#: Above what distributions give to people and services, below those that systemd makes up (systemd's UIDS-GIDS).
USERS = range(60_600, 61_100)


class _ProcessStream:
    """A launcher that is a child process of ours."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdin
        assert process.stdout
        assert process.stderr
        self._stdin, self._stdout, self._stderr = process.stdin, process.stdout, process.stderr

    async def send(self, data: bytes) -> None:
        # A launcher that died is noticed, and explained, when its answer is waited for.
        with contextlib.suppress(ConnectionError):
            self._stdin.write(data)
            await self._stdin.drain()

    async def receive(self) -> bytes:
        return await self._stdout.read(65536)

    def is_quiet(self) -> bool:
        return not self._stdout.at_eof()

    async def last_words(self) -> str:
        async with asyncio.timeout(GRACE_S):
            return (await self._stderr.read(4096)).decode(errors="replace").strip()


class _ProcessWall:
    """Namespaces that end with the launcher."""

    def __init__(self, process: asyncio.subprocess.Process, user: User | None) -> None:
        self._process = process
        self._user = user

    async def set_memory(self, limit_bytes: int) -> None:
        """The launcher watches the run's memory itself."""

    def reset_peak(self) -> bool:
        return False

    def peak_bytes(self) -> int | None:
        return None

    async def ran_out_of_memory(self) -> bool:
        return False

    async def tear_down(self) -> bool:
        """The launcher ends with its input; the process we wait for ends when all in the cell is dead."""
        assert self._process.stdin
        self._process.stdin.close()
        try:
            async with asyncio.timeout(GRACE_S):
                await self._process.wait()
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()
        if self._user is not None:
            self._user.release()
        return True


class LocalMaker:
    """Starts launchers as processes; as root, each under a user of its own that owns nothing."""

    def __init__(self, *, cells_dir: Path) -> None:
        self._cells_dir = cells_dir
        self._users = Users(USERS)

    async def make(self, *, image: str, core: int, shows_data: bool) -> Cell:
        del image  # every language is the host's own here
        name = f"local-{secrets.token_hex(4)}"
        exchange = Exchange.make(self._cells_dir / name)
        user = self._users.reserve() if os.geteuid() == 0 else None
        uid = user.uid if user else None
        try:
            process = await self._start(exchange, core=core, shows_data=shows_data, uid=uid)
        except BaseException as error:
            exchange.remove()
            if user is not None:
                user.release()
            if isinstance(error, OSError):
                raise SandboxError(f"cannot start the launcher: {error}") from error
            raise
        cell = Cell(name=name, stream=_ProcessStream(process), wall=_ProcessWall(process, user), exchange=exchange)
        cell.uid = uid
        try:
            await cell.greet()
        except BaseException:
            await cell.close()
            raise
        return cell

    async def sweep(self) -> None:
        """Exchange directories of processes that are gone; launchers end with the process that started them."""
        for path in self._cells_dir.glob("local-*"):
            await asyncio.to_thread(shutil.rmtree, path, ignore_errors=True)

    def missing(self, image: str) -> str | None:
        del image
        return None

    async def _start(
        self, exchange: Exchange, *, core: int, shows_data: bool, uid: int | None
    ) -> asyncio.subprocess.Process:
        """Start the launcher with its files given as descriptors: its user could not walk to them by path."""
        with contextlib.ExitStack() as stack:
            fds = [_opened(stack, path) for path in (launcher_path(), exchange.inward, exchange.outward)]
            program, inward, outward = (f"/proc/self/fd/{fd}" for fd in fds)
            arguments = [*(["--data"] if shows_data else []), "--core", str(core)]
            return await asyncio.create_subprocess_exec(
                program,
                *arguments,
                inward,
                outward,
                *SYSTEM_PATHS,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                env={},
                cwd="/",
                pass_fds=fds,
                start_new_session=True,
                user=uid,
                group=uid,
                extra_groups=[] if uid is not None else None,
            )


def _opened(stack: contextlib.ExitStack, path: Path) -> int:
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    stack.callback(os.close, fd)
    return fd
