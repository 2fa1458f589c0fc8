"""When canaries are judged on this judgehost, and what follows from it.

    at start, and once an admin has unlocked it    before any work is taken
    every ``interval_s``, in a slot that is idle   lent, so that a claim takes it back at any time
    after twice as long without an idle one        in the next slot that falls free
    a while after a round that found something     in the next slot that falls free

One round that finds something is a doubt. A second one, later, that finds something too is the evidence: the judgehost
is locked, what it holds is queued again, and what it judged since its last good round is judged again, by others and
beside the verdicts that count: an admin looks at the differences and applies that rejudging, or cancels it.
A round that could not be made, or not be measured for all that went on, says nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import structlog

from judge.errors import UsageError
from judge.hosts.canaries import Aviary, Canary, Examined
from judge.hosts.executor import LocalExecutor
from judge.incidents import Incident, IncidentKind
from judge.pipeline.room import Bench
from judge.queueing import queue, rejudging
from judge.store import canaries, judgehosts
from judge.store.canaries import Baseline, Outcome
from judge.store.pool import DISCONNECTED, Connection, Pool, wait_to_reconnect
from judge.store.rejudgings import Plan
from judge.store.selections import Selection
from sandbox.pool import OnIncident, Slot, log_incident

log = structlog.get_logger()

#: How many times as long, or as short, some work takes before that is a drift.
DRIFT = 1.5
#: How long a round that found something is left alone before the next one decides.
DOUBT_S = 10.0
_EVER = datetime.fromtimestamp(0, UTC)
#: So many intervals without an idle slot, and the canaries take one.
_PATIENCE = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What one round found."""

    examined: tuple[Examined, ...]
    baselines: dict[str, Baseline] = field(default_factory=dict)

    @property
    def failures(self) -> tuple[str, ...]:
        """Why canaries could not be judged at all."""
        return tuple(one.failure for one in self.examined if one.failure)

    @property
    def found(self) -> tuple[str, ...]:
        """What is not as it has to be; times only where no canary was as quick as ever."""
        wrong = [text for one in self.examined for text in one.wrong]
        drifts = [self._drift(one) for one in self._measured]
        return (*wrong, *map(str, drifts)) if all(drifts) else tuple(wrong)

    @property
    def outcome(self) -> Outcome:
        """What it says, taken by itself."""
        if self.found:
            return Outcome.DOUBTFUL
        return Outcome.UNDECIDED if self.failures or not self._measured else Outcome.GOOD

    @property
    def detail(self) -> str:
        said = [*self.found, *(f"could not be judged: {failure}" for failure in self.failures)]
        if not said and not self._measured:
            said = ["the host was too busy to measure time"]
        return "; ".join(said)

    @property
    def figures(self) -> dict[str, object]:
        return {
            one.canary.language: {
                "work_us": one.work_us,
                "baseline_us": known.work_us if (known := self.baselines.get(one.yardstick)) else None,
            }
            for one in self.examined
        }

    @property
    def _measured(self) -> list[Examined]:
        return [one for one in self.examined if one.work_us is not None]

    def _drift(self, one: Examined) -> str | None:
        known = self.baselines.get(one.yardstick)
        if known is None or one.work_us is None:
            return None
        is_slow = one.work_us > DRIFT * known.work_us
        is_fast = known.is_learnt and one.work_us < known.work_us / DRIFT
        if not is_slow and not is_fast:
            return None
        now_ms, usually_ms = one.work_us / 1000, known.work_us / 1000
        return f"{one.canary.language}: the same work took {now_ms:.1f} ms, and takes {usually_ms:.1f} ms on this host"


class Patrol:
    """Has canaries judged on one judgehost for as long as its daemon lives."""

    def __init__(self, *, pool: Pool, aviary: Aviary, judgehost_id: int, interval_s: float) -> None:
        self._pool = pool
        self._aviary = aviary
        self._judgehost_id = judgehost_id
        self._interval_s = interval_s
        #: Takes what locks this host. May be replaced by whoever owns the patrol.
        self.on_incident: OnIncident = log_incident
        self._doubt: Report | None = None
        #: When the next round is due, by the loop's clock.
        self._due_at = 0.0
        self._is_under_way = False

    async def first(self, slot: Slot) -> str | None:
        """Have the quickest canary judged before any work is taken; why this host must not judge, or None.

        Where something is found, all canaries decide.
        """
        self._doubt = None
        if not self._is_on:
            return None
        report = await self._round(self._aviary.canaries[:1], slot)
        if report.outcome is Outcome.DOUBTFUL:
            await asyncio.sleep(DOUBT_S)
            report = await self._round(self._aviary.canaries, slot)
        # The others follow as soon as a slot is idle.
        self._due_at = asyncio.get_running_loop().time()
        if report.failures:
            return f"known programs could not be judged: {report.failures[0]}"
        return report.detail if report.found else None

    def patrol(self, executor: LocalExecutor, *, is_quiet: bool) -> bool:
        """Begin a round if it is time for one; whether a slot was taken that will not be given back for a claim.

        Args:
            executor: who lends a slot.
            is_quiet: whether nothing waits for that slot.
        """
        now = asyncio.get_running_loop().time()
        overdue_s = now - self._due_at
        if self._is_under_way or not self._is_on or overdue_s < 0 or not executor.has_idle():
            return False
        is_kept = self._doubt is not None or overdue_s > (_PATIENCE - 1) * self._interval_s
        if not is_kept and not is_quiet:
            return False
        self._is_under_way = True
        executor.lend(self._work, is_kept=is_kept)
        return is_kept

    @property
    def _is_on(self) -> bool:
        return self._interval_s > 0 and bool(self._aviary.canaries)

    async def _work(self, bench: Bench, slot: Slot) -> None:
        try:
            await self._round(self._aviary.canaries, slot, bench)
        except Exception:
            # A bug of ours must not take the daemon down.
            log.exception("canaries raised")
            self._due_at = asyncio.get_running_loop().time() + self._interval_s
        finally:
            self._is_under_way = False

    async def _round(self, wanted: Sequence[Canary], slot: Slot, bench: Bench | None = None) -> Report:
        """Have these judged, and do what follows."""
        begun, began_at = time.monotonic(), None
        examined = [await self._aviary.examine(canary, slot, bench) for canary in wanted]
        while True:
            try:
                async with self._pool.acquire() as connection:
                    report = Report(
                        examined=tuple(examined), baselines=await canaries.baselines(connection, self._judgehost_id)
                    )
                    began_at = began_at or await canaries.ago(connection, time.monotonic() - begun)
                    await self._conclude(connection, report, began_at)
                break
            except DISCONNECTED as error:
                await wait_to_reconnect(error)
        self._doubt = report if report.outcome is Outcome.DOUBTFUL else None
        wait_s = self._interval_s if self._doubt is None else DOUBT_S
        self._due_at = asyncio.get_running_loop().time() + wait_s
        return report

    async def _conclude(self, connection: Connection, report: Report, began_at: datetime) -> None:
        """Write down a round, with all that follows from it, in one transaction; once, however often it is tried."""
        outcome = report.outcome
        if outcome is Outcome.DOUBTFUL and self._doubt is not None:
            outcome = Outcome.FAILED
        async with connection.transaction():
            if not await canaries.is_recorded(connection, judgehost_id=self._judgehost_id, began_at=began_at):
                await self._record(connection, report, outcome, began_at)
        if outcome is Outcome.GOOD:
            log.info("canaries are well", **report.figures)
        else:
            log.warning("canaries", outcome=outcome.value, detail=report.detail, figures=report.figures)
        if outcome is Outcome.FAILED:
            self.on_incident(Incident(IncidentKind.CANARY_FAILED, report.detail), "")

    async def _record(self, connection: Connection, report: Report, outcome: Outcome, began_at: datetime) -> None:
        rejudging_id = await self._quarantine(connection, report) if outcome is Outcome.FAILED else None
        if outcome is Outcome.GOOD:
            for one in report.examined:
                if one.work_us is not None:
                    await canaries.learn(
                        connection, judgehost_id=self._judgehost_id, yardstick=one.yardstick, work_us=one.work_us
                    )
        await canaries.record(
            connection,
            judgehost_id=self._judgehost_id,
            began_at=began_at,
            outcome=outcome,
            detail=report.detail,
            figures=report.figures,
            rejudging_id=rejudging_id,
        )

    async def _quarantine(self, connection: Connection, report: Report) -> int | None:
        """Lock this host, and have what it judged since it was known to be well judged again; by which rejudging."""
        incident = Incident(IncidentKind.CANARY_FAILED, report.detail)
        await judgehosts.set_unfit(connection, self._judgehost_id, why=incident.detail, is_locked=True)
        held = await queue.give_back(connection, judgehost_id=self._judgehost_id)
        since = await canaries.last_good(connection, self._judgehost_id) or _EVER
        name = await judgehosts.name(connection, self._judgehost_id)
        plan = Plan(
            reason=f"canary failed on {name}: {incident.detail}", selection=Selection(judgehost=name, judged_from=since)
        )
        rejudging_id: int | None = None
        # It has judged nothing that counts.
        with contextlib.suppress(UsageError):
            rejudging_id = await rejudging.create(connection, plan, by=None)
        log.error("quarantined", reason=report.detail, queued_again=held, rejudging=rejudging_id, since=since)
        return rejudging_id
