"""Verifications in the database: taken once, given back, fenced by attempt, and what going live by them means."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from judge.errors import LeaseLost, NotFound, UsageError
from judge.store import accounts, blobs, contests, problems, verifications, versions
from judge.store.accounts import Role
from judge.store.pool import Connection, Pool
from judge.store.problems import Origin
from judge.store.verifications import MOST_LOSSES, Claim
from judge.store.versions import State, Version
from tests.packages import loaded

REPORT: dict[str, Any] = {"errors": [], "warnings": []}


@dataclass(kw_only=True)
class Desk:
    """A setter, a judgehost and a contest."""

    connection: Connection
    folder: Path
    user_id: int
    contest_id: int
    judgehost_id: int

    async def upload(self, answer: str = "11\n", *, goes_live: bool = True, contest: bool = False) -> int:
        """A version of the problem two-sums that waits to be verified."""
        package = loaded(self.folder / answer.strip(), {"data/secret/1.ans": answer})
        origin = Origin(by=self.user_id, package=b"zip", file_name="a.zip")
        version_id, _ = await problems.keep(self.connection, package, origin, is_complete=True)
        contest_id = self.contest_id if contest else None
        await verifications.ask(
            self.connection, version_id=version_id, by=self.user_id, contest_id=contest_id, goes_live=goes_live
        )
        return version_id

    async def claim(self) -> Claim | None:
        return await verifications.claim(self.connection, judgehost_id=self.judgehost_id, lease_s=30)

    async def surely_claim(self) -> Claim:
        claim = await self.claim()
        assert claim is not None
        return claim

    async def version(self, version_id: int) -> Version:
        return await versions.by_id(self.connection, "two-sums", version_id)

    async def run_out(self) -> None:
        """Have every lease be over."""
        await self.connection.execute(
            "UPDATE verifications SET lease_until = now() - interval '1 second' WHERE state = 'running'"
        )


@pytest_asyncio.fixture
async def desk(pool: Pool, tmp_path: Path) -> AsyncIterator[Desk]:
    async with pool.acquire() as connection:
        judgehost = "INSERT INTO judgehosts (name, slots, isolation) VALUES ('here', 1, 'local') RETURNING id"
        yield Desk(
            connection=connection,
            folder=tmp_path,
            user_id=await accounts.create(connection, login="s", name="S", password_hash=None, role=Role.SETTER),
            contest_id=await contests.ensure_contest(connection, name="spring", title="Spring"),
            judgehost_id=await connection.fetchval(judgehost),
        )


async def test_the_usual_way(desk: Desk) -> None:
    """It is taken once, and by its end the version goes live and joins the contest, in one step."""
    version_id = await desk.upload(contest=True)

    claim = await desk.surely_claim()
    assert (claim.version_id, claim.problem, claim.file_name) == (version_id, "two-sums", "a.zip")
    assert await desk.claim() is None
    assert (await desk.version(version_id)).state is State.RUNNING
    assert await verifications.finish(desk.connection, claim, outcome=State.EXPECTED, report=REPORT)

    version = await desk.version(version_id)
    assert (version.state, version.is_live) == (State.EXPECTED, True)
    assert [item.name for item in await contests.problems(desk.connection, desk.contest_id)] == ["two-sums"]
    assert await desk.claim() is None


@pytest.mark.parametrize("outcome", [State.UNEXPECTED, State.ERRORS])
async def test_not_as_expected(desk: Desk, outcome: State) -> None:
    """Then it does not go live by itself; somebody may make it live only where the package has no errors."""
    version_id = await desk.upload()

    assert not await verifications.finish(desk.connection, await desk.surely_claim(), outcome=outcome, report=REPORT)

    assert await versions.live(desk.connection, "two-sums") is None
    if outcome is State.ERRORS:
        with pytest.raises(UsageError, match="it has errors"):
            await versions.make_live(desk.connection, await desk.version(version_id), by=desk.user_id)
    else:
        await versions.make_live(desk.connection, await desk.version(version_id), by=desk.user_id)
        assert (await desk.version(version_id)).is_live


async def test_a_lost_lease_is_a_fence(desk: Desk) -> None:
    """Whoever was too slow can neither tell, renew nor finish any more; the next one can."""
    version_id = await desk.upload()
    slow = await desk.surely_claim()
    await desk.run_out()
    quick = await desk.surely_claim()

    assert quick.attempt == slow.attempt + 1
    await verifications.tell(desk.connection, quick, {"step": "quick"})
    await verifications.tell(desk.connection, slow, {"step": "slow"})
    assert await verifications.report_of(desk.connection, version_id) == {"step": "quick"}
    assert not await verifications.renew(desk.connection, slow, lease_s=30)
    assert await verifications.renew(desk.connection, quick, lease_s=30)
    await verifications.release(desk.connection, slow)
    with pytest.raises(LeaseLost):
        await verifications.finish(desk.connection, slow, outcome=State.EXPECTED, report=REPORT)
    assert (await desk.version(version_id)).state is State.RUNNING
    assert await verifications.finish(desk.connection, quick, outcome=State.EXPECTED, report=REPORT)


async def test_what_kills_its_host_is_given_up(desk: Desk) -> None:
    """After some losses it ends with an error that says so, and what was only given back never does."""
    version_id = await desk.upload()
    for _ in range(2 * MOST_LOSSES):
        await verifications.release(desk.connection, await desk.surely_claim())
    for _ in range(MOST_LOSSES):
        await desk.surely_claim()
        await desk.run_out()

    assert await desk.claim() is None
    assert (await desk.version(version_id)).state is State.ERRORS
    report = await verifications.report_of(desk.connection, version_id)
    assert "whatever verifies this package dies" in report["errors"][0]


async def test_a_judgehost_comes_back(desk: Desk) -> None:
    """What it held when it was killed can be taken at once, by anybody."""
    await desk.upload()
    first = await desk.surely_claim()

    assert await verifications.take_back(desk.connection, desk.judgehost_id) == 1

    assert (await desk.surely_claim()).attempt == first.attempt + 1


async def test_asked_again_while_running(desk: Desk) -> None:
    """The same package uploaded again is verified anew; what is under way counts no more."""
    version_id = await desk.upload()
    first = await desk.surely_claim()

    assert await desk.upload() == version_id

    with pytest.raises(LeaseLost):
        await verifications.finish(desk.connection, first, outcome=State.EXPECTED, report=REPORT)
    assert await verifications.finish(desk.connection, await desk.surely_claim(), outcome=State.EXPECTED, report=REPORT)


async def test_later_decisions_stand(desk: Desk) -> None:
    """A version does not replace one that somebody made live after it was asked for."""
    older = await desk.upload("11\n")
    await verifications.finish(desk.connection, await desk.surely_claim(), outcome=State.UNEXPECTED, report=REPORT)
    newer = await desk.upload("12\n")
    claim = await desk.surely_claim()
    await versions.make_live(desk.connection, await desk.version(older), by=desk.user_id)

    assert not await verifications.finish(desk.connection, claim, outcome=State.EXPECTED, report=REPORT)

    assert (await desk.version(older)).is_live
    await versions.make_live(desk.connection, await desk.version(newer), by=desk.user_id)
    assert (await desk.version(newer)).is_live


async def test_deciding_while_it_runs(desk: Desk) -> None:
    """Whether it goes live by itself can be changed until it has ended, and not afterwards."""
    version_id = await desk.upload(goes_live=False)
    decide = {"version_id": version_id, "by": desk.user_id}
    await verifications.decide(desk.connection, **decide, goes_live=True)
    await verifications.decide(desk.connection, **decide, goes_live=False)

    assert not await verifications.finish(
        desk.connection, await desk.surely_claim(), outcome=State.EXPECTED, report=REPORT
    )
    with pytest.raises(NotFound):
        await verifications.decide(desk.connection, **decide, goes_live=True)
    actions = await desk.connection.fetch("SELECT action FROM audit_log ORDER BY id")
    assert [row["action"] for row in actions] == ["confirm version", "hold version"]


async def test_odd_texts_are_kept(desk: Desk) -> None:
    """What programs print is kept in reports, less what the database cannot hold."""
    version_id = await desk.upload()
    claim = await desk.surely_claim()

    await verifications.tell(desk.connection, claim, {"step": "a\0b\ud800", "submissions": [{"message": "\0"}]})

    report = await verifications.report_of(desk.connection, version_id)
    assert report == {"step": "a\N{REPLACEMENT CHARACTER}b?", "submissions": [{"message": "\N{REPLACEMENT CHARACTER}"}]}


async def test_the_zip_of_a_completed_version_stays(desk: Desk) -> None:
    """What is uploaded again, lacking what was found out since, does not put its zip in the place of the whole one."""
    package = loaded(desk.folder / "package")
    lacking = Origin(by=desk.user_id, package=b"lacking", file_name="a.zip")
    version_id, _ = await problems.keep(desk.connection, package, lacking, is_complete=False)
    await problems.complete(desk.connection, version_id, package, b"whole")

    again = await problems.keep(desk.connection, package, lacking, is_complete=False)

    assert again == (version_id, False)
    assert await blobs.get(desk.connection, await versions.package_of(desk.connection, version_id)) == b"whole"
