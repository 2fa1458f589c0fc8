"""The judge's own processes, and a queue that gives them something to judge."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import time
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from pathlib import Path
from typing import IO, Any

from judge.queueing import queue
from judge.recipes.languages import pasted
from judge.store import accounts, contests, problems, tryouts
from judge.store.accounts import Role
from judge.store.pool import Connection
from judge.verdicts import Verdict
from problems.package import load

SAMPLES = Path(__file__).parents[1] / "problems" / "samples"
#: About 0.1 s for each of eleven tests: long enough to be disturbed in the middle.
RIGHT = b"import time\nfor _ in range(10**6): pass\nprint(sum(map(int, open(0).read().split()[1:])))\n"
WRONG = b"print('nonsense')\n"
_DEADLINE_S = 60.0


@contextlib.asynccontextmanager
async def process(
    command: str, dsn: str, data_dir: Path, settings: Mapping[str, str], *, stderr: IO[bytes] | None = None
) -> AsyncIterator[Process]:
    """`judge COMMAND`, killed at the end if it is alive; it judges no canaries if the settings do not say so."""
    environment = {
        **os.environ,
        "JUDGE_DATABASE_URL": dsn,
        "JUDGE_DATA_DIR": str(data_dir),
        "JUDGE_CANARY_MINUTES": "0",
        **settings,
    }
    started = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "judge", command, env=environment, stderr=stderr
    )
    try:
        yield started
    finally:
        with contextlib.suppress(ProcessLookupError):
            started.kill()
        await started.wait()


def daemon(dsn: str, data_dir: Path, level: str, **settings: str) -> contextlib.AbstractAsyncContextManager[Process]:
    """A daemon that judges by itself."""
    return process("daemon", dsn, data_dir, {"JUDGE_ISOLATION": level, "JUDGE_LEASE_S": "3", **settings})


async def prepared(connection: Connection) -> dict[str, int]:
    """The ids of a contest, of a sample problem that is in it, and of somebody who takes part."""
    contest_id = await contests.ensure_contest(connection, name="test", title="Test")
    version_id = await problems.publish(connection, load(SAMPLES / "hello-sum"))
    problem_id = await problems.problem_of(connection, version_id)
    await contests.add_problem(connection, contest_id=contest_id, problem_id=problem_id)
    user_id = await accounts.create(connection, login="a", name="a", password_hash=None, role=Role.CONTESTANT)
    return {"contest_id": contest_id, "problem_id": problem_id, "user_id": user_id}


class Queue:
    """Submissions of one contestant to one problem, and what became of them."""

    def __init__(self, connection: Connection, ids: dict[str, int]) -> None:
        self.connection = connection
        self._ids: dict[str, Any] = ids
        #: By submission.
        self.expected: dict[int, Verdict] = {}

    async def submit(self, content: bytes, verdict: Verdict, *, count: int = 1, is_jurys: bool = False) -> None:
        """Queue so many submissions, no two of them the same."""
        for _ in range(count):
            submission_id = await queue.enqueue(
                self.connection,
                **self._ids,
                source=pasted("python3", content + f"# {len(self.expected)}\n".encode()),
                expected=[verdict] if is_jurys else None,
            )
            self.expected[submission_id] = verdict

    async def try_out(self, content: bytes, given: bytes = b"") -> int:
        """Ask for a run on that input; its id."""
        return await tryouts.ask(
            self.connection,
            contest_id=self._ids["contest_id"],
            problem_version_id=await problems.live_version(self.connection, self._ids["problem_id"]),
            user_id=self._ids["user_id"],
            source=pasted("python3", content),
            given=given,
        )

    async def verdicts(self) -> dict[int, str]:
        rows = await self.connection.fetch("SELECT submission_id, verdict FROM judgings WHERE state = 'done'")
        return {row["submission_id"]: row["verdict"] for row in rows}

    async def count(self, condition: str) -> int:
        """Judgings of which that is so."""
        count: int = await self.connection.fetchval(f"SELECT count(*) FROM judgings WHERE {condition}")
        return count

    async def until(self, holds: Callable[[], Awaitable[object]], *, within_s: float = _DEADLINE_S) -> None:
        """Look again and again until the condition holds."""
        deadline = time.monotonic() + within_s
        while not await holds():
            assert time.monotonic() < deadline, await self.said()
            await asyncio.sleep(0.005)

    async def until_true(self, statement: str, *, within_s: float = _DEADLINE_S) -> None:
        await self.until(lambda: self.connection.fetchval(statement), within_s=within_s)

    async def until_done(self) -> None:
        """Wait until all that was submitted has a verdict."""
        await self.until_true(f"SELECT count(*) = {len(self.expected)} FROM judgings WHERE state = 'done'")

    async def said(self) -> str:
        """What there is to know when something did not happen."""
        rows = await self.connection.fetch("SELECT id, state, attempt, losses, judgehost_id, sent_at FROM judgings")
        hosts = await self.connection.fetch("SELECT id, name, open_slots, unfit, last_seen_at FROM judgehosts")
        return f"{rows}\n{hosts}"
