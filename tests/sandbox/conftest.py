"""What sandbox tests share: an engine with the images, and cells at each isolation level."""

from __future__ import annotations

import io
import os
import tarfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import docker
import pytest
import pytest_asyncio

from sandbox import bundle, engine
from sandbox.cell import Cell, CellMaker
from sandbox.container import ContainerMaker
from sandbox.local import LocalMaker
from sandbox.outcome import Outcome
from sandbox.spec import RunLimits, RunSpec

MIB = 1024 * 1024
CORE = max(os.sched_getaffinity(0))
LIMITS = RunLimits(cpu_ms=1000, wall_ms=3000, memory_bytes=64 * MIB, output_bytes=MIB, processes=32)
COMPILE = RunLimits(cpu_ms=30_000, wall_ms=60_000, memory_bytes=1024 * MIB, output_bytes=MIB, processes=64)


@pytest.fixture
def client(image_names: dict[str, str]) -> Iterator[docker.DockerClient]:
    """The engine that has the images."""
    client = engine.connect()
    yield client
    client.close()


def exported(client: docker.DockerClient, image: str) -> tarfile.TarFile:
    """All files of an image, as a container would have them; no container of it is started."""
    container = client.containers.create(image, command=["/never/started"])
    try:
        return tarfile.open(fileobj=io.BytesIO(b"".join(container.export())))  # type: ignore[arg-type]
    finally:
        container.remove()


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """One isolation level, ready to make cells."""

    name: str
    maker: CellMaker
    image: str

    async def cell(self, *, shows_data: bool = False) -> Cell:
        return await self.maker.make(image=self.image, core=CORE, shows_data=shows_data)


@pytest_asyncio.fixture(scope="session", loop_scope="session", params=["local", "container"])
async def level(request: object, image_names: dict[str, str], short_tmp: Path) -> Level:
    """Each isolation level in turn."""
    name: str = request.param  # type: ignore[attr-defined]
    cells_dir = short_tmp / f"cells-{name}"
    cells_dir.mkdir()
    maker = LocalMaker(cells_dir=cells_dir) if name == "local" else ContainerMaker(cells_dir=cells_dir, host="tests")
    return Level(name=name, maker=maker, image=image_names["gcc"])


class Prober:
    """A cell that holds the compiled probe."""

    def __init__(self, cell: Cell, level: str) -> None:
        self.cell = cell
        self.level = level

    async def __call__(self, *words: object, limits: RunLimits = LIMITS) -> tuple[Outcome, bytes]:
        """The outcome of ``probe words…``, and its output."""
        argv = ("/work/probe", *(str(word) for word in words))
        outcome = await self.cell.run(RunSpec(argv=argv, limits=limits))
        with self.cell.open_stdout() as stdout:
            return outcome, stdout.read()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def probe(level: Level) -> AsyncIterator[Prober]:
    """The probe at each level, in one cell for all runs: what one leaves behind the next would see."""
    cell = await level.cell()
    await cell.load(bundle.pack({"probe.c": Path(__file__).with_name("probe.c").read_bytes()}))
    argv = ("/usr/bin/gcc", "-O1", "-pthread", "-static", "-o", "probe", "probe.c")
    compiled = await cell.run(RunSpec(argv=argv, env={"PATH": "/usr/bin"}, is_work_writable=True, limits=COMPILE))
    assert compiled.exit_code == 0, compiled.stderr.decode()
    yield Prober(cell, level.name)
    await cell.close()
