"""Test data is on a judgehost's disk before it is judged with."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import cast

from judge.hosts.blobs import FetchedBlobs
from judge.hosts.executor import LocalExecutor
from judge.models import Blob
from judge.pipeline.cache import FileCache
from judge.queueing.prefetching import prefetch
from judge.store import blobs, problems
from judge.store.pool import Pool
from problems.package import load
from tests.queues import SAMPLES, Contest


class Idle:
    """An executor that judges nothing, or something that does not end."""

    def __init__(self, pool: Pool, folder: Path) -> None:
        self._data = FetchedBlobs(FileCache(folder, most_bytes=1 << 30), lambda sha256: blobs.fetch(pool, sha256))
        self.is_busy = False

    def held(self) -> list[object]:
        return [self] if self.is_busy else []

    async def prefetch(self, blob: Blob) -> bool:
        return await self._data.prefetch(blob)


async def test_data_of_running_contests_is_fetched_while_nothing_is_judged(
    contest: Contest, pool: Pool, tmp_path: Path
) -> None:
    """Nothing is fetched while the host judges; then all inputs and answers are, each under its digest."""
    cases = load(SAMPLES / "hello-sum").problem.testcases
    wanted = {blob.hex for case in cases for blob in (case.input, case.answer)}
    executor = Idle(pool, tmp_path / "cache")
    executor.is_busy = True
    fetching = asyncio.create_task(prefetch(pool, cast("LocalExecutor", executor)))
    try:
        await asyncio.wait([fetching], timeout=0.3)
        assert list((tmp_path / "cache").iterdir()) == []

        executor.is_busy = False
        async with asyncio.timeout(20):
            while {path.name for path in (tmp_path / "cache").iterdir() if path.name[0] != "."} != wanted:
                await asyncio.sleep(0.01)
    finally:
        fetching.cancel()


async def test_only_what_is_wanted_soon_and_fits(contest: Contest) -> None:
    """Contests that are over or far away want nothing, and no more is named than there is room for."""
    connection = contest.connection

    async def wanted(most_bytes: int = 1 << 30) -> list[Blob]:
        return await problems.wanted_soon(connection, within_s=3600, most_bytes=most_bytes)

    everything = await wanted()
    assert everything
    assert await wanted(most_bytes=0) == [blob for blob in everything if blob.size == 0]
    assert 0 < len(await wanted(most_bytes=sum(blob.size for blob in everything) - 1)) < len(everything)
    for times in (
        "starts_at = now() - interval '3 hours', ends_at = now() - interval '1 second'",
        "starts_at = now() + interval '2 hours', ends_at = NULL",
    ):
        await connection.execute(f"UPDATE contests SET {times}")
        assert await wanted() == []
    await connection.execute("UPDATE contests SET starts_at = now() + interval '30 minutes'")
    assert await wanted() == everything
