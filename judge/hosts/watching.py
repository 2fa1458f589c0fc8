"""The guard of one judgehost: keeps its incidents, and keeps it from work while it is unfit.

    not tested ──▶ fit ──────▶ locked      a process was found outside of any cell, or canaries failed
        │           ▲            │
        ▼           │            ▼
      unfit ────────┴──────── not tested   an admin has looked, on /admin/judgehosts
      (tested again every 30 s)

Incidents are in the log at once. The database has them as soon as it answers; until then so many are kept in memory.
What is unfit or locked is in the database too, so that a daemon that is started anew stays locked.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections import deque
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from enum import Enum, auto

import structlog

from judge.incidents import Incident, IncidentKind, Severity
from judge.store import judgehosts, security
from judge.store.pool import DISCONNECTED, Pool, wait_to_reconnect
from judge.store.security import Seen
from sandbox.pool import CellPool

log = structlog.get_logger()

#: How often the host is looked at, and an unfit one tested again.
LOOK_S = 30.0
#: A process outside of any cell has to stay that long: one that starts or dies is seen on its way.
LOOK_GRACE_S = 2.0
#: How often a locked host asks whether an admin has unlocked it.
UNLOCK_POLL_S = 3.0
#: Kept while the database is away; beyond that the oldest are in the log only.
MOST_PENDING = 1000
_BATCH = 100
_LAST_WORDS_S = 5.0
_WHAT_TO_DO = "run `judge doctor` on this host; it takes no work until its self-test passes"
_WHAT_TO_LOOK_AT = "look at the host, mend it, then enable it on /admin/judgehosts"

#: The judging that cells are used for, in the context of the tasks that use and close them; None: for no judging.
JUDGING_ID: ContextVar[int | None] = ContextVar("judging_id", default=None)

#: Why this host must not judge, for people; None when it may.
SelfTest = Callable[[], Awaitable[str | None]]


class _State(Enum):
    UNTESTED = auto()
    FIT = auto()
    UNFIT = auto()
    LOCKED = auto()


class Guard:
    """Lives as long as the daemon, with ``watch`` and ``deliver`` as two of its tasks."""

    def __init__(
        self, *, pool: Pool, cells: CellPool, judgehost_id: int, self_test: SelfTest, locked: str | None = None
    ) -> None:
        """Watch over ``cells``; ``locked`` is why the host was locked when the last daemon ended, if it was."""
        self._pool = pool
        self._cells = cells
        self._judgehost_id = judgehost_id
        self._self_test = self_test
        self._state = _State.UNTESTED if locked is None else _State.LOCKED
        self._unfit = locked
        self._is_fit = asyncio.Event()
        self._was_locked = asyncio.Event()
        self._pending: deque[Seen] = deque(maxlen=MOST_PENDING)
        self._has_news = asyncio.Event()
        #: Whether the database says of this host what we say. An earlier life may have left it unfit there.
        self._is_written = locked is not None
        cells.on_incident = self.report

    async def fit(self) -> None:
        """Wait until this host may take work."""
        await self._is_fit.wait()

    @property
    def is_fit(self) -> bool:
        """Whether this host may take work now."""
        return self._is_fit.is_set()

    def report(self, incident: Incident, cell: str = "") -> None:
        """Keep an incident, about the cell of that name if any; some kinds lock the host."""
        tell = log.error if incident.severity is Severity.ALARM else log.warning
        judging_id = JUDGING_ID.get()
        tell(
            "incident",
            kind=incident.kind.value,
            detail=incident.detail,
            count=incident.count,
            cell=cell,
            judging=judging_id,
        )
        self._pending.append(Seen(incident=incident, cell=cell or None, judging_id=judging_id))
        self._has_news.set()
        if incident.kind.is_locking and self._state is not _State.LOCKED:
            log.error("this host takes no work", reason=incident.detail, do=_WHAT_TO_LOOK_AT)
            self._become(_State.LOCKED, incident.detail)
            self._was_locked.set()

    async def watch(self) -> None:
        """Test this host, look at it every now and then, and let it take work while nothing speaks against that."""
        while True:
            self._was_locked.clear()
            if self._state is _State.LOCKED:
                await self._wait_for_admin()
            if self._state is not _State.FIT:
                await self._test()
            await self._cells.look(grace_s=LOOK_GRACE_S)
            # What the look found has locked the host by now, so that nothing is taken in between.
            if self._state is _State.FIT:
                self._is_fit.set()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_S):
                    await self._was_locked.wait()

    async def deliver(self) -> None:
        """Write to the database what is pending, and whether this host is unfit, as they come."""
        while True:
            await self._has_news.wait()
            self._has_news.clear()
            try:
                await self._write()
            except DISCONNECTED as error:
                await wait_to_reconnect(error)
                self._has_news.set()

    async def deliver_rest(self) -> None:
        """What is pending when the daemon ends, if the database takes it: it is in the log in any case."""
        with contextlib.suppress(*DISCONNECTED):
            async with asyncio.timeout(_LAST_WORDS_S):
                while self._pending:
                    await self._write()

    async def _write(self) -> None:
        """Write some of what is pending.

        A connection that is cut while the commit is on its way leaves open whether it happened. An incident that is
        there twice is better than none.
        """
        batch = list(itertools.islice(self._pending, _BATCH))
        why, is_locked = self._unfit, self._state is _State.LOCKED
        async with self._pool.acquire() as connection, connection.transaction():
            await security.record_of_host(connection, judgehost_id=self._judgehost_id, seen=batch)
            if not self._is_written:
                await judgehosts.set_unfit(connection, self._judgehost_id, why=why, is_locked=is_locked)
        for entry in batch:
            # Those that made room for newer ones meanwhile are no longer the first.
            if self._pending and self._pending[0] is entry:
                self._pending.popleft()
        self._is_written |= (why, is_locked) == (self._unfit, self._state is _State.LOCKED)
        if self._pending or not self._is_written:
            self._has_news.set()

    def _become(self, state: _State, why: str | None) -> None:
        if state is not _State.FIT:
            self._is_fit.clear()
        self._is_written &= (why, state is _State.LOCKED) == (self._unfit, self._state is _State.LOCKED)
        self._state, self._unfit = state, why
        self._has_news.set()

    async def _test(self) -> None:
        why = await self._self_test()
        if self._state is _State.LOCKED:
            return
        if why is None:
            self._become(_State.FIT, None)
            log.info("this host passed its self-test")
            return
        log.error("this host takes no work", reason=why, do=_WHAT_TO_DO)
        if why != self._unfit:
            self.report(Incident(IncidentKind.HOST_UNFIT, why))
        self._become(_State.UNFIT, why)

    async def _wait_for_admin(self) -> None:
        """Ask until the lock is no longer in the database."""
        log.error("this host takes no work", reason=self._unfit, do=_WHAT_TO_LOOK_AT)
        why = self._unfit
        while why is not None:
            await asyncio.sleep(UNLOCK_POLL_S)
            # A lock that is not there yet, since the database was away, looks like one that an admin took off.
            if not self._is_written:
                continue
            try:
                async with self._pool.acquire() as connection:
                    why = await judgehosts.locked(connection, self._judgehost_id)
            except DISCONNECTED as error:
                await wait_to_reconnect(error)
        log.info("an admin has unlocked this host")
        self._cells.forget_strays()
        self._become(_State.UNTESTED, None)
