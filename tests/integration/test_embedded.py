"""The embedded PostgreSQL: keeps its data, lets nobody else in, and leaves nothing behind."""

from __future__ import annotations

import asyncio
import itertools
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import asyncpg
import pytest

from judge.database import postgres
from judge.database.embedded import embedded
from judge.errors import JudgeError

NOBODY = 65534
_numbers = itertools.count(1)

#: Runs the server of the directory given until it is told to end, as a user id where one is given.
SCRIPT = """
import asyncio, os, pathlib, sys
import asyncpg
from judge.database.embedded import embedded

async def main():
    async with embedded(pathlib.Path(sys.argv[1])) as dsn:
        connection = await asyncpg.connect(dsn)
        print(dsn, await connection.fetchval("SELECT current_user"), flush=True)
        await connection.close()
        await asyncio.to_thread(sys.stdin.read)

if len(sys.argv) > 2:
    # The interpreter may lie where that user cannot read: have it load what it loads late.
    asyncio.run(asyncio.to_thread(int))
    __import__("_strptime"), __import__("encodings.idna")
    os.setgroups([])
    os.setgid(int(sys.argv[2]))
    os.setuid(int(sys.argv[2]))
asyncio.run(main())
"""

only_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root: it becomes another user")


@pytest.fixture
def data_dir(short_tmp: Path) -> Path:
    """A data directory that does not exist yet."""
    return short_tmp / f"data{next(_numbers)}"


@asynccontextmanager
async def script(data_dir: Path, *arguments: str) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    """A process of its own that runs the server, and the first line it says."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", SCRIPT, str(data_dir), *arguments), stdin=pipe, stdout=pipe
    )
    assert process.stdin
    assert process.stdout
    try:
        yield process, (await asyncio.wait_for(process.stdout.readline(), 60)).decode()
    finally:
        process.stdin.close()
        await process.wait()


async def execute(dsn: str, statement: str) -> object:
    connection = await asyncpg.connect(dsn)
    try:
        return await connection.fetchval(statement)
    finally:
        await connection.close()


def sockets_of(dsn: str) -> Path:
    return Path(parse_qs(urlsplit(dsn).query)["host"][0])


def server_pid(data_dir: Path) -> int:
    return int((data_dir / "postgres" / "postmaster.pid").read_text().split()[0])


def is_running(pid: int) -> bool:
    return Path(f"/proc/{pid}/cmdline").exists() and Path(f"/proc/{pid}/cmdline").read_bytes() != b""


async def test_data_survives_a_restart_and_the_server_does_not(data_dir: Path) -> None:
    """What was committed is there at the next start, and between the two no server runs."""
    async with embedded(data_dir) as dsn:
        await execute(dsn, "CREATE TABLE kept AS SELECT 42 AS n")
        pid = server_pid(data_dir)

    assert not is_running(pid)
    async with embedded(data_dir) as dsn:
        assert await execute(dsn, "SELECT n FROM kept") == 42


async def test_it_is_version_18_and_deaf_to_the_network(data_dir: Path) -> None:
    """The server is the one we chose, listens on no port, and the application is no superuser in it."""
    async with embedded(data_dir) as dsn:
        assert str(await execute(dsn, "SHOW server_version")).startswith("18.")
        assert await execute(dsn, "SHOW listen_addresses") == ""
        assert (
            await execute(dsn, "SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user") is False
        )
        assert await execute(dsn, "SHOW timezone") == "UTC"


async def test_a_second_process_shares_the_server(data_dir: Path) -> None:
    """A command run beside ``judge up`` uses its server, and does not stop it on leaving."""
    async with script(data_dir) as (_, line):
        async with embedded(data_dir) as dsn:
            assert dsn == line.split()[0]
        assert await execute(dsn, "SELECT 1") == 1


async def test_a_killed_owner_takes_the_server_with_it(data_dir: Path) -> None:
    """After kill -9 of the owner the server ends by itself, and the next start finds the data."""
    async with script(data_dir) as (process, line):
        await execute(line.split()[0], "CREATE TABLE kept AS SELECT 42 AS n")
        pid = server_pid(data_dir)
        process.kill()
    async with asyncio.timeout(30):
        while is_running(pid):
            await asyncio.sleep(0.01)

    async with embedded(data_dir) as dsn:
        assert await execute(dsn, "SELECT n FROM kept") == 42


async def test_a_killed_server_recovers(data_dir: Path) -> None:
    """After kill -9 of the server itself, and of everything it had in memory, what was committed is there."""
    async with embedded(data_dir) as dsn:
        await execute(dsn, "CREATE TABLE kept AS SELECT 42 AS n")
        os.kill(server_pid(data_dir), signal.SIGKILL)

    async with embedded(data_dir) as dsn:
        assert await execute(dsn, "SELECT n FROM kept") == 42


async def test_a_server_that_crashes_is_started_again(data_dir: Path) -> None:
    """Whoever reconnects after kill -9 of the running server finds it again, under the same name, with its data."""
    async with embedded(data_dir) as dsn:
        await execute(dsn, "CREATE TABLE kept AS SELECT 42 AS n")
        killed = server_pid(data_dir)
        os.kill(killed, signal.SIGKILL)
        assert await eventually(dsn, "SELECT n FROM kept") == 42
        second = server_pid(data_dir)
        assert second != killed

    assert not is_running(second)


async def eventually(dsn: str, statement: str) -> object:
    """What the statement gives as soon as the server lets it be asked."""
    async with asyncio.timeout(60):
        while True:
            try:
                return await execute(dsn, statement)
            except (OSError, asyncpg.PostgresError):
                await asyncio.sleep(0.05)


async def test_a_pid_file_that_names_another_process_is_no_obstacle(data_dir: Path) -> None:
    """After a crash and a reboot the old server's process id may be anybody's; that one is left alone."""
    async with embedded(data_dir):
        pid_file = (data_dir / "postgres" / "postmaster.pid").read_text()
    stranger = await asyncio.create_subprocess_exec("cat", stdin=asyncio.subprocess.PIPE)
    stale = "\n".join([str(stranger.pid), *pid_file.splitlines()[1:]])
    (data_dir / "postgres" / "postmaster.pid").write_text(stale + "\n")

    async with embedded(data_dir) as dsn:
        assert await execute(dsn, "SELECT 1") == 1

    assert stranger.returncode is None
    await stranger.communicate(b"")


async def test_a_half_made_cluster_is_made_again(data_dir: Path) -> None:
    """What a killed first start left half-made does not stop the second one."""
    unfinished = data_dir / "postgres.unfinished"
    unfinished.mkdir(parents=True)
    data_dir.chmod(0o711)
    (unfinished / "PG_VERSION").write_text("18\n")

    async with embedded(data_dir) as dsn:
        assert await execute(dsn, "SELECT 1") == 1


async def test_a_path_too_long_for_a_socket_works(data_dir: Path) -> None:
    """A deep data directory gets its socket elsewhere, and that place is removed at exit."""
    deep = data_dir / ("x" * 60) / ("y" * 60)
    deep.mkdir(parents=True)
    for directory in (data_dir, deep.parent, deep):
        directory.chmod(0o711)
    async with embedded(deep) as dsn:
        sockets = sockets_of(dsn)
        assert sockets.stat().st_mode & 0o777 == 0o700

    assert not sockets.exists()


async def test_a_data_directory_of_another_version_is_refused(data_dir: Path) -> None:
    """Data of another PostgreSQL is never touched; the error says what to do."""
    async with embedded(data_dir):
        pass
    (data_dir / "postgres" / "PG_VERSION").write_text("17\n")

    with pytest.raises(JudgeError, match=r"PostgreSQL 17.*dump"):
        async with embedded(data_dir):
            pass


async def test_a_server_that_does_not_start_says_why(data_dir: Path) -> None:
    """The error carries the end of the server's own log."""
    with pytest.raises(JudgeError, match="no_such_setting"):
        async with embedded(data_dir, options={"no_such_setting": "1"}):
            pass


@only_root
async def test_another_user_is_kept_out(data_dir: Path) -> None:
    """Neither the directory nor, were it open, the server itself lets another local user in."""
    async with embedded(data_dir) as dsn:
        sockets = sockets_of(dsn)
        assert "ermission denied" in psql_as_nobody(sockets)

        data_dir.chmod(0o755)
        sockets.chmod(0o755)
        (sockets / ".s.PGSQL.5432").chmod(0o777)
        assert "eer authentication failed" in psql_as_nobody(sockets)


def psql_as_nobody(sockets: Path) -> str:
    programs = postgres.Cluster.prepare(sockets.parent).programs
    argv = (str(programs / "psql"), "-h", str(sockets), "-p", "5432", "-U", "judge", "-c", "SELECT 1", "judge")
    done = subprocess.run(argv, capture_output=True, text=True, check=False, user=NOBODY, group=NOBODY, cwd="/")
    assert done.returncode != 0
    return done.stderr


@only_root
async def test_an_ordinary_user_can_run_it(data_dir: Path) -> None:
    """Nothing needs root: an ordinary user's server runs as that user."""
    data_dir.mkdir()
    os.chown(data_dir, NOBODY, NOBODY)
    async with script(data_dir, str(NOBODY)) as (_, line):
        assert line.split()[1:] == ["judge"]
        assert (data_dir / "postgres").stat().st_uid == NOBODY


@only_root
async def test_what_the_server_cannot_reach_is_put_where_it_can(
    data_dir: Path, short_tmp: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A checkout below /root works: cluster and programs move to the state directory, and no mode is changed."""
    private = data_dir / "root"
    private.mkdir(parents=True)
    private.chmod(0o700)
    wheel = postgres.wheel()
    (private / wheel.name).symlink_to(wheel)
    (private / f"{wheel.name}.libs").symlink_to(wheel.with_name(f"{wheel.name}.libs"))
    monkeypatch.setattr(postgres, "wheel", lambda: private / wheel.name)
    monkeypatch.setattr(postgres, "STATE_DIR", short_tmp / "state")

    for _ in range(2):
        async with embedded(private / "var") as dsn:
            await execute(dsn, "CREATE TABLE IF NOT EXISTS kept ()")
            assert sockets_of(dsn).parent == short_tmp / "state"
    assert private.stat().st_mode & 0o777 == 0o700


@only_root
async def test_another_users_database_is_refused(data_dir: Path) -> None:
    """Root does not run a server on files of somebody else's, and says whose they are."""
    async with embedded(data_dir):
        pass
    os.chown(data_dir / "postgres", NOBODY, NOBODY)

    with pytest.raises(JudgeError, match=f"belongs to user id {NOBODY}"):
        async with embedded(data_dir):
            pass
