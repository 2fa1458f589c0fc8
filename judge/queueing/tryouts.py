"""Runs sources on their authors' own inputs, in slots that no submission wants.

Somebody waits for it, so that it goes before what nobody waits for: rejudgings, the jury's submissions, verifying an
upload. The claim of a contestant's submission takes the slot back at any time, and the tryout is run later. There is no
answer and no checker, and nothing is counted.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
from collections.abc import Awaitable, Callable
from functools import partial

import structlog

from judge.errors import JudgeError, LeaseLost
from judge.hosts.executor import LocalExecutor
from judge.incidents import Incident, merged, of_run
from judge.models import Blob, Problem, Source, Testcase
from judge.pipeline.compiling import prepared
from judge.pipeline.room import Bench
from judge.pipeline.running import run_spec, stopped_run
from judge.queueing import queue
from judge.store import tryouts
from judge.store.pool import DISCONNECTED, Connection, Pool, wait_to_reconnect
from judge.store.tryouts import Claim, Tried
from judge.verdicts import Verdict
from sandbox.pool import Slot

log = structlog.get_logger()

#: Kept of each stream, for showing.
SHOWN_BYTES = 64 * 1024
#: How long a host that failed leaves them to others.
_PAUSE_S = 30.0
_GOODBYE_S = 10.0
_CASE = Testcase(name="own input", input=Blob.of(b""), answer=Blob.of(b""))


class Tryouts:
    """Runs what was asked for, as long as there are slots to spare."""

    def __init__(self, *, pool: Pool, executor: LocalExecutor, judgehost_id: int, lease_s: float) -> None:
        self._pool = pool
        self._executor = executor
        self._judgehost_id = judgehost_id
        self._lease_s = lease_s
        self._not_before = 0.0

    async def fill_slots(self, connection: Connection) -> None:
        """Begin as many as there are waiting and slots to spare."""
        while self._executor.has_spare() and asyncio.get_running_loop().time() >= self._not_before:
            claim = await tryouts.claim(connection, judgehost_id=self._judgehost_id, lease_s=self._lease_s)
            if claim is None:
                return
            if not self._executor.has_spare():
                # Somebody else was quicker.
                await tryouts.release(connection, claim)
                return
            self._executor.try_out(partial(self._work, claim), isolation=claim.isolation)

    async def _work(self, claim: Claim, bench: Bench, slot: Slot) -> None:
        try:
            problem = await self._executor.problem(claim.problem_version_id)
            tried, incidents = await self._tried_while_held(claim, problem, bench, slot)
        except asyncio.CancelledError:
            await self._leave(claim, tryouts.release)
            raise
        except LeaseLost as lost:
            log.warning("lost a tryout to somebody else", tryout=str(lost))
        except (JudgeError, OSError) as error:
            log.warning("this host cannot run a tryout", tryout=claim.id, error=str(error))
            self._not_before = asyncio.get_running_loop().time() + _PAUSE_S
            await self._leave(claim, tryouts.lose)
        except Exception:
            # A bug of ours must not take the daemon down.
            log.exception("a tryout raised", tryout=claim.id)
            await self._finish(claim, Tried(verdict=Verdict.JE), ())
        else:
            await self._finish(claim, tried, incidents)

    async def _tried_while_held(
        self, claim: Claim, problem: Problem, bench: Bench, slot: Slot
    ) -> tuple[Tried, tuple[Incident, ...]]:
        try:
            async with asyncio.TaskGroup() as both:
                keeping = both.create_task(self._keep(claim), name=f"keeping tryout {claim.id}")
                found = await tried(problem, claim.source, claim.input, bench, slot)
                keeping.cancel()
        except ExceptionGroup as errors:
            raise errors.exceptions[0] from None
        return found

    async def _keep(self, claim: Claim) -> None:
        """Renew the lease until cancelled.

        Raises:
            LeaseLost: somebody else runs this now.
        """
        while True:
            await asyncio.sleep(self._lease_s / 3)
            try:
                async with self._pool.acquire() as connection:
                    if not await tryouts.renew(connection, claim, lease_s=self._lease_s):
                        raise LeaseLost(f"tryout {claim.id}, attempt {claim.attempt}")
            except DISCONNECTED as error:
                await wait_to_reconnect(error)

    async def _finish(self, claim: Claim, tried: Tried, incidents: tuple[Incident, ...]) -> None:
        try:
            async with asyncio.timeout(_GOODBYE_S), self._pool.acquire() as connection:
                await tryouts.finish(connection, claim, tried, judgehost_id=self._judgehost_id, incidents=incidents)
                # Whoever claims for this judgehost may have something for just this slot.
                await queue.tell_of_slots(connection)
        except LeaseLost as lost:
            log.warning("lost a tryout to somebody else", tryout=str(lost))
        except (TimeoutError, *DISCONNECTED) as error:
            log.warning("a tryout could not be written down, and is run again", tryout=claim.id, error=repr(error))

    async def _leave(self, claim: Claim, leave: Callable[[Connection, Claim], Awaitable[None]]) -> None:
        """Let others have it at once; without a database, when the lease has run out."""
        with contextlib.suppress(TimeoutError, *DISCONNECTED):
            async with asyncio.timeout(_GOODBYE_S), self._pool.acquire() as connection, connection.transaction():
                await leave(connection, claim)
                await queue.wake(connection)


async def tried(
    problem: Problem, source: Source, given: bytes, bench: Bench, slot: Slot
) -> tuple[Tried, tuple[Incident, ...]]:
    """What the source does with the input within the problem's limits, and what it tried beside its work.

    Raises:
        SandboxError: a cell failed.
    """
    source = problem.completed(source)
    async with prepared(source, problem.limits, bench.programs, pool=bench.pool, slot=slot) as program:
        compilation = program.compilation
        if program.cell is None:
            return Tried(verdict=Verdict.CE, compile_output=compilation.output), compilation.incidents
        spec = run_spec(problem, source, stdin=io.BytesIO(given))
        outcome = await program.cell.run(spec)
        with program.cell.open_stdout() as stream:
            output = stream.read(SHOWN_BYTES)
        run = stopped_run(_CASE, outcome, spec.limits)
        found = Tried(
            verdict=None if run is None else run.verdict,
            reason="" if run is None else run.reason,
            compile_output=compilation.output,
            output=output,
            output_bytes=outcome.stdout_bytes,
            errors=outcome.stderr[:SHOWN_BYTES],
            cpu_us=outcome.cpu_us,
            memory_bytes=outcome.memory_bytes,
        )
        of_this = of_run(denied=outcome.denied, oom_kills=outcome.oom_kills)
        return found, merged((*compilation.incidents, *of_this))
