"""The embedded PostgreSQL's server: one for each data directory, a child of the process that started it."""

from __future__ import annotations

import asyncio
import fcntl
import os
import shutil
import signal
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import structlog

from judge.database import postgres
from judge.database.postgres import Cluster
from judge.errors import JudgeError

_START_TIMEOUT_S = 60.0
_POLL_S = 0.02
_RETRY_S = 0.2
#: Gentle first: a checkpoint, then a shutdown that recovers at the next start, then none at all.
_STOPS = ((signal.SIGINT, 30.0), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0))

_log = structlog.get_logger(__name__)


@asynccontextmanager
async def embedded(data_dir: Path, *, options: Mapping[str, str] | None = None) -> AsyncIterator[str]:
    """Run the embedded PostgreSQL of that data directory and give its DSN; the server stops at exit.

    One that crashes is started again. A server that another process of ours already runs there is used and left
    running. The server dies with the thread that started it, even if that is killed: start it from the main thread.

    Raises:
        JudgeError: it cannot be started, and what to do.
    """
    await asyncio.to_thread(_make_data_dir, data_dir)
    with _lock(data_dir / "postgres.lock") as is_ours:
        if not is_ours:
            sockets = await _until_ready((data_dir / "postgres").resolve(), None, data_dir / "postgres.log")
            yield postgres.dsn(sockets)
            return
        cluster = await asyncio.to_thread(Cluster.prepare, data_dir)
        await _stop_leftover(cluster.directory)
        own_sockets = cluster.make_socket_dir()
        try:
            argv = cluster.server_argv(own_sockets or cluster.directory, dict(options or {}))
            async with _running(_Server(cluster=cluster, argv=argv, log=data_dir / "postgres.log")) as sockets:
                yield postgres.dsn(sockets)
        finally:
            if own_sockets:
                shutil.rmtree(own_sockets, ignore_errors=True)


def _make_data_dir(data_dir: Path) -> None:
    if data_dir.exists():
        return
    data_dir.mkdir(parents=True, mode=0o700)
    if os.geteuid() == 0:
        # The server's user passes through, and cannot list.
        data_dir.chmod(0o711)


@contextmanager
def _lock(path: Path) -> Iterator[bool]:
    """Whether the lock is ours until exit. The kernel gives it back, however this process ends."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise JudgeError(f"cannot use the data directory {path.parent}: {error.strerror}") from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(descriptor)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Server:
    """How to start a server."""

    cluster: Cluster
    argv: tuple[str, ...]
    log: Path

    async def start(self) -> tuple[Process, Path]:
        """A server that is ready, and its socket directory."""
        deadline = asyncio.get_running_loop().time() + _START_TIMEOUT_S
        while True:
            process = await self._spawn()
            try:
                return process, await _until_ready(self.cluster.directory, process, self.log)
            except JudgeError as error:
                # The children of a server that was killed hold its shared memory until they notice.
                if "still in use" not in str(error) or asyncio.get_running_loop().time() > deadline:
                    raise
            except asyncio.CancelledError:
                await _stop(process)
                raise
            await asyncio.sleep(_RETRY_S)

    async def _spawn(self) -> Process:
        with self.log.open("ab") as output:
            return await asyncio.create_subprocess_exec(
                # Our death, however sudden, is its order to shut down. Its own session keeps Ctrl-C from it: the
                # daemon must still be able to hand back what it holds.
                *("setpriv", "--pdeathsig", "INT", "--", *self.argv),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd="/",
                env=postgres.environment(),
                start_new_session=True,
                **self.cluster.owner.credentials,
            )


@asynccontextmanager
async def _running(server: _Server) -> AsyncIterator[Path]:
    """The server from ready to gone, started again whenever it ends by itself."""
    process, sockets = await server.start()

    async def keep() -> None:
        nonlocal process
        while True:
            code = await process.wait()
            _log.warning("the embedded PostgreSQL ended by itself; starting it again", code=code)
            try:
                process, _ = await server.start()
            except JudgeError as error:
                _log.error("the embedded PostgreSQL does not start", error=str(error))
                await asyncio.sleep(_START_TIMEOUT_S)

    keeper = asyncio.create_task(keep(), name="keep PostgreSQL running")
    try:
        yield sockets
    finally:
        keeper.cancel()
        with suppress(asyncio.CancelledError):
            await keeper
        await _stop(process)


async def _until_ready(directory: Path, process: Process | None, log: Path) -> Path:
    """Wait until a server says that it is ready, and give its socket directory."""
    try:
        async with asyncio.timeout(_START_TIMEOUT_S):
            while True:
                lines = _pid_file(directory)
                # PostgreSQL writes eight lines: pid, directory, start, port, sockets, host, memory, state.
                if len(lines) >= 8 and lines[7].strip() == "ready" and _is_server(int(lines[0]), directory):
                    return Path(lines[4])
                if process and process.returncode is not None:
                    break
                await asyncio.sleep(_POLL_S)
    except TimeoutError:
        pass
    tail = log.read_text(errors="replace")[-2000:] if log.exists() else ""
    raise JudgeError(f"the embedded PostgreSQL did not start; {log} ends with:\n{tail}")


async def _stop(process: Process) -> None:
    for number, timeout_s in _STOPS:
        if process.returncode is not None:
            return
        process.send_signal(number)
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                await process.wait()


async def _stop_leftover(directory: Path) -> None:
    """End a server whose owner is gone, and drop a pid file that names some other process by now.

    We hold the lock, so nobody else can be starting one.
    """
    lines = _pid_file(directory)
    if not lines:
        return
    pid = int(lines[0])
    if Path(f"/proc/{pid}").exists() and not _is_server(pid, directory):
        (directory / "postmaster.pid").unlink(missing_ok=True)
        return
    # It may be on its way down already, told by the death of its owner.
    for number, timeout_s in _STOPS:
        deadline = asyncio.get_running_loop().time() + timeout_s
        if _is_server(pid, directory):
            os.kill(pid, number)
        while _is_server(pid, directory) and asyncio.get_running_loop().time() < deadline:
            await asyncio.sleep(_POLL_S)


def _pid_file(directory: Path) -> list[str]:
    try:
        return (directory / "postmaster.pid").read_text().splitlines()
    except OSError:
        return []


def _is_server(pid: int, directory: Path) -> bool:
    """Whether that process is a server of that cluster, by the command line we gave it."""
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return b"-D" in words and os.fsencode(directory) in words
