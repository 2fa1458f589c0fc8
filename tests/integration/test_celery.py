"""Judging through a real broker: daemons that dispatch, judgehosts as processes, Postgres as the only truth."""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
import time
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
import pytest_asyncio

from judge.doctor import _broker
from judge.store import tryouts
from judge.store.pool import Connection, Pool
from judge.verdicts import Verdict
from sandbox.doctor.finding import Status
from tests.brokers import Broker, publish
from tests.processes import RIGHT, WRONG, Queue, prepared, process
from tests.servers import free_port

pytestmark = [pytest.mark.asyncio, pytest.mark.timeout(120, func_only=True)]

#: What has nothing to do with how brokers differ.
one_broker = pytest.mark.parametrize("broker", ["redis"], indirect=True, scope="session")


class Court(Queue):
    """A queue, and the processes that a test starts on it."""

    def __init__(self, connection: Connection, ids: dict[str, int], dsn: str, broker: Broker, folder: Path) -> None:
        super().__init__(connection, ids)
        self.folder = folder
        self._dsn = dsn
        self._settings = {"JUDGE_BROKER_URL": broker.url, "JUDGE_ISOLATION": "local", "JUDGE_SLOTS": "1"}
        self._processes: list[Process] = []

    @contextlib.asynccontextmanager
    async def process(self, command: str, name: str = "host", **settings: str) -> AsyncIterator[Process]:
        """One of the judge's processes, killed at the end if it is alive."""
        known = {**self._settings, "JUDGE_JUDGEHOST_NAME": name, **settings}
        with (self.folder / f"{name}-{command}.log").open("ab") as log:
            async with process(command, self._dsn, self.folder / name, known, stderr=log) as started:
                self._processes.append(started)
                yield started

    @contextlib.asynccontextmanager
    async def two_workers(self) -> AsyncIterator[dict[str, Process]]:
        """A daemon that dispatches, and two judgehosts by their names, both ready."""
        async with (
            self.process("daemon", "dispatcher"),
            self.process("worker", "one") as one,
            self.process("worker", "two") as two,
        ):
            await self.until_true("SELECT count(*) = 2 FROM judgehosts WHERE open_slots = 1")
            yield {"one": one, "two": two}

    async def holder(self, table: str = "judgings") -> str:
        """The judgehost that has the only judging, or tryout."""
        name = await self.connection.fetchval(
            f"SELECT name FROM judgehosts JOIN {table} ON judgehost_id = judgehosts.id"
        )
        assert isinstance(name, str), await self.said()
        return name

    async def said(self) -> str:
        logs = "\n".join(f"{path.name}: {path.read_text()[-3000:]}" for path in self.folder.glob("*.log"))
        return f"{await super().said()}\n{logs}"

    async def until(self, holds: Callable[[], Awaitable[object]], *, within_s: float = 60.0) -> None:
        async def holds_undisturbed() -> object:
            ended = {process.returncode for process in self._processes}
            assert ended <= {None, 0, -signal.SIGKILL}, await self.said()
            return await holds()

        await super().until(holds_undisturbed, within_s=within_s)


@pytest_asyncio.fixture
async def court(pool: Pool, dsn: str, broker: Broker, short_tmp: Path) -> AsyncIterator[Court]:
    """A queue with nothing in it, one user and one problem."""
    folder = short_tmp / f"court-{time.monotonic_ns()}"
    folder.mkdir()
    async with pool.acquire() as connection:
        yield Court(connection, await prepared(connection), dsn, broker, folder)


async def test_a_worker_judges_what_the_daemon_sends(court: Court) -> None:
    """Submissions get their verdicts from a judgehost that claims nothing itself, each at its first attempt."""
    async with court.process("worker"), court.process("daemon", "dispatcher"):
        await court.submit(RIGHT, Verdict.AC, count=3)
        await court.submit(WRONG, Verdict.WA, count=3)
        await court.until_done()

    assert await court.verdicts() == court.expected
    assert await court.connection.fetchval("SELECT bool_and(attempt = 1 AND losses = 0) FROM judgings")
    assert await court.connection.fetchval("SELECT count(*) FROM judgehosts") == 1


async def test_a_worker_runs_tryouts_before_what_nobody_waits_for(court: Court) -> None:
    """However much the jury has sent, a slot that falls free is a tryout's, and nothing is lost or begun twice."""
    async with court.process("worker"), court.process("daemon", "dispatcher"):
        await court.submit(RIGHT, Verdict.AC, count=5, is_jurys=True)
        await court.until_true("SELECT count(*) > 0 FROM runs")
        tryout_id = await court.try_out(b"print(input()[::-1])", b"abc")
        await court.until_true("SELECT state = 'done' FROM tryouts")
        waiting = await court.connection.fetchval("SELECT count(*) FROM judgings WHERE state <> 'done'")
        await court.until_done()

    assert waiting >= 3
    tryout = await tryouts.by_id(court.connection, tryout_id)
    assert (tryout.tried.verdict, tryout.tried.output) == (None, b"cba\n")
    assert await court.verdicts() == court.expected
    assert await court.connection.fetchval("SELECT max(losses) FROM judgings") == 0


@one_broker
async def test_a_tryout_outlives_its_worker_and_delays_no_submission(court: Court) -> None:
    """What a killed judgehost ran is run by another one within 10 s, and a submission does not wait for its end."""
    async with court.two_workers() as workers:
        tryout_id = await court.try_out(b"while True: pass", b"")
        await court.until_true("SELECT state = 'running' FROM tryouts")
        first = await court.holder("tryouts")
        workers[first].kill()
        await court.until_true("SELECT attempt = 2 FROM tryouts", within_s=10)
        assert await court.holder("tryouts") != first

        await court.submit(WRONG, Verdict.WA)
        await court.until_done()
        assert await court.connection.fetchval("SELECT state <> 'done' FROM tryouts"), await court.said()
        await court.until_true("SELECT state = 'done' FROM tryouts")
    tryout = await tryouts.by_id(court.connection, tryout_id)
    assert tryout.tried.verdict is Verdict.TLE
    assert await court.verdicts() == court.expected


async def test_a_worker_may_be_wrong_about_the_time_of_day(court: Court) -> None:
    """A clock that is a day ahead makes no message look late: leases are by the database's clock."""
    library = next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
    wrong = {"LD_PRELOAD": str(library), "FAKETIME": "+1d", "DONT_FAKE_MONOTONIC": "1"}
    async with court.process("worker", **wrong), court.process("daemon", "dispatcher"):
        await court.submit(WRONG, Verdict.WA, count=2)
        await court.until_done()

    assert await court.connection.fetchval("SELECT bool_and(attempt = 1 AND losses = 0) FROM judgings")


@one_broker
async def test_any_of_several_daemons_may_die(court: Court) -> None:
    """Two daemons dispatch at once; when one is killed, all is judged once, and nothing is lost."""
    async with (
        court.process("worker"),
        court.process("daemon", "second"),
        court.process("daemon", "first") as first,
    ):
        await court.submit(WRONG, Verdict.WA, count=6)
        await court.until_true("SELECT count(*) > 0 FROM judgings WHERE state = 'done'")
        first.kill()
        await court.until_done()
    assert await court.verdicts() == court.expected
    assert await court.connection.fetchval("SELECT max(losses) FROM judgings") == 0


@one_broker
async def test_a_worker_told_to_end_finishes_first(court: Court) -> None:
    """SIGTERM: what is being judged gets its verdict here, what waits goes to nobody, and the process ends well."""
    async with court.process("worker") as worker, court.process("daemon", "dispatcher"):
        await court.submit(RIGHT, Verdict.AC, count=3)
        await court.until_true("SELECT count(*) > 0 FROM runs")
        worker.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(worker.wait(), 30) == 0, await court.said()

        states = await court.connection.fetch("SELECT state, attempt FROM judgings ORDER BY id")
        assert [tuple(row) for row in states] == [("done", 1), ("queued", 0), ("queued", 0)]


@one_broker
async def test_a_worker_told_twice_gives_back(court: Court) -> None:
    """A second SIGTERM does not wait for verdicts: the judging is queued again at once, and is no loss."""
    async with court.process("worker") as worker, court.process("daemon", "dispatcher"):
        await court.submit(RIGHT, Verdict.AC)
        await court.until_true("SELECT count(*) > 0 FROM runs")
        worker.send_signal(signal.SIGTERM)
        await court.until_true("SELECT is_draining FROM judgehosts")
        worker.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(worker.wait(), 30) == 0, await court.said()

        row = await court.connection.fetchrow("SELECT state, losses FROM judgings")
        assert row is not None
        assert tuple(row) == ("queued", 0)


@one_broker
async def test_a_dead_worker_is_replaced_within_ten_seconds(court: Court) -> None:
    """What a killed judgehost held is begun by another one in less than 10 s, and judged once."""
    async with court.two_workers() as workers:
        await court.submit(RIGHT, Verdict.AC)
        await court.until_true("SELECT count(*) > 0 FROM runs")
        first = await court.holder()
        workers[first].kill()
        await court.until_true("SELECT attempt = 2 AND sent_at IS NULL FROM judgings", within_s=10)
        assert await court.holder() != first
        await court.until_done()

    assert await court.verdicts() == court.expected
    assert await court.connection.fetchval("SELECT bool_and(attempt = 2) FROM runs")


async def test_the_broker_may_restart_under_load(court: Court, broker: Broker) -> None:
    """While the broker is dead nothing is claimed and what is being judged ends well; then everything goes on."""
    async with court.process("worker"), court.process("daemon", "dispatcher"):
        await court.submit(RIGHT, Verdict.AC, count=4)
        await court.until_true("SELECT count(*) > 0 FROM runs")
        broker.end(signal.SIGKILL)
        try:
            await court.until_true("SELECT count(*) = 1 FROM judgings WHERE state = 'done'")
            await court.until_true("SELECT count(*) = 3 FROM judgings WHERE state = 'queued'")
        finally:
            # Not from another thread: it dies with the thread that started it, and other tests use it, too.
            broker.start()
        await court.until_done()

    assert await court.verdicts() == court.expected
    assert await court.connection.fetchval("SELECT max(losses) FROM judgings") == 0


@one_broker
async def test_a_worker_that_wakes_up_too_late_is_fenced_off(court: Court) -> None:
    """A judgehost that hangs beyond its lease changes nothing of what another found when it goes on, and works on."""
    async with court.two_workers() as workers:
        await court.submit(RIGHT, Verdict.AC)
        await court.until_true("SELECT count(*) > 0 FROM runs")
        first = await court.holder()
        workers[first].send_signal(signal.SIGSTOP)
        await court.until_true("SELECT attempt = 2 AND sent_at IS NULL FROM judgings", within_s=10)
        workers[first].send_signal(signal.SIGCONT)
        await court.until_done()
        assert await court.holder() != first
        assert await court.connection.fetchval("SELECT bool_and(attempt = 2) FROM runs")

        workers.pop("one" if first == "two" else "two").kill()
        await court.submit(RIGHT, Verdict.AC)
        await court.until_done()
    assert await court.verdicts() == court.expected


async def test_what_others_put_into_the_queue_does_no_harm(court: Court, broker: Broker) -> None:
    """Messages that are no JSON, too long, too deep, or say what is not so are dropped, and the next is judged."""
    embedded = {"callbacks": None, "errbacks": None, "chain": None, "chord": None}
    hostile: list[tuple[bytes, str, dict[str, object]]] = [
        (b"\x80\x04N.", "application/x-python-serialize", {}),
        (b"{not json", "application/json", {}),
        (b"[" * 4000, "application/json", {}),
        (json.dumps([["x" * 1_000_000, 1], {}, embedded]).encode(), "application/json", {}),
        (json.dumps([[1, 1], {}, embedded]).encode(), "application/json", {"task": "celery.backend_cleanup"}),
        (json.dumps([[1, 1], {}, embedded]).encode(), "application/json", {"eta": "2999-01-01T00:00:00+00:00"}),
        *(
            (json.dumps([arguments, {}, embedded]).encode(), "application/json", {})
            for arguments in ([], [1], ["1", "1"], [-1, 1], [2**70, 1], [1, 1, 1], [None, None], [7_000_000, 1])
        ),
    ]
    async with court.process("worker"), court.process("daemon", "dispatcher"):
        await court.until_true("SELECT open_slots = 1 FROM judgehosts")
        for number, (body, content_type, headers) in enumerate(hostile):
            of_ours = {"task": "judge", "id": f"hostile-{number}", "lang": "py", **headers}
            await asyncio.to_thread(publish, broker.url, "judge.host", body, content_type=content_type, headers=of_ours)
        await court.submit(RIGHT, Verdict.AC)
        await court.until_done()
    assert await court.connection.fetchval("SELECT attempt FROM judgings") == 1
    assert "dropped a message that is too long" in await court.said()


@one_broker
async def test_a_worker_says_what_is_wrong_with_its_broker(court: Court) -> None:
    """Without a broker, and with an address that no broker has, it ends at once and says what to write."""
    for url, expected in (("", "set JUDGE_BROKER_URL"), ("http://there", "write redis://HOST:PORT/0")):
        async with court.process("worker", JUDGE_BROKER_URL=url) as worker:
            assert await asyncio.wait_for(worker.wait(), 30) == 2
        assert expected in (court.folder / "host-worker.log").read_text()


async def test_doctor_says_whether_the_broker_is_there(broker: Broker) -> None:
    """Reachable, not there, and no address of a broker at all are three different findings, without the password."""
    found = await _broker(broker.url)
    assert found.status is Status.PASS, found
    assert "guest:guest" not in found.found
    gone = await _broker(broker.url.replace(str(broker.port), str(free_port())))
    assert gone.status is Status.FAIL
    assert "refused" in gone.found
    assert "write redis://" in (await _broker("kafka://there")).found
