"""The database the judge runs on: the embedded server's life, and the schema's version."""

from __future__ import annotations

import asyncio
import fcntl
import os
import shutil
import signal
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, TypeVar

import asyncpg
import sqlalchemy
import sqlalchemy.exc
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

import migrations
from judge import postgres
from judge.errors import JudgeError

T = TypeVar("T")

_START_TIMEOUT_S = 60.0
_STOP_TIMEOUT_S = 30.0
_POLL_S = 0.02

#: Held by whoever migrates, until its transaction ends.
_MIGRATION_LOCK = 0x6A75646765


@asynccontextmanager
async def embedded(data_dir: Path, *, options: Mapping[str, str] | None = None) -> AsyncIterator[str]:
    """Run the embedded PostgreSQL of that data directory and give its DSN; the server stops at exit.

    A server that another process of ours already runs there is used and left running. The server dies with the thread
    that started it, even if that is killed: start it from the main thread.

    Raises:
        JudgeError: it cannot be started, and what to do.
    """
    await asyncio.to_thread(_make_data_dir, data_dir)
    with _lock(data_dir / "postgres.lock") as is_ours:
        if not is_ours:
            sockets = await _until_ready((data_dir / "postgres").resolve(), None, data_dir / "postgres.log")
            yield postgres.dsn(sockets)
            return
        cluster = await asyncio.to_thread(postgres.Cluster.prepare, data_dir)
        await _stop_leftover(cluster.directory)
        own_sockets = cluster.make_socket_dir()
        try:
            async with _server(cluster, own_sockets, dict(options or {}), data_dir / "postgres.log") as sockets:
                yield postgres.dsn(sockets)
        finally:
            if own_sockets:
                shutil.rmtree(own_sockets, ignore_errors=True)


async def migrate(dsn: str) -> list[str]:
    """Bring the schema up to this program's, in one transaction, and give the revisions applied.

    Several processes may do so at once: the first one migrates, the others wait and find nothing to do.

    Raises:
        JudgeError: the server cannot be reached, or its schema is one that this program does not know.
    """
    applied: list[str] = []

    def upgrade(connection: sqlalchemy.Connection) -> None:
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_MIGRATION_LOCK})")
        config = _alembic_config()
        config.attributes.update(connection=connection, applied=applied)
        command.upgrade(config, "head")
        connection.commit()

    await _with_connection(dsn, upgrade)
    return applied


async def check_migrated(dsn: str) -> None:
    """Make sure that the schema is the one this program was written for.

    Raises:
        JudgeError: it is older or newer, with the command to run.
    """
    head = _head()
    current = await _with_connection(dsn, lambda c: MigrationContext.configure(c).get_current_revision())
    if current == head:
        return
    if current is None:
        raise JudgeError("the database is empty: run `judge migrate`")
    if current in {script.revision for script in ScriptDirectory.from_config(_alembic_config()).walk_revisions()}:
        raise JudgeError(f"the database's schema is {current}, this program needs {head}: run `judge migrate`")
    raise JudgeError(_newer(current))


async def _with_connection(dsn: str, function: Callable[[sqlalchemy.Connection], T]) -> T:
    """Call a function with a synchronous connection: Alembic knows no other kind."""

    async def connect() -> asyncpg.Connection[Any]:
        # asyncpg reads the DSN itself, so that it means here exactly what it means to the store's pool.
        try:
            return await asyncpg.connect(dsn, timeout=10)
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, ValueError) as error:
            raise JudgeError(f"cannot connect to the database: {error}") from error

    engine = create_async_engine("postgresql+asyncpg://", async_creator=connect, poolclass=NullPool)
    try:
        async with engine.connect() as connection:
            return await connection.run_sync(function)
    except (sqlalchemy.exc.DBAPIError, asyncpg.PostgresError) as error:
        raise JudgeError(f"the database refused: {error}") from error
    except CommandError as error:
        raise JudgeError(_newer(str(error))) from error
    finally:
        await engine.dispose()


def _alembic_config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent).replace("%", "%%"))
    return config


def _head() -> str:
    head = ScriptDirectory.from_config(_alembic_config()).get_current_head()
    if head is None:
        raise JudgeError("this installation has no migrations: install it again")
    return head


def _newer(found: str) -> str:
    return f"the database's schema is newer than this program ({found}): update the program, or restore an older backup"


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


@asynccontextmanager
async def _server(
    cluster: postgres.Cluster, own_sockets: Path | None, options: dict[str, str], log: Path
) -> AsyncIterator[Path]:
    """The server as a child of ours, from ready to gone; gives its socket directory."""
    argv = cluster.server_argv(own_sockets or cluster.directory, options)
    owner = cluster.owner
    with log.open("ab") as output:
        process = await asyncio.create_subprocess_exec(
            # Our death, however sudden, is its order to shut down. Its own session keeps Ctrl-C from it: the daemon
            # must still be able to hand back what it holds.
            *("setpriv", "--pdeathsig", "INT", "--", *argv),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd="/",
            env=postgres.environment(),
            start_new_session=True,
            **owner.credentials,
        )
    try:
        yield await _until_ready(cluster.directory, process, log)
    finally:
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
    """Stop as gently as time allows: checkpoint, then recover at the next start."""
    for number, timeout_s in ((signal.SIGINT, _STOP_TIMEOUT_S), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0)):
        if process.returncode is not None:
            return
        process.send_signal(number)
        try:
            await asyncio.wait_for(process.wait(), timeout_s)
        except TimeoutError:
            continue


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
    for number, timeout_s in ((signal.SIGINT, _STOP_TIMEOUT_S), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0)):
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
