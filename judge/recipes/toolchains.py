"""Tells everybody what this judgehost compiles with: asked of the images themselves when the daemon starts."""

from __future__ import annotations

import structlog

from judge.config import Settings
from judge.errors import SandboxError
from judge.hosts import host
from judge.pipeline.compiling import Programs
from judge.recipes import languages
from judge.store import toolchains
from judge.store.pool import DISCONNECTED, Pool, wait_to_reconnect
from judge.store.toolchains import Toolchain

log = structlog.get_logger()


async def tell(pool: Pool, judgehost_id: int, settings: Settings, programs: Programs) -> None:
    """Ask every language's compiler for its version, and write down what this host has of the languages offered."""
    found = []
    # One after the other: each is a container, and contestants are being judged meanwhile.
    for recipe in languages.offered().values():
        try:
            version = await host.version(settings, recipe)
            if version is not None:
                images = programs.compile_image(recipe), programs.run_image(recipe)
                found.append(
                    Toolchain(language=recipe.id, version=version, compile_image=images[0], run_image=images[1])
                )
        except SandboxError as error:
            log.warning("cannot tell what compiles a language", language=recipe.id, error=str(error))
    while True:
        try:
            async with pool.acquire() as connection:
                await toolchains.tell(connection, judgehost_id, found)
                differing = await toolchains.differing(connection, lost_after_s=settings.lease_s)
            break
        except DISCONNECTED as error:
            await wait_to_reconnect(error)
    if judgehost_id in differing:
        log.warning("another judgehost has other images", languages=list(differing[judgehost_id]))
