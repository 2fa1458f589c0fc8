"""Run the whole suite: first, side by side, the tests that measure nothing, then one by one those that do.

``python -m tests`` is what ``make test`` calls. Both parts are run, whatever becomes of the first.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import click
import pytest

from tests.engines import images_there

TESTS = Path(__file__).parent
#: Folders of tests that a busy host makes slow, not wrong; those with the longest first, so that no worker ends alone.
SIDE_BY_SIDE = ("acceptance", "browser", "integration", "unit")
#: How long pytest may take to end what it is told to end.
STOP_S = 120.0


async def _main(arguments: list[str]) -> int:
    alone = sorted(
        path.name for path in TESTS.iterdir() if any(path.glob("test_*.py")) and path.name not in SIDE_BY_SIDE
    )
    workers = max(2, len(os.sched_getaffinity(0)))
    with tempfile.TemporaryDirectory(prefix="judge-tests-") as folder:
        # Workers that need an engine and images would each start and build them.
        async with images_there(Path(folder)):
            first = await _pytest(SIDE_BY_SIDE, "--numprocesses", str(workers), "--dist", "worksteal", *arguments)
            if first == pytest.ExitCode.INTERRUPTED:
                return first
            second = await _pytest(alone, *arguments)
    # What failed in the first part is far above by now.
    for part, code in (("side by side", first), ("one by one", second)):
        click.echo(f"{part}: {'passed' if code == 0 else f'pytest ended with {code}, see its summary above'}")
    return first or second


async def _pytest(folders: Sequence[str], *arguments: str) -> int:
    words = (sys.executable, "-m", "pytest", *arguments, *(str(TESTS / name) for name in folders))
    process = await asyncio.create_subprocess_exec(*words)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, process.send_signal, signal.SIGINT)
    try:
        return await process.wait()
    finally:
        # Ctrl-C reached it as well: it puts away what it has made, and needs the engine for that.
        async with asyncio.timeout(STOP_S):
            await process.wait()


if __name__ == "__main__":
    sys.exit(asyncio.run(_main(sys.argv[1:])))
