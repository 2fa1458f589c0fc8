"""One process of the judge's that the storm owns: started, killed, paused, and started again when it ends by itself."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

_STOP_S = 40.0
_PAUSE_S = 0.5
#: What commands of ours exit with after saying why they cannot run, as while the database is away.
_REFUSED = 2


class Service:
    """``judge COMMAND`` with an environment, on one core."""

    def __init__(self, *, name: str, command: str, core: int, log: Path, environment: Mapping[str, str]) -> None:
        self.name = name
        self.log = log
        #: How it ended without being told to, other than by saying why it cannot run.
        self.crashes: list[str] = []
        inherited = {key: value for key, value in os.environ.items() if not key.startswith("JUDGE_")}
        self._environment = inherited | dict(environment)
        self._argv = ("taskset", "--cpu-list", str(core), sys.executable, "-m", "judge", command)
        self._process: Process | None = None
        self._keeper: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Start it; it is ready some time later. If it ends by itself, it is started again."""
        await self._start()
        self._keeper = asyncio.create_task(self._keep(), name=f"keep {self.name}")

    async def kill(self) -> None:
        """Kill -9 it, paused or not."""
        await self._let_go()
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()

    async def stop(self) -> int:
        """Tell it to end; its exit code."""
        await self._let_go()
        assert self._process
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGTERM)
        return await asyncio.wait_for(self._process.wait(), _STOP_S)

    def signal(self, number: int) -> None:
        assert self._process
        self._process.send_signal(number)

    def mark_log(self, words: str) -> None:
        with self.log.open("a") as file:
            file.write(f"===== {words}\n")

    async def _start(self) -> None:
        with self.log.open("ab") as output:
            self._process = await asyncio.create_subprocess_exec(
                *("setpriv", "--pdeathsig", "KILL", "--", *self._argv),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=self._environment,
                start_new_session=True,
            )

    async def _keep(self) -> None:
        while True:
            assert self._process
            code = await self._process.wait()
            if code != _REFUSED:
                self.crashes.append(f"{self.name} ended by itself with code {code}")
            await asyncio.sleep(_PAUSE_S)
            await self._start()

    async def _let_go(self) -> None:
        """From now on its end is nothing by itself."""
        if self._keeper is not None:
            self._keeper.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._keeper


@contextlib.asynccontextmanager
async def serving(service: Service) -> AsyncIterator[Service]:
    """The service from its first start, killed at exit."""
    try:
        await service.start()
        yield service
    finally:
        await service.kill()
