"""A whole judge for a bench: database, daemon and web server of its own, gone afterwards."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import shutil
import socket
import sys
import tempfile
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from judge.config import Settings
from judge.database.embedded import embedded
from judge.database.migrating import migrate
from judge.errors import JudgeError
from judge.models import Source
from judge.queueing import queue
from judge.recipes.languages import pasted
from judge.store import accounts, contests, problems
from judge.store.accounts import Role
from judge.store.pool import Connection, connect
from problems.package import load

PACKAGE = Path(__file__).parents[2] / "problems" / "samples" / "hello-sum"
#: Reads its input as the problem gives it, and is right.
PROGRAM = b"n = int(input())\nprint(sum(map(int, input().split())))\n"
_DEADLINE_S = 60.0
_POLL_S = 0.005


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """What a bench may use."""

    connection: Connection
    contest_id: int
    problem_id: int
    port: int
    dsn: str
    #: By command.
    pids: Mapping[str, int]

    async def user(self, login: str, password_hash: str | None = None) -> int:
        return await accounts.create(
            self.connection, login=login, name=login, password_hash=password_hash, role=Role.CONTESTANT
        )

    async def submit(self, user_id: int, source: Source | None = None, *, on: Connection | None = None) -> int:
        """Queue a submission: by default a right one that nobody made before, and on the stage's own connection."""
        source = source or pasted("python3", PROGRAM + f"# {secrets.token_hex(8)}\n".encode())
        return await queue.enqueue(
            on or self.connection,
            contest_id=self.contest_id,
            problem_id=self.problem_id,
            user_id=user_id,
            source=source,
        )

    async def until_judged(self, submission_id: int) -> str:
        """Wait for the verdict.

        Raises:
            JudgeError: it takes too long.
        """
        statement = "SELECT verdict FROM judgings WHERE submission_id = $1 AND state = 'done'"
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_DEADLINE_S):
                while (verdict := await self.connection.fetchval(statement, submission_id)) is None:
                    await asyncio.sleep(_POLL_S)
                return str(verdict)
        raise JudgeError(f"submission {submission_id} was not judged within {_DEADLINE_S:.0f} s")


@contextlib.asynccontextmanager
async def stage(
    settings: Settings,
    *,
    package: Path = PACKAGE,
    commands: Sequence[str] = ("daemon", "web"),
    environment: Mapping[str, str] | None = None,
) -> AsyncIterator[Stage]:
    """A judge at the settings' isolation level, with one problem in a contest, idle and ready.

    Args:
        settings: where the isolation level and the number of slots come from.
        package: the problem's; what it asks for, ``PROGRAM`` has to print.
        commands: of the processes that make up the judge.
        environment: more for these.
    """
    folder = Path(tempfile.mkdtemp(prefix="judge-bench-"))
    folder.chmod(0o711)
    port = free_port()
    async with contextlib.AsyncExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        dsn = await stack.enter_async_context(embedded(folder))
        await migrate(dsn)
        variables = os.environ | {
            "JUDGE_BROKER_URL": "",
            "JUDGE_SLOTS": str(settings.slot_count),
            "JUDGE_DATABASE_URL": dsn,
            "JUDGE_DATA_DIR": str(folder),
            "JUDGE_ISOLATION": settings.isolation.value,
            "JUDGE_WEB_PORT": str(port),
            **(environment or {}),
        }
        connection = await stack.enter_async_context(connect(dsn))
        contest_id = await contests.ensure_contest(connection, name="bench", title="Bench")
        problem_id = await problems.problem_of(connection, await problems.publish(connection, load(package)))
        await contests.add_problem(connection, contest_id=contest_id, problem_id=problem_id)
        children = {name: await stack.enter_async_context(_child(name, variables, folder)) for name in commands}
        made = Stage(
            connection=connection,
            contest_id=contest_id,
            problem_id=problem_id,
            port=port,
            dsn=dsn,
            pids={name: child.pid for name, child in children.items()},
        )
        if set(commands) - {"web"}:
            # The first judging warms what a running judge has warm.
            await made.until_judged(await made.submit(await made.user("first")))
        yield made


@contextlib.asynccontextmanager
async def _child(name: str, environment: dict[str, str], folder: Path) -> AsyncIterator[Process]:
    with (folder / f"{name}.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            *("setpriv", "--pdeathsig", "TERM", "--", sys.executable, "-m", "judge", name),
            env=environment,
            stderr=log,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        try:
            async with asyncio.timeout(_DEADLINE_S):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()


def free_port() -> int:
    """A port of this host that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
