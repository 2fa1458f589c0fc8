"""``judge up`` as a process: from nothing to verdicts, and nothing left of it afterwards."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import signal
import socket
import sys
import time
import urllib.request
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from judge.config import DEFAULT_LANGUAGES
from judge.database.embedded import embedded
from judge.store import jury
from judge.store.pool import connect
from tests.unit.test_recipes_of_languages import NIM

pytestmark = pytest.mark.timeout(900)

PASSWORD = re.compile(r"password (\S{16})$", re.MULTILINE)


@dataclass(kw_only=True)
class Up:
    """A ``judge up``, and all it has said so far: read all the time, because a full pipe would stop it."""

    process: Process
    lines: list[str] = field(default_factory=list)

    @property
    def said(self) -> str:
        return "\n".join(self.lines)

    async def listen(self) -> None:
        """Read until it closes its output."""
        assert self.process.stdout
        async for line in self.process.stdout:
            self.lines.append(line.decode().rstrip())

    async def until(self, words: str) -> None:
        """Wait until it has said that."""
        deadline = time.monotonic() + 600
        while words not in self.said:
            assert self.process.returncode is None, self.said
            assert time.monotonic() < deadline, self.said
            await asyncio.sleep(0.05)

    async def end(self, number: int) -> int:
        """Send it a signal, and give its exit code."""
        self.process.send_signal(number)
        return await asyncio.wait_for(self.process.wait(), 60)

    def children(self) -> dict[str, int]:
        """Its children that are commands of ours, by name, and the database."""
        return {name: pid for pid, parent, name in processes() if parent == self.process.pid}


def processes() -> list[tuple[int, int, str]]:
    """Every process: its id, its parent's, and the last word of its command or "postgres"."""
    found = []
    for folder in Path("/proc").iterdir():
        with contextlib.suppress(OSError, ValueError):
            words = (folder / "cmdline").read_bytes().rstrip(b"\0").split(b"\0")
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            name = "postgres" if words[0].endswith(b"postgres") else words[-1].decode()
            found.append((int(folder.name), parent, name))
    return found


@contextlib.asynccontextmanager
async def running(data_dir: Path, port: int, **more: str) -> AsyncIterator[Up]:
    """A ``judge up``, killed at the end if it is still alive."""
    environment = os.environ | {"JUDGE_DATA_DIR": str(data_dir), "JUDGE_WEB_PORT": str(port)} | more
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-u", "-m", "judge", "up"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env=environment,
        limit=2**20,
    )
    up = Up(process=process)
    listening = asyncio.create_task(up.listen())
    try:
        yield up
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
        await listening


@pytest.fixture
def port() -> int:
    """A port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
        return number


@pytest.fixture
def data_dir(short_tmp: Path, request: pytest.FixtureRequest) -> Path:
    """A data directory that does not exist yet."""
    return short_tmp / str(abs(hash(request.node.name)))


def health(port: int) -> int:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
        status: int = answer.status
        return status


async def until_gone(pids: dict[str, int]) -> None:
    """Wait until none of these processes is alive."""
    deadline = time.monotonic() + 30
    while alive := [name for name, pid in pids.items() if any(pid == each for each, _, _ in processes())]:
        assert time.monotonic() < deadline, alive
        await asyncio.sleep(0.05)


async def test_from_nothing_to_verdicts_and_back_again(data_dir: Path, port: int, tmp_path: Path) -> None:
    """The first start makes an admin and judges; Ctrl-C stops all; the second start finds all data again.

    A language whose image cannot be built is told of then, and stops nothing.
    """
    async with running(data_dir, port) as up:
        await up.until("ready: ")
        await up.until("password")
        assert health(port) == 200
        async with embedded(data_dir) as dsn, connect(dsn) as connection:
            contest_id = await connection.fetchval("SELECT id FROM contests")
            while not any(item.verdict for item in await jury.verdicts(connection, contest_id)):
                await asyncio.sleep(0.1)
            total = len(await jury.verdicts(connection, contest_id))
        children = up.children()
        assert {"daemon", "web", "postgres"} <= set(children)
        assert await up.end(signal.SIGINT) == 0
    assert len(PASSWORD.findall(up.said)) == 1
    await until_gone(children)

    (tmp_path / "nim.toml").write_text(NIM + "bare = true\n")
    more = {"JUDGE_LANGUAGES_DIR": str(tmp_path), "JUDGE_LANGUAGES": json.dumps([*DEFAULT_LANGUAGES, "nim"])}
    async with running(data_dir, port, **more) as up:
        await up.until("ready: ")
        async with embedded(data_dir) as dsn, connect(dsn) as connection:
            assert len(await jury.verdicts(connection, contest_id)) == total
        assert await up.end(signal.SIGTERM) == 0
    assert "going on without nim: nothing is judged in nim" in up.said
    assert "Unable to locate package nim" in up.said
    assert PASSWORD.findall(up.said) == []


async def test_a_second_one_says_so_and_leaves(data_dir: Path, port: int) -> None:
    """One data directory has one ``judge up``; the first is not disturbed."""
    async with running(data_dir, port) as up:
        await up.until("ready: ")
        async with running(data_dir, port) as second:
            assert await second.process.wait() == 2
        assert "is running already" in second.said
        assert health(port) == 200


async def test_a_crashed_part_is_started_again(data_dir: Path, port: int) -> None:
    """After kill -9 of the web server, the daemon and the database, all three come back, and it says so."""
    async with running(data_dir, port) as up:
        await up.until("ready: ")
        before = up.children()
        for name in ("web", "daemon", "postgres"):
            os.kill(before[name], signal.SIGKILL)
        await up.until("web ended by signal 9")
        await up.until("daemon ended by signal 9")
        deadline = time.monotonic() + 60
        while True:
            with contextlib.suppress(OSError):
                after = up.children()
                if health(port) == 200 and {"daemon", "postgres"} <= set(after):
                    break
            assert time.monotonic() < deadline, up.said
            await asyncio.sleep(0.1)

    assert not set(before.values()) & set(after.values())


async def test_kill_9_leaves_nothing(data_dir: Path, port: int) -> None:
    """Killed without a chance to tidy up, it takes its children with it."""
    async with running(data_dir, port) as up:
        await up.until("ready: ")
        children = up.children()
        up.process.kill()
    await until_gone(children)


async def test_a_port_that_is_taken_is_refused_at_once(data_dir: Path) -> None:
    """The error names the setting, before anything is started."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        async with running(data_dir, taken.getsockname()[1]) as up:
            assert await up.process.wait() == 2
    assert "set JUDGE_WEB_PORT" in up.said
    assert not (data_dir / "postgres").exists()
