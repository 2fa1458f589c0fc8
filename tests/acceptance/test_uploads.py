"""Uploading to a running judge: a daemon as a process verifies what came, and it goes live by itself."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from judge.models import Blob
from judge.queueing import queue
from judge.recipes.languages import pasted
from judge.store import accounts, blobs, contests, problems, verifications, versions
from judge.store.accounts import Role
from judge.store.pool import Connection, Pool
from judge.store.problems import Origin
from judge.store.versions import State, Version
from problems.archive import unpack
from problems.package import load
from tests.processes import daemon
from tests.zips import zipped

pytestmark = [pytest.mark.asyncio, pytest.mark.timeout(180)]

DEADLINE_S = 90.0
RIGHT = "print(sum(map(int, input().split())))\n"
JURY = {
    "submissions/wrong_answer/constant.py": "print(3)\n",
    "submissions/time_limit_exceeded/endless.py": "input()\nwhile True: pass\n",
}


class Desk:
    """A setter at a judge that runs at level ``local``."""

    def __init__(self, connection: Connection, folder: Path, user_id: int, contest_id: int) -> None:
        self.connection = connection
        self.folder = folder
        self.user_id = user_id
        self.contest_id = contest_id

    async def upload(self, changes: dict[str, str | bytes | None] | None = None) -> int:
        """Do what the page does with a zip; the version that it becomes."""
        content = zipped({**JURY, **(changes or {})})
        number = len(list(self.folder.iterdir()))
        zip_file = self.folder / f"{number}.zip"
        zip_file.write_bytes(content)
        package = load(unpack(zip_file, self.folder / f"{number}"))
        async with self.connection.transaction():
            version_id, _ = await problems.keep(
                self.connection, package, Origin(by=self.user_id, package=content, file_name="a.zip"), is_complete=True
            )
            await verifications.ask(
                self.connection, version_id=version_id, by=self.user_id, contest_id=self.contest_id, goes_live=True
            )
            await queue.wake(self.connection)
        return version_id

    async def version(self, version_id: int) -> Version:
        return await versions.by_id(self.connection, "two-sums", version_id)

    async def verified(self, version_id: int) -> dict[str, Any]:
        """The report, once there is one."""
        deadline = time.monotonic() + DEADLINE_S
        while not (version := await self.version(version_id)).state.is_over:
            assert time.monotonic() < deadline, version
            await asyncio.sleep(0.05)
        return await verifications.report_of(self.connection, version_id)


@pytest_asyncio.fixture
async def desk(pool: Pool, tmp_path: Path) -> AsyncIterator[Desk]:
    async with pool.acquire() as connection:
        user_id = await accounts.create(connection, login="s", name="S", password_hash=None, role=Role.SETTER)
        contest_id = await contests.ensure_contest(connection, name="spring", title="Spring")
        yield Desk(connection, tmp_path, user_id, contest_id)


async def test_from_upload_to_live(desk: Desk, dsn: str, short_tmp: Path) -> None:
    """What is as expected goes live; after a change of one test each submission is run on that test alone."""
    async with daemon(dsn, short_tmp / "uploads", "local"):
        first = await desk.upload()
        report = await desk.verified(first)

        assert report["errors"] == []
        assert {item["path"]: item["verdict"] for item in report["submissions"]} == {
            "submissions/accepted/sum.py": "AC",
            "submissions/time_limit_exceeded/endless.py": "TLE",
            "submissions/wrong_answer/constant.py": "WA",
        }
        assert report["runs"]["made"] >= 6
        assert (await desk.version(first)).is_live

        second = await desk.upload({"data/secret/1.in": "20 22\n", "data/secret/1.ans": "42\n"})
        again = await desk.verified(second)

        assert again["runs"] == {"made": 3, "from_cache": report["runs"]["made"] - 3}
        assert (await desk.version(second)).is_live
        assert [item.name for item in await contests.problems(desk.connection, desk.contest_id)] == ["two-sums"]


async def test_answers_that_pages_leave_open(desk: Desk, dsn: str, short_tmp: Path) -> None:
    """The answer that an amended package lacks is made by its accepted submission, and is in the zip then."""
    content = zipped({**JURY, "data/secret/2.in": "20 22\n"})
    (desk.folder / "a.zip").write_bytes(content)
    package = load(unpack(desk.folder / "a.zip", desk.folder / "a"), makes_answers=True)
    async with desk.connection.transaction():
        version_id, _ = await problems.keep(
            desk.connection, package, Origin(by=desk.user_id, package=content, file_name="a.zip"), is_complete=False
        )
        await verifications.ask(
            desk.connection, version_id=version_id, by=desk.user_id, contest_id=desk.contest_id, goes_live=True
        )

    async with daemon(dsn, short_tmp / "answers", "local"):
        report = await desk.verified(version_id)

    assert (report["errors"], (await desk.version(version_id)).is_live) == ([], True)
    answers = [case.answer for case in (await problems.load(desk.connection, version_id)).testcases]
    assert answers == [Blob.of(b"3\n"), Blob.of(b"11\n"), Blob.of(b"42\n")]
    kept = await blobs.get(desk.connection, await versions.package_of(desk.connection, version_id))
    (desk.folder / "whole.zip").write_bytes(kept)
    whole = load(unpack(desk.folder / "whole.zip", desk.folder / "whole"))
    assert [case.answer for case in whole.problem.testcases] == answers

    # Somebody who lost the lease and comes too late.
    await problems.complete(desk.connection, version_id, package, b"another zip")
    assert await blobs.get(desk.connection, await versions.package_of(desk.connection, version_id)) == kept


async def test_what_is_not_as_expected_stays(desk: Desk, dsn: str, short_tmp: Path) -> None:
    """A wrong answer file is found by the jury's own submission, and the version that was live stays so."""
    async with daemon(dsn, short_tmp / "unexpected", "local"):
        good = await desk.upload()
        await desk.verified(good)
        bad = await desk.upload({"data/secret/1.ans": "12\n"})
        report = await desk.verified(bad)

    assert (await desk.version(bad)).state is State.UNEXPECTED
    assert (await desk.version(good)).is_live
    accepted = next(item for item in report["submissions"] if item["path"] == "submissions/accepted/sum.py")
    assert (accepted["verdict"], accepted["ok"]) == ("WA", False)


async def test_submissions_come_first(desk: Desk, dsn: str, short_tmp: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A verification gives its slot back to a submission, and goes on behind it with what it had found out."""
    monkeypatch.setenv("JUDGE_SLOTS", "1")
    slow: dict[str, str | bytes | None] = {
        f"submissions/time_limit_exceeded/{n}.py": f"# {n}\ninput()\nwhile True: pass\n" for n in range(4)
    }
    slow["problem.yaml"] = "name: Two Sums\nlimits:\n  time_limit: 0.5\n"
    async with daemon(dsn, short_tmp / "first", "local"):
        live = await desk.upload()
        await desk.verified(live)
        problem_id = (await desk.version(live)).problem_id
        long = await desk.upload(slow)
        deadline = time.monotonic() + DEADLINE_S
        while (await desk.version(long)).state is not State.RUNNING:
            assert time.monotonic() < deadline
            await asyncio.sleep(0.01)
        submission_id = await queue.enqueue(
            desk.connection,
            contest_id=desk.contest_id,
            problem_id=problem_id,
            user_id=desk.user_id,
            source=pasted("python3", RIGHT.encode()),
        )
        state = "SELECT verdict FROM judgings WHERE submission_id = $1"
        while (verdict := await desk.connection.fetchval(state, submission_id)) is None:
            assert time.monotonic() < deadline
            await asyncio.sleep(0.01)

        assert verdict == "AC"
        assert not (await desk.version(long)).state.is_over
        report = await desk.verified(long)

    assert [item["ok"] for item in report["submissions"]] == [True] * 7
    claims = await desk.connection.fetchval("SELECT attempt FROM verifications WHERE problem_version_id = $1", long)
    assert claims >= 2
