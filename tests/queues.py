"""What tests of the queue share: a contest with a problem and a judgehost, driven by the queue's own verbs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from judge.queueing import queue
from judge.recipes.languages import pasted
from judge.store import accounts, contests, judgehosts, problems
from judge.store.accounts import Role
from judge.store.judgings import Claim
from judge.store.pool import Connection
from judge.verdicts import Verdict
from problems.package import load

SAMPLES = Path(__file__).parents[1] / "problems" / "samples"
LEASE_S = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Contest:
    """A contest without an end, with one problem and one judgehost."""

    connection: Connection
    contest_id: int
    problem_id: int
    judgehost_id: int

    @staticmethod
    async def make(connection: Connection) -> Contest:
        contest_id = await contests.ensure_contest(connection, name="test", title="Test")
        version_id = await problems.publish(connection, load(SAMPLES / "hello-sum"))
        problem_id = await problems.problem_of(connection, version_id)
        await contests.add_problem(connection, contest_id=contest_id, problem_id=problem_id)
        judgehost_id = await judgehosts.register(connection, name="host", slots=1, isolation="local")
        return Contest(connection=connection, contest_id=contest_id, problem_id=problem_id, judgehost_id=judgehost_id)

    async def another(self, name: str) -> Contest:
        """A second contest with the same problem."""
        contest_id = await contests.ensure_contest(self.connection, name=name, title=name)
        await contests.add_problem(self.connection, contest_id=contest_id, problem_id=self.problem_id)
        return replace(self, contest_id=contest_id)

    async def team(self, login: str) -> int:
        return await accounts.create(self.connection, login=login, name=login, password_hash=None, role=Role.CONTESTANT)

    async def submit(
        self, user_id: int, *, expected: tuple[Verdict, ...] | None = None, language: str = "python3"
    ) -> int:
        return await queue.enqueue(
            self.connection,
            contest_id=self.contest_id,
            problem_id=self.problem_id,
            user_id=user_id,
            source=pasted(language, b"print(1)\n"),
            expected=expected,
        )

    async def claim(self, *, lease_s: float = LEASE_S) -> Claim | None:
        return await queue.claim(self.connection, judgehost_id=self.judgehost_id, lease_s=lease_s)

    async def surely_claim(self, *, lease_s: float = LEASE_S) -> Claim:
        claim = await self.claim(lease_s=lease_s)
        assert claim is not None
        return claim

    async def order(self, count: int) -> list[int]:
        """The submissions of the next claims."""
        return [(await self.surely_claim()).submission_id for _ in range(count)]

    async def run_out(self, claim: Claim) -> None:
        """Let the claim's lease run out now."""
        await self.connection.execute(
            "UPDATE judgings SET lease_until = now() - interval '1 second' WHERE id = $1", claim.judging_id
        )

    async def state(self, claim: Claim) -> tuple[str, str | None]:
        row = await self.connection.fetchrow("SELECT state, verdict FROM judgings WHERE id = $1", claim.judging_id)
        assert row is not None
        return row["state"], row["verdict"]
