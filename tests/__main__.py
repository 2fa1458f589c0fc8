"""Run the whole suite: first, side by side, the tests that measure nothing, then one by one those that do.

``python -m tests`` is what ``make test`` calls. Both parts are run, whatever becomes of the first.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.engines import images_there

TESTS = Path(__file__).parent
#: Folders of tests that a busy host makes slow, not wrong.
SIDE_BY_SIDE = ("unit", "integration", "browser", "acceptance")


async def _main(arguments: list[str]) -> int:
    alone = sorted(
        path.name for path in TESTS.iterdir() if any(path.glob("test_*.py")) and path.name not in SIDE_BY_SIDE
    )
    workers = max(2, len(os.sched_getaffinity(0)))
    with tempfile.TemporaryDirectory(prefix="judge-tests-") as folder:
        # Workers that need an engine and images would each start and build them.
        async with images_there(Path(folder)):
            first = await _pytest(SIDE_BY_SIDE, "--numprocesses", str(workers), "--dist", "worksteal", *arguments)
            second = await _pytest(alone, *arguments)
    return first or second


async def _pytest(folders: Sequence[str], *arguments: str) -> int:
    words = (sys.executable, "-m", "pytest", *arguments, *(str(TESTS / name) for name in folders))
    process = await asyncio.create_subprocess_exec(*words)
    return await process.wait()


if __name__ == "__main__":
    sys.exit(asyncio.run(_main(sys.argv[1:])))
