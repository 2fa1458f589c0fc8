"""What a judgehost tells of its compilers when it starts."""

from __future__ import annotations

from pathlib import Path

import structlog.testing

from judge.config import Isolation, Settings
from judge.hosts import host
from judge.recipes import toolchains
from judge.store import judgehosts
from judge.store import toolchains as store
from judge.store.pool import Pool
from judge.store.toolchains import Toolchain


async def test_a_judgehost_says_that_another_has_other_images(pool: Pool, tmp_path: Path) -> None:
    """What it has is known afterwards, and its log says for which languages it is not what another judgehost has."""
    settings = Settings(isolation=Isolation.LOCAL, data_dir=tmp_path)
    programs = host.open_programs(settings, await host.image_names(settings))
    async with pool.acquire() as connection:
        other = await judgehosts.register(connection, name="other", slots=1, isolation="container")
        ours = await judgehosts.register(connection, name="ours", slots=1, isolation="local")
        theirs = Toolchain(language="c", version="gcc 14", compile_image="sha256:aa", run_image="sha256:bb")
        await store.tell(connection, other, [theirs])
    with structlog.testing.capture_logs() as logs:
        await toolchains.tell(pool, ours, settings, programs)
    async with pool.acquire() as connection:
        known = await store.by_language(connection)

    assert len(known["c"]) == 2
    assert [line["languages"] for line in logs if line["event"] == "another judgehost has other images"] == [["c"]]
