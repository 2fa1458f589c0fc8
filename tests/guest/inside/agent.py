"""Does in the guest what the tests ask for, one JSON line each way through a virtual serial port.

The judge's own code makes the cells here: engine, container and control groups are those of ``sandbox``.
"""

from __future__ import annotations

import asyncio
import dataclasses
import io
import json
import logging
import subprocess
import tarfile
import time
import traceback
from pathlib import Path
from typing import Any

from sandbox import bundle, engine
from sandbox.cell import Cell
from sandbox.container import ContainerMaker
from sandbox.spec import RunLimits, RunSpec

_PORT = Path("/dev/vport0p1")
_DISK = Path("/var/lib/docker")
_GROUPS = Path("/sys/fs/cgroup")
_IMAGE = "judge/guest:1"
_ENGINE = ("dockerd", "--bridge=none", "--iptables=false", "--ip6tables=false")


_log = logging.getLogger(__name__)


class Agent:
    """One cell at a time, and whatever else of the guest a test wants to look at."""

    def __init__(self) -> None:
        self._maker = ContainerMaker(cells_dir=_DISK / "cells", host="guest")
        self._client = engine.connect()
        self._cell: Cell | None = None
        _import_image(self._client)

    async def make_cell(self) -> dict[str, Any]:
        """Replace the cell by a new one with the probe in it; says what its launcher found."""
        if self._cell is not None:
            await self._cell.close()
        self._cell = await self._maker.make(image=_IMAGE, core=0, shows_data=False)
        probe = Path("probe").read_bytes()
        await self._cell.load(bundle.pack({"probe": probe}, mode=bundle.EXECUTABLE))
        return dataclasses.asdict(self._cell.facts)

    async def run(self, words: list[str], limits: dict[str, int]) -> dict[str, Any]:
        """One run of the probe in the cell."""
        assert self._cell
        outcome = await self._cell.run(RunSpec(argv=("/work/probe", *words), limits=RunLimits(**limits)))
        with self._cell.open_stdout() as stdout:
            return {"outcome": dataclasses.asdict(outcome), "output": stdout.read().decode(errors="replace")}

    async def inspect(self) -> dict[str, Any]:
        """The cell's process 1 and its control group, as the guest's own root sees them."""
        assert self._cell
        pid = self._client.api.inspect_container(self._cell.name)["State"]["Pid"]
        path = Path(f"/proc/{pid}/cgroup").read_text().strip().removeprefix("0::")
        profile = Path(f"/proc/{pid}/attr/apparmor/current").read_text().strip()
        return {"pid": pid, "path": path, "profile": profile, "files": _readable(_GROUPS / path.lstrip("/"))}

    async def execute(self, argv: list[str], text: str) -> dict[str, Any]:
        """Any program of the guest's, as root."""
        ended = await asyncio.to_thread(subprocess.run, argv, input=text, capture_output=True, text=True, check=False)
        return {"exit_code": ended.returncode, "output": ended.stdout, "errors": ended.stderr}


def _readable(folder: Path) -> dict[str, str]:
    """The content of all files of a control group that can be read."""
    found: dict[str, str] = {}
    for path in sorted(folder.iterdir()):
        if path.is_file():
            try:
                found[path.name] = path.read_text()
            except OSError:
                continue
    return found


def _import_image(client: Any) -> None:
    """An image of empty folders: what runs in these cells is static."""
    tree = io.BytesIO()
    with tarfile.open(fileobj=tree, mode="w") as tar:
        for name in ("usr", "etc", "tmp", "proc", "sys", "dev"):
            folder = tarfile.TarInfo(name)
            folder.type, folder.mode = tarfile.DIRTYPE, 0o755
            tar.addfile(folder)
    repository, tag = _IMAGE.split(":")
    client.api.import_image_from_data(tree.getvalue(), repository=repository, tag=tag)


async def _answer(agent: Agent, line: bytes) -> dict[str, Any]:
    request = json.loads(line)
    begun = time.monotonic()
    try:
        value = await getattr(agent, request["verb"])(**request["arguments"])
    except Exception:  # noqa: BLE001 - Whatever it was, the test that asked has to hear of it.
        return {"error": traceback.format_exc()}
    _log.info("%s took %.1f s", request["verb"], time.monotonic() - begun)
    return {"value": value}


async def _serve(port: io.FileIO) -> None:
    async with engine.running(_log.info, data_dir=Path("/run"), argv=_ENGINE):
        _log.info("the engine answers %.1f s after the kernel began", time.monotonic())
        agent = Agent()
        _send(port, {"value": "ready"})
        # One reader for the whole life: what it has read ahead belongs to the next request.
        reader = io.BufferedReader(port)
        while line := await asyncio.to_thread(reader.readline):
            _send(port, await _answer(agent, line))


def _send(port: io.FileIO, answer: dict[str, Any]) -> None:
    """A line, in as many pieces as the port takes it."""
    encoded = json.dumps(answer, default=_encoded).encode() + b"\n"
    while encoded:
        encoded = encoded[port.write(encoded) :]


def _encoded(value: object) -> str:
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    raise TypeError(f"{type(value)} cannot be sent")


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="agent: %(message)s")
    with _PORT.open("r+b", buffering=0) as opened:
        asyncio.run(_serve(opened))
