"""The local executor on a real queue, with real cells, when its host or its lease fails it."""

from __future__ import annotations

import asyncio
import contextlib
import math
import os
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from judge.config import Isolation, Settings
from judge.errors import SandboxError
from judge.hosts import executor as executor_module
from judge.hosts import host
from judge.hosts.executor import LocalExecutor
from judge.models import Compilation, Judged, Run
from judge.pipeline.cache import FileCache
from judge.pipeline.room import Bench
from judge.queueing import queue
from judge.recipes.languages import pasted
from judge.store import accounts, blobs, contests, judgehosts, problems
from judge.store.accounts import Role
from judge.store.judgings import MOST_LOSSES, Claim
from judge.store.pool import Connection, Pool, open_pool
from judge.verdicts import Verdict
from problems.package import load
from sandbox.cell import Cell
from sandbox.local import LocalMaker
from sandbox.pool import LEAST_FREE_MIB, CellPool, Slot
from tests.objectstores import S3Server, s3_server

pytestmark = pytest.mark.timeout(60)

SAMPLES = Path(__file__).parents[2] / "problems" / "samples"
RIGHT = b"import time\nfor _ in range(10**6): pass\nprint(sum(map(int, open(0).read().split()[1:])))\n"


class BreakableMaker(LocalMaker):
    """Makes real cells, but for times when it is told that the host is broken."""

    is_broken = False
    #: Whether what is asked of a cell first is its end.
    is_deadly = False

    async def make(self, *, image: str, core: int, shows_data: bool) -> Cell:
        if self.is_broken:
            raise SandboxError("the host is broken")
        cell = await super().make(image=image, core=core, shows_data=shows_data)
        if self.is_deadly:
            await cell._wall.tear_down()
        return cell


class Stage:
    """A queue with one submission, and an executor with one slot."""

    def __init__(self, connection: Connection, executor: LocalExecutor, maker: BreakableMaker, host_id: int) -> None:
        self.connection = connection
        self.executor = executor
        self.maker = maker
        self.host_id = host_id

    async def claim(self) -> Claim:
        claim = await queue.claim(self.connection, judgehost_id=self.host_id, lease_s=30)
        assert claim is not None
        return claim

    async def until(self, statement: str) -> None:
        async with asyncio.timeout(30):
            while not await self.connection.fetchval(statement):
                await asyncio.sleep(0.01)


@contextmanager
def small_disk(folder: Path, *, mib: int) -> Iterator[None]:
    """A disk in memory, for a while."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={mib}m", "tmpfs", folder], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", folder], check=True)


@asynccontextmanager
async def stage(pool: Pool, folder: Path) -> AsyncIterator[Stage]:
    """Everything that judges one submission, at level ``local``."""
    maker = BreakableMaker(cells_dir=folder)
    cells = CellPool(maker, [Slot(index=0, core=max(os.sched_getaffinity(0)))], keeps_warm=True)
    settings = Settings(isolation=Isolation.LOCAL, data_dir=folder)
    async with pool.acquire() as connection:
        contest_id = await contests.ensure_contest(connection, name="test", title="Test")
        problem_id = await problems.problem_of(
            connection, await problems.publish(connection, load(SAMPLES / "hello-sum"))
        )
        await contests.add_problem(connection, contest_id=contest_id, problem_id=problem_id)
        user_id = await accounts.create(connection, login="a", name="a", password_hash=None, role=Role.CONTESTANT)
        await queue.enqueue(
            connection,
            contest_id=contest_id,
            problem_id=problem_id,
            user_id=user_id,
            source=pasted("python3", RIGHT),
        )
        host_id = await judgehosts.register(connection, name="host", slots=1, isolation="local")
        try:
            async with asyncio.TaskGroup() as tasks:
                executor = LocalExecutor(
                    pool=pool,
                    judgehost_id=host_id,
                    cells={Isolation.LOCAL: cells},
                    programs=host.open_programs(settings, await host.image_names(settings)),
                    blob_cache=FileCache(folder / "blobs", most_bytes=1 << 30),
                    tasks=tasks,
                )
                yield Stage(connection, executor, maker, host_id)
        finally:
            await cells.close()


async def test_a_broken_host_hands_over_and_waits(pool: Pool, short_tmp: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No contestant sees a judge error because a host failed: the judging waits, and so does the slot."""
    monkeypatch.setattr(executor_module, "_HOST_CHECK_S", 0.05)
    async with stage(pool, short_tmp / "broken") as on:
        on.maker.is_broken = True
        on.executor.start(await on.claim())
        await on.until("SELECT state = 'queued' AND losses = 0 FROM judgings")
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(on.executor.free_slot(), 0.3)

        on.maker.is_broken = False
        await asyncio.wait_for(on.executor.free_slot(), 10)
        on.executor.start(await on.claim())
        await on.until("SELECT state = 'done' FROM judgings")

        assert await on.connection.fetchval("SELECT verdict FROM judgings") == "AC"


async def test_what_always_breaks_its_host_ends_as_judge_error(pool: Pool, short_tmp: Path) -> None:
    """A judging that no host survives is shown to admins, with the reason, instead of going round for ever."""
    async with stage(pool, short_tmp / "always") as on:
        for _ in range(3):
            await on.executor.free_slot()
            on.maker.is_deadly = True
            on.executor.start(await on.claim())
            await on.until("SELECT state <> 'judging' FROM judgings")
            on.maker.is_deadly = False

        row = await on.connection.fetchrow("SELECT verdict, message FROM judgings")
        assert row is not None
        assert row["verdict"] == "JE"
        assert "ended by itself" in row["message"]


@pytest.mark.skipif(os.geteuid() != 0, reason="a disk of one's own takes root")
async def test_a_full_disk_is_the_hosts_matter(pool: Pool, short_tmp: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While its disk takes nothing, a host hands over what it cannot judge, and goes on when there is room again."""
    monkeypatch.setattr(executor_module, "_HOST_CHECK_S", 0.05)
    folder = short_tmp / "full"
    folder.mkdir()
    with small_disk(folder, mib=LEAST_FREE_MIB + 8):
        async with stage(pool, folder) as on:
            with contextlib.suppress(OSError), (folder / "ballast").open("wb", buffering=0) as ballast:
                while True:
                    ballast.write(bytes(2**20))
            on.executor.start(await on.claim())
            await on.until("SELECT state = 'queued' AND losses = 0 FROM judgings")
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(on.executor.free_slot(), 0.3)

            (folder / "ballast").unlink()
            await asyncio.wait_for(on.executor.free_slot(), 10)
            on.executor.start(await on.claim())
            await on.until("SELECT state = 'done' FROM judgings")

            assert await on.connection.fetchval("SELECT verdict FROM judgings") == "AC"


async def test_a_stolen_lease_costs_only_that_judging(pool: Pool, short_tmp: Path) -> None:
    """Whoever loses its lease in the middle drops what it found and goes on with the next judging."""
    async with stage(pool, short_tmp / "stolen") as on:
        on.executor.start(await on.claim())
        await on.until("SELECT count(*) > 0 FROM runs")
        await on.connection.execute("UPDATE judgings SET state = 'queued', lease_until = NULL")
        await asyncio.wait_for(on.executor.free_slot(), 20)
        assert await on.connection.fetchval("SELECT state FROM judgings") == "queued"

        on.executor.start(await on.claim())
        await on.until("SELECT state = 'done' FROM judgings")

        assert await on.connection.fetchval("SELECT verdict FROM judgings") == "AC"
        assert await on.connection.fetchval("SELECT bool_and(attempt = 2) FROM runs")


@asynccontextmanager
async def stored_stage(
    dsn: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[tuple[Stage, S3Server]]:
    """The same with all test data in an object store."""
    monkeypatch.setattr(executor_module, "_HOST_CHECK_S", 0.05)
    monkeypatch.setattr(executor_module, "_STORE_RETRY_S", 0.05)
    monkeypatch.setattr(blobs, "SMALL_BYTES", 1)
    async with (
        s3_server(folder / "s3") as server,
        open_pool(dsn, objects=server.store) as pool,
        stage(pool, folder) as on,
    ):
        yield on, server


async def test_a_judging_waits_for_the_object_store(dsn: str, short_tmp: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A store that is away for a moment costs the time that it is away for."""
    async with stored_stage(dsn, short_tmp / "waits", monkeypatch) as (on, server):
        await server.stop()
        with capture_logs() as logs:
            on.executor.start(await on.claim())
            async with asyncio.timeout(30):
                while not any("trying again" in line["event"] for line in logs):
                    await asyncio.sleep(0.01)
        await server.start()
        await on.until("SELECT state = 'done' FROM judgings")

        assert await on.connection.fetchval("SELECT verdict || attempt FROM judgings") == "AC1"


async def test_a_store_that_stays_away_is_nobodys_fault(
    dsn: str, short_tmp: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However often the test data cannot be had, the judging waits in the queue, and the slot takes nothing."""
    monkeypatch.setattr(executor_module, "_STORE_WAIT_S", 0.0)
    async with stored_stage(dsn, short_tmp / "stays", monkeypatch) as (on, server):
        for _ in range(MOST_LOSSES):
            await server.stop()
            on.executor.start(await on.claim())
            await on.until("SELECT state = 'queued' AND losses = 0 FROM judgings")
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(on.executor.free_slot(), 0.2)
            await server.start()
            await asyncio.wait_for(on.executor.free_slot(), 10)
        on.executor.start(await on.claim())
        await on.until("SELECT state = 'done' FROM judgings")

        assert await on.connection.fetchval("SELECT verdict FROM judgings") == "AC"


async def test_damaged_test_data_is_no_verdict(dsn: str, short_tmp: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Bytes that are not what was stored are never judged with; another host may have better ones."""
    async with stored_stage(dsn, short_tmp / "damaged", monkeypatch) as (on, server):
        objects = [path for path in server.bucket.rglob("*") if path.is_file()]
        kept = {path: path.read_bytes() for path in objects}
        for path in objects:
            path.write_bytes(b"x" * path.stat().st_size)
        on.executor.start(await on.claim())
        await on.until("SELECT state = 'queued' AND losses = 1 FROM judgings")

        for path, content in kept.items():
            path.write_bytes(content)
        await asyncio.wait_for(on.executor.free_slot(), 10)
        on.executor.start(await on.claim())
        await on.until("SELECT state = 'done' FROM judgings")

        assert await on.connection.fetchval("SELECT verdict FROM judgings") == "AC"


async def test_a_slot_that_is_kept_is_no_claims(pool: Pool, short_tmp: Path) -> None:
    """A slot that is lent counts as free, since a claim takes it back; one that is kept does when its work ends."""
    async with stage(pool, short_tmp / "lent") as on:
        done, ended = asyncio.Event(), asyncio.Event()

        async def work(bench: Bench, slot: Slot) -> None:
            await done.wait()
            ended.set()

        on.executor.lend(work, is_kept=True)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(on.executor.free_slot(), 0.3)
        done.set()
        await asyncio.wait_for(on.executor.free_slot(), 10)
        assert ended.is_set()

        done.clear()
        ended.clear()
        on.executor.lend(work)
        await asyncio.wait_for(on.executor.free_slot(), 10)
        on.executor.start(await on.claim())
        await on.until("SELECT state = 'done' FROM judgings")
        assert not ended.is_set()


@pytest.mark.parametrize(("score", "cpu_us"), [(math.inf, 1), (1.0, 2**64)])
async def test_a_verdict_that_the_database_refuses(
    pool: Pool, short_tmp: Path, monkeypatch: pytest.MonkeyPatch, score: float, cpu_us: int
) -> None:
    """It ends as a judge error, and the daemon does not end over it."""

    async def judge(*_: object, **__: object) -> Judged:
        run = Run(testcase="secret/1", verdict=Verdict.AC, cpu_us=cpu_us, wall_us=1, memory_bytes=1)
        compilation = Compilation(is_ok=True)
        return Judged(verdict=Verdict.AC, compilation=compilation, runs=(run,), score=score, parts={"all": score})

    monkeypatch.setattr(executor_module, "judge", judge)
    async with stage(pool, short_tmp / "refused") as on:
        on.executor.start(await on.claim())
        await on.until("SELECT state = 'done' FROM judgings")

        assert await on.connection.fetchval("SELECT verdict FROM judgings") == "JE"
        assert "internal error" in await on.connection.fetchval("SELECT message FROM judgings")
