"""Canaries on a real host with real cells: a sound host is known as such, and one that judges wrongly is locked."""

from __future__ import annotations

import asyncio
import dataclasses
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from judge.config import Isolation, Settings
from judge.hosts import host, patrol
from judge.hosts.canaries import CANARIES, Aviary
from judge.hosts.patrol import Patrol
from judge.incidents import Incident, IncidentKind
from judge.pipeline.ahead import Borrower
from judge.pipeline.judging import PackageData
from judge.pipeline.room import Bench
from judge.queueing import queue
from judge.recipes.languages import pasted
from judge.store import accounts, canaries, contests, judgehosts, problems
from judge.store.accounts import Role
from judge.store.canaries import LEARNING_ROUNDS, Outcome
from judge.store.pool import Connection, Pool
from problems.package import load
from sandbox.local import LocalMaker
from sandbox.pool import CellPool, Slot

pytestmark = pytest.mark.timeout(60)

SAMPLES = Path(__file__).parents[2] / "problems" / "samples"
C = CANARIES[0]
#: As if the host did not see that programs crash.
BLIND = dataclasses.replace(C, text=C.text.replace("abort();", "return 0;").replace("return 3;", "return 0;"))


class Ward:
    """A judgehost in the database, with its canaries."""

    def __init__(self, pool: Pool, connection: Connection, host_id: int, cells: CellPool, aviary: Aviary) -> None:
        self.connection = connection
        self.host_id = host_id
        self.slot = cells.slots[0]
        self.aviary = aviary
        self.patrol = Patrol(pool=pool, aviary=aviary, judgehost_id=host_id, interval_s=600)
        self.incidents: list[Incident] = []
        self.patrol.on_incident = lambda incident, _: self.incidents.append(incident)

    async def outcomes(self) -> list[Outcome]:
        """Of all rounds, the first first."""
        found = await canaries.rounds(self.connection, self.host_id, limit=20)
        return [one.outcome for one in found][::-1]

    async def judged(self) -> None:
        """Have this host claim two submissions and find a verdict for one of them."""
        contest_id = await contests.ensure_contest(self.connection, name="test", title="Test")
        version_id = await problems.publish(self.connection, load(SAMPLES / "hello-sum"))
        problem_id = await problems.problem_of(self.connection, version_id)
        await contests.add_problem(self.connection, contest_id=contest_id, problem_id=problem_id)
        user_id = await accounts.create(self.connection, login="a", name="a", password_hash=None, role=Role.CONTESTANT)
        ids: dict[str, Any] = {"contest_id": contest_id, "problem_id": problem_id, "user_id": user_id}
        for _ in range(2):
            await queue.enqueue(self.connection, **ids, source=pasted("python3", b"print(1)\n"))
            claim = await queue.claim(self.connection, judgehost_id=self.host_id, lease_s=600)
            assert claim is not None
        await self.connection.execute(
            "UPDATE judgings SET state = 'done', lease_until = NULL, verdict = 'AC', finished_at = now()"
            " WHERE id = (SELECT min(id) FROM judgings)"
        )


@pytest_asyncio.fixture
async def ward(pool: Pool, short_tmp: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Ward]:
    """One slot at level ``local``, and the canary in C alone."""
    monkeypatch.setattr(patrol, "DOUBT_S", 0.0)
    folder = short_tmp / "ward"
    folder.mkdir(exist_ok=True)
    cells = CellPool(LocalMaker(cells_dir=folder), [Slot(index=0, core=max(os.sched_getaffinity(0)))], keeps_warm=False)
    settings = Settings(isolation=Isolation.LOCAL, data_dir=tmp_path)
    programs = host.open_programs(settings, await host.image_names(settings))
    aviary = Aviary(Bench(pool=cells, programs=programs, data=PackageData({})), tmp_path / "canaries", Isolation.LOCAL)
    aviary.canaries = aviary.canaries[:1]
    async with pool.acquire() as connection:
        host_id = await judgehosts.register(connection, name="host", slots=1, isolation="local")
        yield Ward(pool, connection, host_id, cells, aviary)
    await cells.close()


async def test_a_sound_host_is_good_and_learns_its_time(ward: Ward) -> None:
    """Every canary gets what it has to, and the time of its work becomes what later rounds are compared with."""
    assert await ward.patrol.first(ward.slot) is None

    [one] = await canaries.rounds(ward.connection, ward.host_id, limit=9)
    assert one.outcome in (Outcome.GOOD, Outcome.UNDECIDED)
    assert one.began_at < one.ended_at
    known = await canaries.baselines(ward.connection, ward.host_id)
    assert [baseline.work_us for baseline in known.values()] == (
        [one.figures["c"]["work_us"]] if one.outcome is Outcome.GOOD else []
    )
    assert ward.incidents == []


async def test_two_rounds_that_find_something_lock_the_host(ward: Ward) -> None:
    """A host that does not see crashes is locked, what it holds is queued again, and what it judged is judged again."""
    await ward.judged()
    ward.aviary.canaries = (BLIND,)

    why = await ward.patrol.first(ward.slot)

    assert why == "c: crash has to be RTE, was WA; c: refuse has to be RTE, was WA"
    assert await ward.outcomes() == [Outcome.DOUBTFUL, Outcome.FAILED]
    assert await judgehosts.locked(ward.connection, ward.host_id) == why
    assert [(incident.kind, incident.detail) for incident in ward.incidents] == [(IncidentKind.CANARY_FAILED, why)]
    states = await ward.connection.fetch("SELECT state::text, losses FROM judgings WHERE is_current ORDER BY id")
    assert [tuple(row) for row in states] == [("done", 0), ("queued", 0)]
    assert await queue.claim(ward.connection, judgehost_id=ward.host_id, lease_s=30) is None
    [made] = await ward.connection.fetch("SELECT id, reason, state::text FROM rejudgings")
    assert (made["reason"], made["state"]) == (f"canary failed on host: {why}", "open")
    [again] = await ward.connection.fetch("SELECT * FROM judgings WHERE rejudging_id = $1", made["id"])
    assert again["submission_id"] == await ward.connection.fetchval("SELECT min(id) FROM submissions")
    assert not again["is_current"]
    assert (await canaries.rounds(ward.connection, ward.host_id, limit=1))[0].rejudging_id == made["id"]

    await canaries.learn(ward.connection, judgehost_id=ward.host_id, yardstick="c", work_us=1)
    await judgehosts.enable(ward.connection, judgehost_id=ward.host_id, by=None)
    assert await canaries.baselines(ward.connection, ward.host_id) == {}
    assert await queue.claim(ward.connection, judgehost_id=ward.host_id, lease_s=30) is not None


async def test_a_commit_whose_answer_is_lost_counts_once(ward: Ward, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the connection is lost over the commit of a round, the round is neither lost nor written down twice."""
    await ward.judged()
    ward.aviary.canaries = (BLIND,)
    conclude = ward.patrol._conclude
    calls = 0

    async def lose_the_answer(*arguments: Any) -> None:
        nonlocal calls
        calls += 1
        await conclude(*arguments)
        if calls % 2:
            raise ConnectionResetError("the answer was on its way")

    monkeypatch.setattr(ward.patrol, "_conclude", lose_the_answer)

    assert await ward.patrol.first(ward.slot) is not None

    assert calls == 4
    assert await ward.outcomes() == [Outcome.DOUBTFUL, Outcome.FAILED]
    assert await ward.connection.fetchval("SELECT count(*) FROM rejudgings") == 1


async def test_only_what_was_judged_since_the_last_good_round(ward: Ward) -> None:
    """What a host judged before it was last known to be well stays as it is."""
    await ward.judged()
    now = await canaries.ago(ward.connection, 0)
    await canaries.record(
        ward.connection, judgehost_id=ward.host_id, began_at=now, outcome=Outcome.GOOD, detail="", figures={}
    )
    ward.aviary.canaries = (BLIND,)

    assert await ward.patrol.first(ward.slot) is not None

    assert await judgehosts.locked(ward.connection, ward.host_id) is not None
    assert await ward.connection.fetchval("SELECT count(*) FROM rejudgings") == 0


async def test_one_round_is_a_doubt_and_no_more(ward: Ward) -> None:
    """What is found once and not again has no consequence but its line in the history."""
    sound = ward.aviary.canaries
    ward.aviary.canaries = (BLIND,)
    await ward.patrol._round(ward.aviary.canaries, ward.slot)
    ward.aviary.canaries = sound
    await ward.patrol._round(sound, ward.slot)

    first, second = await ward.outcomes()
    assert first is Outcome.DOUBTFUL and second in (Outcome.GOOD, Outcome.UNDECIDED)
    assert await judgehosts.locked(ward.connection, ward.host_id) is None
    assert ward.incidents == []


async def test_a_baseline_stays_once_it_is_learnt(ward: Ward) -> None:
    """The least of the first rounds counts, and no later one moves it: slow drifts add up to one that is seen."""
    for work_us in [*range(100 + LEARNING_ROUNDS, 100, -1), 50]:
        await canaries.learn(ward.connection, judgehost_id=ward.host_id, yardstick="c", work_us=work_us)

    [known] = (await canaries.baselines(ward.connection, ward.host_id)).values()
    assert (known.work_us, known.is_learnt) == (101, True)


class Lender:
    """Notes what it is asked to lend."""

    def __init__(self) -> None:
        self.lent: list[bool] = []

    def has_idle(self) -> bool:
        return True

    def lend(self, work: Borrower, *, is_kept: bool = False) -> None:
        assert callable(work)
        self.lent.append(is_kept)


@pytest.mark.parametrize(
    ("overdue_s", "is_quiet", "lent"),
    [(-1.0, True, []), (1.0, False, []), (1.0, True, [False]), (601.0, False, [True])],
)
async def test_when_a_slot_is_taken(ward: Ward, overdue_s: float, is_quiet: bool, lent: list[bool]) -> None:
    """Canaries wait for an idle slot, which a claim may take back, for one interval more; then they keep one."""
    ward.patrol._due_at = asyncio.get_running_loop().time() - overdue_s
    lender = Lender()

    kept = ward.patrol.patrol(lender, is_quiet=is_quiet)  # type: ignore[arg-type]

    assert lender.lent == lent and kept == any(lent)
    # One round at a time.
    assert not ward.patrol.patrol(lender, is_quiet=True) or not lent  # type: ignore[arg-type]
    assert len(lender.lent) <= 1


async def test_disabling_and_enabling(ward: Ward) -> None:
    """A disabled host claims nothing and ends what it has; the audit log tells who did what, and why."""
    await ward.judged()
    await judgehosts.disable(ward.connection, judgehost_id=ward.host_id, reason="new fan", by=None)
    await queue.give_back(ward.connection, judgehost_id=ward.host_id)
    assert await queue.claim(ward.connection, judgehost_id=ward.host_id, lease_s=30) is None

    await judgehosts.enable(ward.connection, judgehost_id=ward.host_id, by=None)
    assert await queue.claim(ward.connection, judgehost_id=ward.host_id, lease_s=30) is not None
    log = await ward.connection.fetch("SELECT action, data ->> 'reason' FROM audit_log ORDER BY id")
    assert [tuple(row) for row in log] == [("disable judgehost", "new fan"), ("enable judgehost", None)]
