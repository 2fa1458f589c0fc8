"""What tests of rejudging share: a contest with one problem, teams, and a judgehost that hands out verdicts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from judge.models import Compilation, Judged, Run
from judge.queueing import queue, rejudging
from judge.recipes.languages import pasted
from judge.store import accounts, contests, judgehosts, problems, submissions
from judge.store.accounts import Role
from judge.store.judgings import Claim
from judge.store.pool import Connection
from judge.store.rejudgings import Plan
from judge.store.selections import Selection
from judge.verdicts import Verdict
from problems.package import load

SAMPLES = Path(__file__).parents[1] / "problems" / "samples"


def judged(verdict: Verdict, *, cpu_us: int = 1000, score: float | None = None) -> Judged:
    """A judging of one run that decided it."""
    run = Run(testcase="sample/1", verdict=verdict, cpu_us=cpu_us, wall_us=cpu_us, memory_bytes=3)
    return Judged(
        verdict=verdict, compilation=Compilation(is_ok=verdict is not Verdict.CE), runs=(run,), score=score, message=""
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Court:
    """A contest, its problem, and whoever judges."""

    connection: Connection
    contest_id: int
    problem_id: int
    judgehost_id: int

    async def team(self, login: str) -> int:
        account = await accounts.by_login(self.connection, login)
        if account is not None:
            return account.id
        return await accounts.create(
            self.connection, login=login, name=login.title(), password_hash=None, role=Role.CONTESTANT
        )

    async def submit(self, login: str = "ada", *, language: str = "python3") -> int:
        return await queue.enqueue(
            self.connection,
            contest_id=self.contest_id,
            problem_id=self.problem_id,
            user_id=await self.team(login),
            source=pasted(language, b"print(1)\n"),
        )

    async def claim(self) -> Claim:
        claim = await queue.claim(self.connection, judgehost_id=self.judgehost_id, lease_s=30)
        assert claim is not None
        return claim

    async def judge(self, *verdicts: Verdict) -> None:
        """Give the first judgings in the queue these verdicts, one after the other."""
        for verdict in verdicts:
            await queue.complete(self.connection, await self.claim(), judged(verdict))

    async def submitted(self, *verdicts: Verdict, login: str = "ada") -> list[int]:
        """Submissions that have these verdicts."""
        made = []
        for verdict in verdicts:
            made.append(await self.submit(login))
            await self.judge(verdict)
        return made

    async def rejudged(self, *verdicts: Verdict, repeats: int = 1, **chosen: object) -> int:
        """A rejudging whose judgings got these verdicts so far."""
        plan = Plan(reason="a test", selection=Selection(**chosen), repeats=repeats)  # type: ignore[arg-type]
        rejudging_id = await rejudging.create(self.connection, plan, by=None)
        await self.judge(*verdicts)
        return rejudging_id

    async def verdict(self, submission_id: int) -> Verdict | None:
        return (await submissions.by_id(self.connection, submission_id)).verdict

    async def verdicts(self, submission_ids: list[int]) -> list[Verdict | None]:
        return [await self.verdict(submission_id) for submission_id in submission_ids]

    async def told(self, submission_id: int) -> list[str]:
        """The verdicts that live pages were told of, in order."""
        rows = await self.connection.fetch(
            "SELECT data FROM events WHERE submission_id = $1 AND kind = 'verdict' ORDER BY id", submission_id
        )
        return [row["data"]["verdict"] for row in rows]


async def court(connection: Connection) -> Court:
    """An empty contest."""
    contest_id = await contests.ensure_contest(connection, name="test", title="Test")
    version_id = await problems.publish(connection, load(SAMPLES / "hello-sum"))
    problem_id = await problems.problem_of(connection, version_id)
    await contests.add_problem(connection, contest_id=contest_id, problem_id=problem_id)
    judgehost_id = await judgehosts.register(connection, name="host", slots=1, isolation="local")
    return Court(connection=connection, contest_id=contest_id, problem_id=problem_id, judgehost_id=judgehost_id)
