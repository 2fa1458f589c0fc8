"""A Docker engine of our own, really started beside the one that runs."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from judge.errors import SandboxError
from sandbox import engine

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="needs root: only root starts an engine")


@pytest.fixture
def argv(short_tmp: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, ...]]:
    """How to start an engine that shares nothing with the system's, to which DOCKER_HOST points."""
    folder = short_tmp / "engine"
    socket = f"unix://{folder}/docker.sock"
    monkeypatch.setenv("DOCKER_HOST", socket)
    folders = [f"--{name}={folder}/{name}" for name in ("data-root", "exec-root", "pidfile")]
    # In a network of its own: without a bridge an engine removes docker0, which the host's own engine may be using.
    yield (
        "unshare",
        "--net",
        "dockerd",
        "--host",
        socket,
        *folders,
        "--bridge=none",
        "--iptables=false",
        "--storage-driver=vfs",
    )
    # An engine mounts its data directory on itself, and takes that back unless it is killed.
    subprocess.run(("umount", "--quiet", folder / "data-root"), check=False, capture_output=True)


async def test_an_engine_we_start_is_stopped_by_us(argv: tuple[str, ...], tmp_path: Path) -> None:
    """It answers inside, and is gone with its process afterwards; Ctrl-C on our terminal does not reach it."""
    said: list[str] = []
    async with engine.running(said.append, data_dir=tmp_path, argv=argv):
        engine.connect().close()
        pid = int(said[-1].split()[-1].rstrip(")"))
        assert os.getsid(pid) != os.getsid(0)

    assert not Path(f"/proc/{pid}").exists()
    with pytest.raises(SandboxError, match="no Docker engine answers"):
        engine.connect()


async def test_an_engine_that_runs_is_used_and_left_running(argv: tuple[str, ...], tmp_path: Path) -> None:
    """A second user of an engine neither starts another nor stops it."""
    async with engine.running(print, data_dir=tmp_path, argv=argv):
        said: list[str] = []
        async with engine.running(said.append, data_dir=tmp_path, argv=("false",)):
            pass
        assert said == ["Docker engine: using the one that is running"]
        engine.connect().close()


async def test_an_engine_that_does_not_start_says_why(argv: tuple[str, ...], tmp_path: Path) -> None:
    """The error carries the end of its log."""
    with pytest.raises(SandboxError, match="no-such-option"):
        async with engine.running(print, data_dir=tmp_path, argv=(*argv, "--no-such-option")):
            pass


async def test_an_engine_that_dies_leaves_an_error_not_a_hang(argv: tuple[str, ...], tmp_path: Path) -> None:
    """Leaving works although the engine was killed meanwhile."""
    said: list[str] = []
    async with engine.running(said.append, data_dir=tmp_path, argv=argv):
        os.kill(int(said[-1].split()[-1].rstrip(")")), signal.SIGKILL)
