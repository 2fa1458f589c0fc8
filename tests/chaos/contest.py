"""What is judged in the storm: programs whose verdicts are known, submitted as fast as they are judged."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from judge.queueing import queue
from judge.recipes.languages import pasted
from judge.store import accounts, contests, problems
from judge.store.accounts import Role
from judge.store.pool import DISCONNECTED, Connection, Pool
from judge.verdicts import Verdict
from problems.package import load
from tests import packages

LANGUAGE = "python3"
#: How many test cases there are; the wrong answer is to the last.
TESTS = 6
_LAST = "4 4\n"
_READ = "a, b = map(int, input().split())\n"
#: Some work, so that judgings last long enough to be hit.
_WORK = "for _ in range(400_000): pass\n"

PROGRAMS: Mapping[Verdict, str] = MappingProxyType(
    {
        Verdict.AC: f"{_READ}{_WORK}print(a + b)\n",
        Verdict.WA: f"{_READ}{_WORK}print(9 if a == b == 4 else a + b)\n",
        Verdict.RTE: f"{_READ}print(a + b)\nraise SystemExit(a == b == 4)\n",
        Verdict.TLE: f"{_READ}print(a + b)\nwhile a == b == 4: pass\n",
        Verdict.MLE: f"{_READ}print(a + b)\nif a == b == 4: x = b'x' * 2**30\n",
        Verdict.OLE: f"{_READ}print(a + b)\nwhile a == b == 4: print('x' * 10_000)\n",
        Verdict.CE: "print(\n",
    }
)
_WEIGHTS = dict(zip(PROGRAMS, (10, 4, 2, 1, 1, 1, 2), strict=True))

_USERS = 4
_WAITING = 8
_LOOK_S = 0.1


class Contest:
    """A contest with one problem, and contestants who never sleep."""

    def __init__(self, pool: Pool, seed: int) -> None:
        self._pool = pool
        self._random = random.Random(seed)
        self._contest_id = 0
        self._problem_id = 0
        self._users: list[int] = []
        self.submitted = 0

    async def prepare(self, folder: Path) -> None:
        """Make the contest in an empty database."""
        data = {f"data/secret/{number}.in": f"{number} {number + 1}\n" for number in range(1, TESTS - 1)}
        data |= {f"data/secret/{number}.ans": f"{2 * number + 1}\n" for number in range(1, TESTS - 1)}
        data |= {f"data/secret/{TESTS - 1}.in": _LAST, f"data/secret/{TESTS - 1}.ans": "8\n"}
        limits = "name: Two Sums\nlimits:\n  time_limit: 1.0\n  memory: 128\n  output: 1\n"
        package = load(packages.write(folder, {**data, "problem.yaml": limits}))
        async with self._pool.acquire() as connection:
            self._contest_id = await contests.ensure_contest(connection, name="storm", title="Storm")
            version_id = await problems.publish(connection, package)
            self._problem_id = await problems.problem_of(connection, version_id)
            await contests.add_problem(connection, contest_id=self._contest_id, problem_id=self._problem_id)
            for number in range(_USERS):
                login = f"user{number}"
                made = accounts.create(connection, login=login, name=login, password_hash=None, role=Role.CONTESTANT)
                self._users.append(await made)

    async def submit(self) -> None:
        """Submit one program, drawn at random."""
        (verdict,) = self._random.choices(list(_WEIGHTS), weights=list(_WEIGHTS.values()))
        # The first line makes each another program, and says what it has to get.
        content = f"# {verdict.value} {self._random.getrandbits(64)}\n{PROGRAMS[verdict]}"
        async with self._pool.acquire() as connection:
            await queue.enqueue(
                connection,
                contest_id=self._contest_id,
                problem_id=self._problem_id,
                user_id=self._random.choice(self._users),
                source=pasted(LANGUAGE, content.encode()),
            )
        self.submitted += 1

    async def keep_submitting(self) -> None:
        """Have some programs waiting at any time, until cancelled."""
        while True:
            try:
                async with self._pool.acquire() as connection:
                    waiting: int = await connection.fetchval("SELECT count(*) FROM judgings WHERE state = 'queued'")
                for _ in range(waiting, _WAITING):
                    await self.submit()
            except DISCONNECTED:
                # The storm restarts the server. A submission whose commit was not heard of is judged all the same.
                pass
            await asyncio.sleep(_LOOK_S)


async def expected(connection: Connection) -> dict[int, str]:
    """By submission, the verdict that its program has to get."""
    rows = await connection.fetch(
        "SELECT submission_id, content FROM submission_files JOIN blobs USING (sha256) WHERE ordinal = 0"
    )
    return {row["submission_id"]: row["content"].split(maxsplit=2)[1].decode() for row in rows}
