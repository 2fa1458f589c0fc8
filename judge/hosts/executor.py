"""Who judges what the daemon claimed: the one seam between one machine and many.

``LocalExecutor`` judges in this process. ``CeleryExecutor`` (``dispatching.py``) has other judgehosts do so, each of
which has a ``LocalExecutor``.

A slot that is idle may be lent to work that can be cancelled at any time. It counts as free: the next claim takes it
back.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Protocol, TypeVar

import structlog

from judge.config import Isolation
from judge.errors import LeaseLost, StoreUnreachable
from judge.hosts import watching
from judge.hosts.blobs import FetchedBlobs
from judge.hosts.slots import Slots, gone
from judge.models import Blob, Judged, Problem
from judge.pipeline.ahead import Borrower
from judge.pipeline.cache import FileCache
from judge.pipeline.compiling import Programs
from judge.pipeline.judging import judge, judge_error
from judge.pipeline.room import Bench
from judge.pipeline.surroundings import surroundings
from judge.queueing import queue
from judge.queueing.reporting import Reporter
from judge.queueing.sharing import Shared
from judge.store import blobs, judgings, problems, reused
from judge.store.events import Telling
from judge.store.judgings import BEFORE_TRYOUTS, Claim
from judge.store.pool import DISCONNECTED, Connection, Pool, wait_to_reconnect
from sandbox.pool import CellPool, Slot

log = structlog.get_logger()

_T = TypeVar("_T")

#: Loaded problem versions kept in memory; they are immutable.
_PROBLEMS = 64
#: How often a host that makes no cells is asked again.
_HOST_CHECK_S = 3.0
#: How long a judging waits for the object store before somebody else may try, and how often it asks.
_STORE_WAIT_S = 30.0
_STORE_RETRY_S = 1.0
#: A judging that is to be handed over waits no longer than this for what is wrong with the host.
_SOON_S = 3.0


class Executor(Protocol):
    """Claims judgings and has them judged, at most as many at a time as there are slots."""

    async def free_slot(self) -> None:
        """Wait until it makes sense to claim."""

    async def claim(self, connection: Connection, *, lease_s: float) -> Claim | None:
        """Take the first judging in the queue that a slot is free for; None if there is none."""

    def start(self, claim: Claim) -> None:
        """Have it judged; only after ``free_slot``, and only once for each."""


async def _none_to_run(_: Connection) -> None:
    """What is done about tryouts where nobody knows of any."""


class LocalExecutor:
    """Judges in this process, on this host's slots. Lives within a ``TaskGroup`` that owns the judgings."""

    def __init__(
        self,
        *,
        pool: Pool,
        judgehost_id: int,
        cells: Mapping[Isolation, CellPool],
        programs: Programs,
        blob_cache: FileCache,
        tasks: asyncio.TaskGroup,
    ) -> None:
        self._pool = pool
        self._judgehost_id = judgehost_id
        self._data = FetchedBlobs(blob_cache, self._fetch)
        self._benches = {
            level: Bench(pool=its, programs=programs, data=self._data, surroundings=surroundings(level.value))
            for level, its in cells.items()
        }
        self._tasks = tasks
        #: The same for each level: one run at a time on one core, whatever walls are around it.
        self._slots = Slots(next(iter(cells.values())).slots, tasks)
        self._slot_count = len(next(iter(cells.values())).slots)
        #: How many of them make no cells.
        self._troubled = 0
        self._judging: dict[Claim, asyncio.Task[None]] = {}
        self._problems: dict[int, Problem] = {}
        #: Begins what tryouts there are slots to spare for. Replaced by whoever knows of tryouts.
        self.run_tryouts: Callable[[Connection], Awaitable[None]] = _none_to_run
        #: Told when a judging or a tryout has left its slot. Replaced by whoever has something to begin then.
        self.on_free: Callable[[], None] = lambda: None

    async def free_slot(self) -> None:
        await self._slots.one_to_take()

    async def claim(self, connection: Connection, *, lease_s: float) -> Claim | None:
        claim = await queue.claim(
            connection, judgehost_id=self._judgehost_id, lease_s=lease_s, priorities=BEFORE_TRYOUTS
        )
        if claim is not None:
            return claim
        # They come between (ADR 36). What was submitted meanwhile goes first all the same.
        await self.run_tryouts(connection)
        if not self.has_slot(goes_before_tryouts=False):
            return None
        return await queue.claim(connection, judgehost_id=self._judgehost_id, lease_s=lease_s)

    def start(self, claim: Claim) -> None:
        slot, borrower = self._slots.take(goes_before_tryouts=claim.goes_before_tryouts)
        work = self._work(claim, slot, borrower)
        self._judging[claim] = self._tasks.create_task(work, name=f"judging {claim.judging_id}")

    async def settled(self, claim: Claim) -> None:
        """Wait until the claim is judged no longer, whatever came of it."""
        task = self._judging.get(claim)
        if task is not None:
            await asyncio.wait([task])

    def usable_slots(self) -> int:
        """How many slots there are, without those that are lent to be kept, or of which no cells can be made."""
        return self._slot_count - self._troubled - self._slots.kept_count

    def has_idle(self) -> bool:
        """Whether there is a slot that neither judges nor is lent."""
        return self._slots.is_one_idle

    def lend(self, work: Borrower, *, isolation: str | None = None, is_kept: bool = False) -> None:
        """Lend an idle slot until the work ends, or a claim needs it; only where ``has_idle``.

        Args:
            work: what borrows it.
            isolation: the level to work at; None: the host's default.
            is_kept: no claim may take it back.
        """
        default = next(iter(self._benches.values()))
        bench = default if isolation is None else self._benches[Isolation(isolation)]
        self._slots.lend(work, bench, is_kept=is_kept)

    def has_spare(self) -> bool:
        """Whether there is a slot that neither judges nor is lent to somebody who waits."""
        return self._slots.is_one_to_spare

    def has_slot(self, *, goes_before_tryouts: bool) -> bool:
        """Whether a judging could be started that does or does not go before tryouts."""
        return self._slots.is_one_to_take(goes_before_tryouts=goes_before_tryouts)

    def try_out(self, work: Borrower, *, isolation: str | None) -> None:
        """Lend a slot as ``lend`` does, also one that is lent to what nobody waits for; only where ``has_spare``."""
        default = next(iter(self._benches.values()))
        bench = default if isolation is None else self._benches[Isolation(isolation)]
        self._slots.try_out(work, bench).add_done_callback(lambda _: self.on_free())

    async def prefetch(self, blob: Blob) -> bool:
        """Have test data on this host before it is judged with; False if it was here already."""
        return await self._data.prefetch(blob)

    def held(self) -> list[Claim]:
        """The claims being judged now."""
        return list(self._judging)

    def abandon(self, claim: Claim) -> None:
        """Stop judging a claim whose lease is lost; a no-op if it is judged already."""
        task = self._judging.get(claim)
        if task is not None:
            task.cancel("lease lost")

    async def _work(self, claim: Claim, slot: Slot, borrower: asyncio.Task[None] | None) -> None:
        # What happens to this judging's cells, until they are closed, is seen in its name.
        watching.JUDGING_ID.set(claim.judging_id)
        try:
            if borrower is not None:
                await gone(borrower)
            await self._judge(claim, slot)
        except LeaseLost as lost:
            log.warning("lost a judging to somebody else", judging=str(lost))
        finally:
            self._judging.pop(claim, None)
            self._slots.put_back(slot)
            self.on_free()

    async def _judge(self, claim: Claim, slot: Slot) -> None:
        announced: list[Telling] = []
        try:
            judged = await self._judged(claim, slot, announced)
        except LeaseLost:
            raise
        except Exception as error:
            if _is(error, LeaseLost):
                raise LeaseLost(f"judging {claim.judging_id}, attempt {claim.attempt}") from error
            if _is(error, StoreUnreachable):
                await self._put_back(claim)
                return
            # A bug of ours must neither take the daemon down nor be tried again for ever.
            log.exception("judging raised", judging=claim.judging_id)
            judged = judge_error(f"internal error: {error!r}")
        _log_incidents(claim, judged)
        if judged.is_hosts_fault:
            await self._hand_over(claim, slot, judged.message)
            return
        try:
            await self._complete(claim, judged, announced)
        except LeaseLost:
            raise
        except Exception as error:
            # As above, of a verdict that the database does not take.
            log.exception("a verdict was refused", judging=claim.judging_id)
            await self._complete(claim, judge_error(f"internal error: {error!r}"), ())

    async def _complete(self, claim: Claim, judged: Judged, announced: Sequence[Telling]) -> None:
        await until_connected(
            lambda connection: queue.complete(connection, claim, judged, announced=announced), self._pool
        )
        log.info("judged", judging=claim.judging_id, submission=claim.submission_id, verdict=judged.verdict.value)

    async def _hand_over(self, claim: Claim, slot: Slot, reason: str) -> None:
        """Let somebody else judge what this host could not, and take nothing on this slot until it can again."""
        log.error("this host cannot judge", judging=claim.judging_id, error=reason)
        cells = self._benches[Isolation(claim.isolation)].pool
        self._troubled += 1
        try:
            trouble = await _soon(cells.trouble(slot))
            # Where no cell can be made whatever is judged, that judging is not to blame.
            await until_connected(
                lambda connection: (
                    queue.hand_over(connection, claim, reason=reason)
                    if trouble is None
                    else queue.put_back(connection, claim)
                ),
                self._pool,
            )
            self._judging.pop(claim, None)
            while trouble is not None:
                log.error("this host still makes no cells", slot=slot.index, error=trouble)
                await asyncio.sleep(_HOST_CHECK_S)
                trouble = await cells.trouble(slot)
        finally:
            self._troubled -= 1

    async def _put_back(self, claim: Claim) -> None:
        """Let somebody else judge what this host cannot have the data for, and take nothing until it can."""
        log.error("this host cannot have the test data", judging=claim.judging_id)
        await until_connected(lambda connection: queue.put_back(connection, claim), self._pool)
        self._judging.pop(claim, None)
        self._troubled += 1
        try:
            while (trouble := await blobs.trouble(self._pool)) is not None:
                log.error("the test data still cannot be had", error=trouble)
                await asyncio.sleep(_HOST_CHECK_S)
        finally:
            self._troubled -= 1

    async def _judged(self, claim: Claim, slot: Slot, announced: list[Telling]) -> Judged:
        """Judge, reporting meanwhile; what could not be reported any more is added to ``announced``."""
        problem = await self.problem(claim.problem_version_id)
        source = await until_connected(
            lambda connection: judgings.load_source(connection, claim.submission_id), self._pool
        )
        known = await until_connected(lambda connection: reused.known_runs(connection, claim), self._pool)
        reporter = Reporter(self._pool, claim, tests_total=len(problem.testcases))
        async with asyncio.TaskGroup() as both:
            both.create_task(reporter.work(), name=f"reporting {claim.judging_id}")
            bench = self._benches[Isolation(claim.isolation)]
            judged = await judge(
                problem,
                source,
                bench=bench,
                slot=slot,
                progress=reporter,
                known=known,
                # Assistants would run what is known.
                lender=None if known else _Lender(self._slots, bench),
                others=None if known else Shared(self._pool, claim, problem),
            )
            reporter.stop()
        announced += reporter.unannounced()
        return judged

    async def problem(self, version_id: int) -> Problem:
        """A problem version, loaded once."""
        if version_id not in self._problems:
            loaded = await until_connected(lambda connection: problems.load(connection, version_id), self._pool)
            while len(self._problems) >= _PROBLEMS:
                self._problems.pop(next(iter(self._problems)))
            self._problems[version_id] = loaded
        return self._problems[version_id]

    async def _fetch(self, sha256: bytes) -> bytes:
        """The bytes of that digest; for an object store that does not answer the judging waits a while."""
        clock = asyncio.get_running_loop().time
        give_up_at = clock() + _STORE_WAIT_S
        while True:
            try:
                return await blobs.fetch(self._pool, sha256)
            except DISCONNECTED as error:
                await wait_to_reconnect(error)
            except StoreUnreachable as error:
                if clock() >= give_up_at:
                    raise
                log.warning("the object store does not answer, trying again", error=str(error))
                await asyncio.sleep(_STORE_RETRY_S)


def _is(error: BaseException, kind: type[BaseException]) -> bool:
    """Whether it is of that kind, or a group with one in it."""
    return isinstance(error, kind) or (isinstance(error, BaseExceptionGroup) and error.subgroup(kind) is not None)


class _Lender:
    """Slots of this executor for one judging's assistants, who work at that judging's level."""

    def __init__(self, slots: Slots, bench: Bench) -> None:
        self._slots = slots
        self._bench = bench

    def can_assist(self) -> bool:
        return self._slots.is_one_to_spare

    def assist(self, work: Borrower) -> asyncio.Task[None]:
        return self._slots.assist(work, self._bench)


def _log_incidents(claim: Claim, judged: Judged) -> None:
    for incident in judged.incidents:
        log.info(
            "incident",
            kind=incident.kind.value,
            detail=incident.detail,
            count=incident.count,
            judging=claim.judging_id,
            submission=claim.submission_id,
        )


async def _soon(trouble: Awaitable[str | None]) -> str | None:
    """The trouble that there is; an answer that does not come soon is one, too."""
    try:
        async with asyncio.timeout(_SOON_S):
            return await trouble
    except TimeoutError:
        return f"no cell could be made in {_SOON_S:.0f} s"


async def until_connected(work: Callable[[Connection], Awaitable[_T]], pool: Pool) -> _T:
    """Do one piece of database work, again whenever the connection is lost in the middle.

    Everything here may be repeated: reading, and completing, which a lease admits once. A lease that runs out
    meanwhile ends the waiting, since the judging is then cancelled or its completion refused.
    """
    while True:
        try:
            async with pool.acquire() as connection:
                return await work(connection)
        except DISCONNECTED as error:
            await wait_to_reconnect(error)
