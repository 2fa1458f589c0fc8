"""One judgehost of the storm: a process with a core, a disk, a clock and a wire of its own."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

from tests.chaos.contest import LANGUAGE
from tests.chaos.service import Service
from tests.chaos.wire import Wire

_MOUNT_S = 20.0
_DISK_MIB = 256


class Judgehost(Service):
    """A daemon that judges by itself, or with a broker a worker."""

    def __init__(self, *, name: str, core: int, folder: Path, wire: Wire, environment: Mapping[str, str]) -> None:
        self.wire = wire
        self.data_dir = folder / "disk"
        self._clock = folder / "clock"
        self._clock.write_text("+0\n")
        self._ballast = self.data_dir / "ballast"
        own = {
            "JUDGE_DATABASE_URL": wire.dsn(),
            "JUDGE_DATA_DIR": str(self.data_dir),
            "JUDGE_JUDGEHOST_NAME": name,
            "JUDGE_LANGUAGES": f'["{LANGUAGE}"]',
            "JUDGE_SLOTS": "1",
            # It starts often, and canaries have tests of their own.
            "JUDGE_CANARY_MINUTES": "0",
            "LD_PRELOAD": str(_faketime()),
            "FAKETIME_TIMESTAMP_FILE": str(self._clock),
            "FAKETIME_CACHE_DURATION": "1",
            # The time of day alone: that is what an administrator or a time server sets.
            "DONT_FAKE_MONOTONIC": "1",
        }
        command = "worker" if "JUDGE_BROKER_URL" in environment else "daemon"
        super().__init__(
            name=name, command=command, core=core, log=folder / f"{name}.log", environment={**environment, **own}
        )

    def set_clock(self, offset_s: int) -> None:
        """Set its time of day wrong by so much, from the next second on."""
        self._clock.write_text(f"{offset_s:+d}\n")

    def fill_disk(self) -> None:
        """Leave no byte of the data directory's disk free."""
        piece = bytes(1024 * 1024)
        with contextlib.suppress(OSError), self._ballast.open("wb", buffering=0) as file:
            while True:
                file.write(piece)

    def free_disk(self) -> None:
        self._ballast.unlink(missing_ok=True)

    def left_behind(self) -> list[str]:
        """Exchange directories that are still there."""
        return [str(path) for path in (self.data_dir / "cells").glob("*/*")]


@contextlib.asynccontextmanager
async def disk(folder: Path) -> AsyncIterator[None]:
    """A small disk in memory, at a folder that is made for it."""
    folder.mkdir(parents=True)
    await _say("mount", "-t", "tmpfs", "-o", f"size={_DISK_MIB}m", "tmpfs", str(folder))
    try:
        yield
    finally:
        await _say("umount", "--lazy", str(folder))


async def _say(*argv: str) -> None:
    process = await asyncio.create_subprocess_exec(*argv, stdin=asyncio.subprocess.DEVNULL)
    assert await asyncio.wait_for(process.wait(), _MOUNT_S) == 0, argv


def _faketime() -> Path:
    """The library that lies about the time of day (Debian's libfaketime)."""
    return next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
