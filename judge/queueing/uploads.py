"""Verifies uploaded packages in slots that no contestant wants.

A verification is claimed when a slot is idle and nothing is queued, and is cancelled the moment that slot is wanted for
a judging. It then waits for the next idle slot and goes on where it was, since every run is known by its content
(``judge.store.known``). A daemon that dies loses no more than the run it was at.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import structlog

from judge.config import Settings
from judge.errors import BlobDamaged, LeaseLost, PackageError, SandboxError, StoreUnreachable
from judge.hosts.executor import LocalExecutor
from judge.hosts.host import add_images
from judge.models import Run
from judge.pipeline.room import Bench
from judge.pipeline.surroundings import surroundings
from judge.preparing import unpacking
from judge.preparing.workbench import programs_of, with_files
from judge.store import blobs, problems, verifications, versions
from judge.store.known import KnownRuns
from judge.store.pool import DISCONNECTED, Pool, wait_to_reconnect
from judge.store.verifications import Claim
from judge.store.versions import State
from judge.verdicts import Verdict
from judge.verifying.desk import Desk
from judge.verifying.marks import marks
from judge.verifying.memory import Memory, RememberedChecks, RememberedRuns
from judge.verifying.package import unreadable, verify
from judge.verifying.report import PackageReport, SubmissionReport
from problems import amending
from problems.package import Package
from problems.submissions import JurySubmission
from problems.zipping import zip_folder
from sandbox.pool import Slot

log = structlog.get_logger()

#: How often pages are told how far it is.
_TELL_EVERY_S = 0.5
#: Of packages with more test cases than that each submission's verdict is told, and not what it got on each of them.
_MOST_TOLD = 1000
#: How long a host that failed to verify leaves it to others.
_PAUSE_S = 30.0


class Uploads:
    """Verifies what was uploaded, as long as slots are idle."""

    def __init__(self, *, pool: Pool, executor: LocalExecutor, settings: Settings, judgehost_id: int) -> None:
        self._pool = pool
        self._executor = executor
        self._settings = settings
        self._judgehost_id = judgehost_id
        self._not_before = 0.0

    async def fill_idle_slots(self) -> None:
        """Begin as many verifications as there are waiting and slots idle."""
        while self._executor.has_idle() and asyncio.get_running_loop().time() >= self._not_before:
            async with self._pool.acquire() as connection:
                claim = await verifications.claim(
                    connection, judgehost_id=self._judgehost_id, lease_s=self._settings.lease_s
                )
            if claim is None:
                return
            if not self._executor.has_idle():
                # Somebody else was quicker.
                await self._release(claim)
                return
            self._executor.lend(partial(self._work, claim))

    async def _work(self, claim: Claim, bench: Bench, slot: Slot) -> None:
        """Verify, and write down what came of it; or give it back when the slot is wanted."""
        try:
            report = await self._verified_while_told(claim, bench, slot)
        except asyncio.CancelledError:
            await self._release(claim)
            raise
        except LeaseLost as lost:
            log.warning("lost a verification to somebody else", verification=str(lost))
        except StoreUnreachable as error:
            log.warning("the object store does not answer", error=str(error), version=claim.version_id)
            self._not_before = asyncio.get_running_loop().time() + _PAUSE_S
            await self._release(claim)
        except (BlobDamaged, SandboxError, *DISCONNECTED):
            # Also where the database went away in the middle: then it is gone on with, too.
            log.exception("this host cannot verify", problem=claim.problem, version=claim.version_id)
            self._not_before = asyncio.get_running_loop().time() + _PAUSE_S
            await self._release(claim, is_loss=True)
        except Exception as error:
            # A bug of ours must neither take the daemon down nor be tried again for ever.
            log.exception("verifying raised", problem=claim.problem, version=claim.version_id)
            text = f"internal error while verifying: {error!r}; tell an admin"
            await self._finish(claim, PackageReport(path="", name=claim.problem, errors=(text,), warnings=()))
        else:
            await self._finish(claim, report)

    async def _verified_while_told(self, claim: Claim, bench: Bench, slot: Slot) -> PackageReport:
        progress = Progress()
        try:
            async with asyncio.TaskGroup() as both:
                telling = both.create_task(self._tell(claim, progress), name=f"telling of {claim.problem}")
                report = await self._verified(claim, bench, slot, progress)
                telling.cancel()
        except ExceptionGroup as errors:
            raise errors.exceptions[0] from None
        return report

    async def _verified(self, claim: Claim, bench: Bench, slot: Slot, progress: Progress) -> PackageReport:
        async with unpacking.scratch() as folder:
            progress.says("unpacking")
            try:
                package = await self._read(claim, folder)
            except PackageError as error:
                return unreadable(claim.file_name, claim.problem, error)
            around = await asyncio.to_thread(surroundings, self._settings.isolation.value)
            progress.says("making sure that all images are there")
            await add_images(self._settings, bench.programs.images, programs_of(package), progress.says)
            with Memory(self._settings.data_dir / "verify" / "found.sqlite", around) as memory:
                desk = Desk(
                    bench=with_files(bench, package.files),
                    slots=(slot,),
                    runs=_SharedRuns(memory, KnownRuns(self._pool), around),
                    checks=RememberedChecks(memory),
                    watcher=progress,
                )
                report = await verify(package, desk, path=claim.file_name)
            _check_host(report)
            if report.package is not None and not report.errors:
                await self._complete(claim, package, report.package, folder / "completed.zip")
        return report

    async def _read(self, claim: Claim, folder: Path) -> Package:
        async with self._pool.acquire() as connection:
            sha256 = await versions.package_of(connection, claim.version_id)
        content = await blobs.fetch(self._pool, sha256)
        zipped = folder / Path(claim.file_name).name
        await unpacking.in_thread(zipped.write_bytes, content)
        return await unpacking.read(zipped, folder / "unpacked", makes_answers=True)

    async def _complete(self, claim: Claim, package: Package, made: Package, zipped: Path) -> None:
        """Keep what was found out of a package that left tests or its time limit open.

        Answers that it lacked, as only one can that was changed on a page, are put into its zip.
        """

        def completed() -> bytes | None:
            if not amending.add_answers(package, made):
                return None
            zip_folder(package.path, zipped)
            return zipped.read_bytes()

        content = await unpacking.in_thread(completed)
        async with self._pool.acquire() as connection:
            await problems.complete(connection, claim.version_id, made, content)

    async def _tell(self, claim: Claim, progress: Progress) -> None:
        """Keep the lease, and tell pages how far it is, until cancelled.

        Raises:
            LeaseLost: somebody else verifies this now.
        """
        clock = asyncio.get_running_loop().time
        renewed_at = clock()
        while True:
            await asyncio.sleep(_TELL_EVERY_S)
            try:
                async with self._pool.acquire() as connection:
                    if (news := progress.news()) is not None:
                        await verifications.tell(connection, claim, news)
                    if clock() - renewed_at > self._settings.lease_s / 3:
                        if not await verifications.renew(connection, claim, lease_s=self._settings.lease_s):
                            raise LeaseLost(f"verification of version {claim.version_id}, attempt {claim.attempt}")
                        renewed_at = clock()
            except DISCONNECTED as error:
                await wait_to_reconnect(error)

    async def _finish(self, claim: Claim, report: PackageReport) -> None:
        outcome = State.ERRORS if report.errors else State.EXPECTED if report.is_ok else State.UNEXPECTED
        while True:
            try:
                async with self._pool.acquire() as connection:
                    is_live = await verifications.finish(
                        connection, claim, outcome=outcome, report={**report.as_json(), "step": ""}
                    )
                break
            except DISCONNECTED as error:
                await wait_to_reconnect(error)
            except LeaseLost as lost:
                log.warning("lost a verification to somebody else", verification=str(lost))
                return
        log.info("verified", problem=claim.problem, version=claim.version_id, outcome=outcome.value, went_live=is_live)

    async def _release(self, claim: Claim, *, is_loss: bool = False) -> None:
        """Let it be gone on with at once by whoever is idle; without a database, when the lease has run out."""
        with contextlib.suppress(*DISCONNECTED):
            async with asyncio.timeout(10), self._pool.acquire() as connection:
                await verifications.release(connection, claim, is_loss=is_loss)


def _check_host(report: PackageReport) -> None:
    """Make sure that what was found is the package's doing.

    Raises:
        SandboxError: some judging is JE because this host failed.
    """
    for submission in report.submissions:
        if submission.judged is not None and submission.judged.is_hosts_fault:
            raise SandboxError(submission.judged.message)


class Progress:
    """How far a verification is, as pages show it."""

    def __init__(self) -> None:
        self._step = ""
        self._expected_runs = 0
        self._runs: dict[str, dict[str, Verdict]] = {}
        self._done: dict[str, Mapping[str, Any]] = {}
        self._waiting: list[str] = []
        self._tests: tuple[str, ...] = ()
        self._warnings: tuple[str, ...] = ()
        self._is_news = False

    def says(self, line: str) -> None:
        self._step = line
        self._is_news = True

    def begins(self, package: Package, submissions: Sequence[JurySubmission]) -> None:
        self._step = "judging the jury's submissions"
        self._tests = tuple(case.name for case in package.problem.testcases)
        self._waiting = [submission.path for submission in submissions]
        self._warnings = package.warnings
        self._is_news = True

    def ran(self, submission: JurySubmission, ordinal: int, run: Run) -> None:
        del ordinal
        self._runs.setdefault(submission.path, {})[run.testcase] = run.verdict
        self._is_news = True

    def judged(self, report: SubmissionReport) -> None:
        self._runs[report.submission.path] = report.verdicts()
        self._done[report.submission.path] = {**report.as_json(), "tests": []}
        self._is_news = True

    def ends(self, report: PackageReport) -> None:
        """Nothing more to tell: what came of it is written by itself."""

    def news(self) -> dict[str, Any] | None:
        """What has changed since it was asked last; None where nothing has."""
        if not self._is_news:
            return None
        self._is_news = False
        return {
            "step": self._step,
            "percent": self._percent(),
            "warnings": list(self._warnings),
            "tests": list(self._told),
            "submissions": [self._line(path) for path in sorted(self._waiting)],
        }

    @property
    def _told(self) -> tuple[str, ...]:
        """The test cases of which it is told what each submission got on them."""
        return self._tests if len(self._tests) <= _MOST_TOLD else ()

    def _percent(self) -> int:
        """By test cases; a submission that needed fewer, since it failed, counts as all of them."""
        each = max(1, len(self._tests))
        total = len(self._waiting) * each
        done = sum(each if path in self._done else min(len(self._runs.get(path, ())), each) for path in self._waiting)
        return 100 * done // total if total else 0

    def _line(self, path: str) -> Mapping[str, Any]:
        runs = self._runs.get(path, {})
        known = self._done.get(path) or {"path": path, "ran": len(runs), "tests_total": len(self._tests)}
        return {**known, "marks": marks(runs, self._told)}


class _SharedRuns(RememberedRuns):
    """Runs that this host remembers, and those that any other has made."""

    def __init__(self, memory: Memory, shared: KnownRuns, around: str) -> None:
        super().__init__(memory)
        self._shared = shared
        self._around = around

    async def find(self, key: str) -> Run | None:
        run = await super().find(key)
        if run is not None:
            return run
        with contextlib.suppress(*DISCONNECTED):
            run = await self._shared.find(f"{self._around} {key}")
        if run is not None:
            self.found += 1
        return run

    async def keep(self, key: str, run: Run) -> None:
        await super().keep(key, run)
        with contextlib.suppress(*DISCONNECTED):
            await self._shared.keep(f"{self._around} {key}", run)
