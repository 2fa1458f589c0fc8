"""The guard of a judgehost on a real database: who may take work, what is kept, and what an outage costs."""

from __future__ import annotations

import asyncio
import dataclasses
import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

import pytest
import pytest_asyncio

from judge.errors import CellDied, LeaseLost, NotFound
from judge.hosts import watching
from judge.hosts.daemon import Daemon
from judge.hosts.watching import Guard
from judge.incidents import Incident, IncidentKind
from judge.models import Compilation, Judged, Run
from judge.queueing import queue
from judge.recipes.languages import pasted
from judge.store import accounts, contests, judgehosts, judgings, problems, security
from judge.store.accounts import Role
from judge.store.judgings import Claim
from judge.store.pool import Connection, Pool, open_pool
from judge.store.security import Filter
from judge.verdicts import Verdict
from problems.package import load
from sandbox import watch
from sandbox.local import LocalMaker
from sandbox.pool import CellPool, Kind, Slot

pytestmark = pytest.mark.timeout(60)

SAMPLES = Path(__file__).parents[2] / "problems" / "samples"
REFUSED = Incident(IncidentKind.REFUSED_CALL, "mount", 2)
RUN = Run(testcase="sample/1", verdict=Verdict.WA, cpu_us=1, wall_us=2, memory_bytes=3, incidents=(REFUSED,))
JUDGED = Judged(verdict=Verdict.WA, compilation=Compilation(is_ok=True, incidents=(REFUSED,)), runs=(RUN,))
#: Where PostgreSQL listens within its folder.
SOCKET = ".s.PGSQL.5432"
STRAY = Incident(IncidentKind.STRAY_PROCESS, "process 1 (x) of user 200000 is in no cell")


class Examiner:
    """A self-test whose outcome the test decides, and which counts how often it was asked."""

    def __init__(self) -> None:
        self.why: str | None = None
        self.asked = 0

    async def __call__(self) -> str | None:
        self.asked += 1
        return self.why


class NoExecutor:
    """One slot that is always free; what it is to judge is only noted."""

    def __init__(self, judgehost_id: int) -> None:
        self.judgehost_id = judgehost_id
        self.started: list[Claim] = []

    async def free_slot(self) -> None: ...

    async def claim(self, connection: Connection, *, lease_s: float) -> Claim | None:
        return await queue.claim(connection, judgehost_id=self.judgehost_id, lease_s=lease_s)

    def start(self, claim: Claim) -> None:
        self.started.append(claim)


@dataclass(kw_only=True)
class Host:
    """A judgehost in the database, and what its guard needs."""

    pool: Pool
    connection: Connection
    cells: CellPool
    id: int
    examiner: Examiner = field(default_factory=Examiner)

    @asynccontextmanager
    async def guarded(self, *, locked: str | None = None, delivers: bool = True) -> AsyncIterator[Guard]:
        """A daemon's life, as far as the guard sees it."""
        guard = Guard(pool=self.pool, cells=self.cells, judgehost_id=self.id, self_test=self.examiner, locked=locked)
        tasks = [asyncio.create_task(guard.watch())]
        if delivers:
            tasks.append(asyncio.create_task(guard.deliver()))
        try:
            yield guard
        finally:
            for task in tasks:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task

    async def until(self, statement: str) -> None:
        """Ask the database again and again."""
        async with asyncio.timeout(20):
            while not await self.connection.fetchval(statement):
                await asyncio.sleep(0.01)

    async def until_asked(self, times: int) -> None:
        """Wait until the self-test ran so many times more."""
        wanted = self.examiner.asked + times
        async with asyncio.timeout(20):
            while self.examiner.asked < wanted:
                await asyncio.sleep(0.01)

    async def kinds(self) -> list[IncidentKind | str]:
        """Of all events, the newest first."""
        return [event.kind for event in await security.page(self.connection, wanted=Filter())]


@pytest_asyncio.fixture
async def host(pool: Pool, short_tmp: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Host]:
    """A judgehost with one slot and no cell yet, where no other process has a cell's user as far as it looks."""
    monkeypatch.setattr(watching, "LOOK_S", 0.05)
    monkeypatch.setattr(watching, "LOOK_GRACE_S", 0.1)
    monkeypatch.setattr(watching, "UNLOCK_POLL_S", 0.05)
    # What else runs on this machine meanwhile must not lock the host.
    monkeypatch.setattr(watch, "USERS", (range(299_999, 300_000),))
    folder = short_tmp / "guard"
    folder.mkdir(exist_ok=True)
    cells = CellPool(LocalMaker(cells_dir=folder), [Slot(index=0, core=max(os.sched_getaffinity(0)))])
    async with pool.acquire() as connection:
        judgehost_id = await judgehosts.register(connection, name="host", slots=1, isolation="local")
        yield Host(pool=pool, connection=connection, cells=cells, id=judgehost_id)
    await cells.close()


class Wire:
    """A way to the database that can be cut: everything sent to a socket of its own goes to the server's."""

    def __init__(self, dsn: str) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="wire-"))
        self._target = Path(parse_qs(urlsplit(dsn).query)["host"][0]) / SOCKET
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self.dsn = f"{dsn.partition('?')[0]}?host={self._folder}"

    async def __aenter__(self) -> Self:
        await self.mend()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.cut()
        shutil.rmtree(self._folder)

    async def mend(self) -> None:
        self._server = await asyncio.start_unix_server(self._serve, self._folder / SOCKET)

    async def cut(self) -> None:
        assert self._server is not None
        self._server.close()
        (self._folder / SOCKET).unlink()
        for writer in list(self._open):
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there_reader, there_writer = await asyncio.open_unix_connection(self._target)
        self._open |= {writer, there_writer}
        await asyncio.gather(_pass_on(reader, there_writer), _pass_on(there_reader, writer))
        self._open -= {writer, there_writer}


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while data := await reader.read(65536):
            writer.write(data)
    writer.close()


async def _submit(connection: Connection) -> None:
    """One submission in the queue."""
    contest_id = await contests.ensure_contest(connection, name="test", title="Test")
    version_id = await problems.publish(connection, load(SAMPLES / "hello-sum"))
    problem_id = await problems.problem_of(connection, version_id)
    await contests.add_problem(connection, contest_id=contest_id, problem_id=problem_id)
    user_id = await accounts.create(connection, login="a", name="a", password_hash=None, role=Role.CONTESTANT)
    ids: dict[str, Any] = {"contest_id": contest_id, "problem_id": problem_id, "user_id": user_id}
    await queue.enqueue(connection, **ids, source=pasted("python3", b"print(1)\n"))


async def _admin(connection: Connection) -> int:
    return await accounts.create(connection, login="root", name="root", password_hash=None, role=Role.ADMIN)


async def test_an_unfit_host_claims_nothing(host: Host, tmp_path: Path) -> None:
    """While the self-test fails nothing is taken, admins are told why, once; when it passes, work goes on."""
    await _submit(host.connection)
    host.examiner.why = "the memory limit does not hold"
    executor = NoExecutor(host.id)
    async with host.guarded() as guard:
        daemon = Daemon(pool=host.pool, executor=executor, lease_s=30)
        claiming = asyncio.create_task(daemon.claim(ready=guard.fit))
        await host.until("SELECT unfit = 'the memory limit does not hold' AND NOT is_locked FROM judgehosts")
        await host.until_asked(3)
        assert executor.started == []
        assert await host.connection.fetchval("SELECT state = 'queued' FROM judgings")
        assert await host.kinds() == [IncidentKind.HOST_UNFIT]

        host.examiner.why = None
        await host.until("SELECT state = 'judging' FROM judgings")
        await host.until("SELECT unfit IS NULL FROM judgehosts")
        async with asyncio.timeout(20):
            while not executor.started:
                await asyncio.sleep(0.01)
        claiming.cancel()
    assert len(executor.started) == 1
    assert await host.kinds() == [IncidentKind.HOST_UNFIT]


async def test_a_host_left_unfit_by_an_earlier_daemon_tests_itself(host: Host) -> None:
    """What is in the database of an earlier life is replaced by what the self-test says now."""
    await judgehosts.set_unfit(host.connection, host.id, why="long ago")

    async with host.guarded() as guard, asyncio.timeout(20):
        await guard.fit()
        await host.until("SELECT unfit IS NULL FROM judgehosts")


async def test_a_stray_process_locks_the_host_until_an_admin_looked(host: Host) -> None:
    """A host with a process outside of any cell takes no work, not even started anew, until an admin unlocks it."""
    async with host.guarded() as guard:
        async with asyncio.timeout(20):
            await guard.fit()
        guard.report(STRAY)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.3):
                await guard.fit()
        await host.until(f"SELECT is_locked AND unfit = '{STRAY.detail}' FROM judgehosts")
    locked = await judgehosts.locked(host.connection, host.id)
    assert locked == STRAY.detail

    asked = host.examiner.asked
    async with host.guarded(locked=locked) as guard:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.3):
                await guard.fit()
        assert host.examiner.asked == asked
        by = await _admin(host.connection)
        await judgehosts.enable(host.connection, judgehost_id=host.id, by=by)
        async with asyncio.timeout(20):
            await guard.fit()
    assert host.examiner.asked == asked + 1
    assert await host.connection.fetchval("SELECT user_id FROM audit_log WHERE action = 'enable judgehost'") == by
    with pytest.raises(NotFound):
        await judgehosts.enable(host.connection, judgehost_id=host.id, by=by)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can start a process as another user")
async def test_the_look_finds_a_real_process(host: Host) -> None:
    """A process with a cell's user locks the host; unlocked while it is there, the host is locked again."""
    process = await asyncio.create_subprocess_exec("setpriv", "--reuid=299999", "--clear-groups", "sleep", "600")
    try:
        async with host.guarded() as guard:
            await host.until("SELECT is_locked FROM judgehosts")
            assert f"process {process.pid} " in str(await judgehosts.locked(host.connection, host.id))
            await judgehosts.enable(host.connection, judgehost_id=host.id, by=await _admin(host.connection))
            await host.until("SELECT count(*) = 2 FROM security_events WHERE kind = 'stray-process'")
            await host.until("SELECT is_locked FROM judgehosts")
            process.kill()
            await process.wait()
            await judgehosts.enable(
                host.connection, judgehost_id=host.id, by=await host.connection.fetchval("SELECT id FROM users")
            )
            async with asyncio.timeout(20):
                await guard.fit()
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def test_a_lock_that_is_not_written_yet_is_not_taken_for_unlocked(host: Host) -> None:
    """As long as the database does not know of the lock, its not being there is no admin's doing."""
    async with host.guarded(delivers=False) as guard:
        async with asyncio.timeout(20):
            await guard.fit()
        guard.report(STRAY)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.5):
                await guard.fit()
        assert await host.connection.fetchval("SELECT unfit IS NULL FROM judgehosts")


async def test_incidents_wait_for_the_database(dsn: str, host: Host) -> None:
    """What is seen while the database is out of reach is there afterwards, in order, and the lock with it."""
    async with (
        Wire(dsn) as wire,
        open_pool(wire.dsn) as pool,
        dataclasses.replace(host, pool=pool).guarded() as guard,
    ):
        await guard.fit()
        await wire.cut()
        for number in range(250):
            guard.report(Incident(IncidentKind.CELL_ENDED, f"{number}"), "judge-1")
        guard.report(STRAY)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.5):
                await guard.fit()
        assert await host.kinds() == []
        await wire.mend()
        await host.until("SELECT count(*) = 251 FROM security_events")
    events = await security.page(host.connection, wanted=Filter(), limit=1000)

    assert await judgehosts.locked(host.connection, host.id) == STRAY.detail
    assert [event.detail for event in events[::-1]] == [*map(str, range(250)), STRAY.detail]
    assert {event.cell for event in events[1:]} == {"judge-1"}


async def test_what_is_pending_at_the_end_is_written(host: Host) -> None:
    """What cells left when the daemon closed them reaches the database though its tasks have ended."""
    async with host.guarded() as guard:
        pass
    guard.report(Incident(IncidentKind.STRAY_MOUNT, "somewhere"), "judge-1")

    await guard.deliver_rest()

    assert await host.kinds() == [IncidentKind.STRAY_MOUNT]


async def test_a_judgings_incidents_come_with_its_verdict(host: Host) -> None:
    """What compiler and runs tried is kept with the verdict, once each, by judging and judgehost."""
    await _submit(host.connection)
    claim = await queue.claim(host.connection, judgehost_id=host.id, lease_s=30)
    assert claim is not None

    await queue.complete(host.connection, claim, JUDGED)

    [event] = await security.page(host.connection, wanted=Filter())
    assert (event.kind, event.detail, event.count) == (REFUSED.kind, REFUSED.detail, 4)
    assert (event.submission_id, event.judgehost, event.cell) == (claim.submission_id, "host", None)
    assert event.severity is REFUSED.severity


async def test_a_lost_lease_leaves_no_incidents(host: Host) -> None:
    """Whoever lost a judging writes nothing of it: the one who has it now will see the same."""
    await _submit(host.connection)
    claim = await queue.claim(host.connection, judgehost_id=host.id, lease_s=30)
    assert claim is not None
    await judgings.release(host.connection, [claim])

    with pytest.raises(LeaseLost):
        await queue.complete(host.connection, claim, JUDGED)

    assert await host.kinds() == []


async def test_what_happens_to_a_judgings_cell_names_the_submission(host: Host) -> None:
    """A cell that ends in the middle of a judging leads to the submission that it was used for."""
    await _submit(host.connection)
    claim = await queue.claim(host.connection, judgehost_id=host.id, lease_s=30)
    assert claim is not None
    slot = host.cells.slots[0]

    async def use() -> None:
        watching.JUDGING_ID.set(claim.judging_id)
        async with host.cells.cell(slot, Kind(image="", shows_data=False)) as cell:
            raise CellDied(f"cell {cell.name} ended by itself")

    async with host.guarded() as guard:
        await guard.fit()
        with pytest.raises(CellDied):
            await asyncio.create_task(use())
        await host.until("SELECT count(*) > 0 FROM security_events")
        guard.report(Incident(IncidentKind.STRAY_MOUNT, "elsewhere"))
        await host.until("SELECT count(*) = 2 FROM security_events")
    [elsewhere, ended] = await security.page(host.connection, wanted=Filter())

    assert (ended.kind, ended.submission_id) == (IncidentKind.CELL_ENDED, claim.submission_id)
    assert str(ended.cell) in ended.detail
    assert (elsewhere.submission_id, elsewhere.cell) == (None, None)
