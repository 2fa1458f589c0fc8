"""The sample contest: published once, never over somebody's own version, and judged as expected."""

from __future__ import annotations

from pathlib import Path

from judge import samples
from judge.models import Compilation, Judged
from judge.queueing import queue
from judge.store import accounts, contests, judgehosts, jury, problems
from judge.store.accounts import Role
from judge.store.pool import Connection, Pool
from judge.store.problems import Origin
from judge.verdicts import Verdict
from problems.package import Package
from tests.packages import loaded

SUBMISSIONS = {"submissions/wrong_answer/zero.py": "print(0)\n"}


def package(folder: Path) -> Package:
    """A package with a right and a wrong submission."""
    return loaded(folder, SUBMISSIONS)


async def judge_all(connection: Connection, verdict: Verdict) -> int:
    """Give every queued judging that verdict; how many there were."""
    judgehost_id = await judgehosts.register(connection, name="here", slots=1, isolation="local")
    count = 0
    while claim := await queue.claim(connection, judgehost_id=judgehost_id, lease_s=60):
        await queue.complete(connection, claim, Judged(verdict=verdict, compilation=Compilation(is_ok=True)))
        count += 1
    return count


async def test_publishing_submits_the_jurys_submissions_once(pool: Pool, tmp_path: Path) -> None:
    """The second start publishes nothing new and submits nothing again, judged or not."""
    async with pool.acquire() as connection:
        first = await samples.publish(connection, [package(tmp_path)])
        again = await samples.publish(connection, [package(tmp_path)])
        assert first == again
        assert await connection.fetchval("SELECT array_agg(file_name) FROM problem_versions") == ["two-sums.zip"]
        assert await judge_all(connection, Verdict.AC) == 2

        await samples.publish(connection, [package(tmp_path)])
        assert await judge_all(connection, Verdict.AC) == 0


async def test_a_changed_package_is_submitted_to_again(pool: Pool, tmp_path: Path) -> None:
    """A new version has its own jury submissions, and only those are shown."""
    async with pool.acquire() as connection:
        contest_id = await samples.publish(connection, [package(tmp_path)])
        changed = loaded(tmp_path / "changed", SUBMISSIONS | {"data/secret/2.in": "1 1\n", "data/secret/2.ans": "2\n"})
        await samples.publish(connection, [changed])

        assert await judge_all(connection, Verdict.AC) == 4
        assert len(await jury.verdicts(connection, contest_id)) == 2


async def test_somebodys_own_version_is_left_alone(pool: Pool, tmp_path: Path) -> None:
    """A problem that somebody uploaded under a sample's name stays live as they made it."""
    async with pool.acquire() as connection:
        await samples.publish(connection, [package(tmp_path)])
        ann = await accounts.create(connection, login="ann", name="Ann", password_hash=None, role=Role.SETTER)
        own = loaded(tmp_path / "own", {"problem.yaml": "name: My Sums\nlimits:\n  time_limit: 3\n"})
        own_id = await problems.publish(connection, own, Origin(by=ann))

        await samples.publish(connection, [package(tmp_path)])

        problem_id = await problems.problem_of(connection, own_id)
        assert await problems.live_version(connection, problem_id) == own_id


async def test_verdicts_wait_for_the_last_one_and_tell_right_from_wrong(pool: Pool, tmp_path: Path) -> None:
    """What is shown is complete, and an unexpected verdict is seen as such."""
    async with pool.acquire() as connection:
        contest_id = await samples.publish(connection, [package(tmp_path)])
        assert [item.verdict for item in await jury.verdicts(connection, contest_id)] == [None, None]
        await judge_all(connection, Verdict.AC)

    found = await samples.verdicts(pool, contest_id, progress=lambda _judged, _total: None)
    assert {(item.file, item.expected, item.is_as_expected) for item in found} == {
        ("sum.py", (Verdict.AC,), True),
        ("zero.py", (Verdict.WA, Verdict.OLE), False),
    }


async def test_labels_are_given_in_order_and_never_twice(pool: Pool) -> None:
    """A problem keeps its label; the 27th is AA."""
    async with pool.acquire() as connection:
        contest_id = await contests.ensure_contest(connection, name="many", title="Many")
        rows = await connection.fetch("INSERT INTO problems (name) SELECT 'p' || generate_series(1, 28) RETURNING id")
        for row in [*rows, rows[3]]:
            await contests.add_problem(connection, contest_id=contest_id, problem_id=row["id"])
        rows = await connection.fetch("SELECT label FROM contest_problems ORDER BY problem_id")

    labels = [row["label"] for row in rows]
    assert labels[:4] == ["A", "B", "C", "D"]
    assert labels[25:] == ["Z", "AA", "AB"]


async def test_nobody_logs_in_as_the_jury(pool: Pool, tmp_path: Path) -> None:
    """The jury's account has no password."""
    async with pool.acquire() as connection:
        await samples.publish(connection, [package(tmp_path)])
        account = await accounts.by_login(connection, samples.JURY)

    assert account is not None
    assert account.password_hash is None
