"""Cells when their Docker engine dies: none outlives its judging, and none is left when the engine is back."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import time
from pathlib import Path

import pytest

from judge.errors import CellDied, SandboxError
from sandbox import watch
from sandbox.container import ContainerMaker
from sandbox.spec import RunLimits, RunSpec
from tests.chaos.engine import engine_of_its_own

pytestmark = [
    # Docker's client leaves its socket to the collector where no engine listens.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.timeout(180),
    pytest.mark.skipif(
        os.geteuid() != 0 or shutil.which("dockerd") is None, reason="a Docker engine of one's own takes root"
    ),
]

CORE = max(os.sched_getaffinity(0))
SLEEP = RunSpec(
    argv=("/usr/bin/python3", "-c", "import time; time.sleep(60)"),
    limits=RunLimits(cpu_ms=1000, wall_ms=60_000, memory_bytes=2**27, output_bytes=2**20, processes=8),
)


async def test_a_cell_ends_though_its_engine_is_killed(
    short_tmp: Path, image_names: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Closing it ends its processes without the engine, and removes its container once the engine is back."""
    image = image_names["python3"]
    (short_tmp / "engine").mkdir()
    async with engine_of_its_own(short_tmp / "engine", [image]) as engine:
        monkeypatch.setenv("DOCKER_HOST", engine.url)
        maker = ContainerMaker(cells_dir=short_tmp / "cells-of-its-own", host="storm")
        closed, kept = [await maker.make(image=image, core=CORE, shows_data=False) for _ in range(2)]
        assert closed.uid is not None
        running = asyncio.create_task(closed.run(SLEEP))
        async with asyncio.timeout(20):
            while not _has_python(closed.uid):
                await asyncio.sleep(0.02)

        await engine.end(signal.SIGKILL)
        with pytest.raises(CellDied):
            await running
        assert await closed.close() is False
        async with asyncio.timeout(5):
            while watch.users({closed.uid}):
                await asyncio.sleep(0.02)
        with pytest.raises(SandboxError):
            await maker.make(image=image, core=CORE, shows_data=False)
        assert not kept.is_waiting

        await engine.start()
        await kept.close()
        cell = await maker.make(image=image, core=CORE, shows_data=False)
        deadline = time.monotonic() + 20
        while (names := await engine.containers()) != [cell.name]:
            assert time.monotonic() < deadline, names
            await asyncio.sleep(0.05)
        assert await cell.close() is True
        maker._client.close()


def _has_python(uid: int) -> bool:
    found = watch.users({uid}).get(uid, [])
    return any(b"time.sleep" in Path(f"/proc/{pid}/cmdline").read_bytes() for pid in found)
