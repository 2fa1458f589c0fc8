"""What benches that run programs share: cells at the settings' isolation level, with the yardsticks in them."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass

from judge.config import Isolation, Settings
from judge.hosts import host
from sandbox import engine
from sandbox.cell import Cell, CellMaker
from sandbox.engine import Progress
from sandbox.images import ensure
from sandbox.yardsticks import programs
from sandbox.yardsticks.programs import Programs

#: The image that can compile the yardsticks.
IMAGE = "gcc"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rig:
    """What a bench may use: the first slot's core, an image, and a maker of cells."""

    level: str
    core: int
    image: str
    maker: CellMaker
    programs: Programs

    @contextlib.asynccontextmanager
    async def cell(self) -> AsyncIterator[Cell]:
        """A cell with the yardsticks in its /work, gone at exit."""
        cell = await self.maker.make(image=self.image, core=self.core, shows_data=False)
        try:
            await self.programs.load(cell)
            yield cell
        finally:
            await cell.close()


@contextlib.asynccontextmanager
async def rig(settings: Settings, said: Progress) -> AsyncIterator[Rig]:
    """The image, built if it is missing, and the yardsticks, compiled in a cell of it.

    Raises:
        SandboxError: this host cannot judge at that level.
    """
    async with contextlib.AsyncExitStack() as stack:
        image = f"local:{host.host_name(settings)}"
        if settings.isolation is not Isolation.LOCAL:
            await stack.enter_async_context(engine.running(said, data_dir=settings.data_dir))
            cache_dir = settings.data_dir / "images"
            recipes = host.recipes({IMAGE})
            image = (await ensure(recipes, mirror=settings.debian_mirror, cache_dir=cache_dir, progress=said))[IMAGE]
        maker = host.cell_maker(settings)
        core = host.slots(settings)[0].core
        cell = await maker.make(image=image, core=core, shows_data=False)
        try:
            made = await programs.compiled(cell)
        finally:
            await cell.close()
        yield Rig(level=settings.isolation.value, core=core, image=image, maker=maker, programs=made)
