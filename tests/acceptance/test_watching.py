"""The daemon as a process on a host that is not as it should be."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from judge.store import accounts, judgehosts
from judge.store.accounts import Role
from sandbox import local
from sandbox.users import Users
from tests.processes import Queue, daemon

pytestmark = [
    pytest.mark.asyncio,
    pytest.mark.timeout(180),
    pytest.mark.skipif(os.geteuid() != 0, reason="only root can start a process as another user"),
]


@pytest_asyncio.fixture
async def stray() -> AsyncIterator[asyncio.subprocess.Process]:
    """A process with a cell's user, in no cell."""
    user = Users(local.USERS).reserve()
    process = await asyncio.create_subprocess_exec("setpriv", f"--reuid={user.uid}", "--clear-groups", "sleep", "600")
    yield process
    if process.returncode is None:
        process.kill()
    await process.wait()
    user.release()


async def test_a_host_with_a_stray_process_takes_no_work(
    filled: Queue, dsn: str, short_tmp: Path, stray: asyncio.subprocess.Process
) -> None:
    """The daemon sees it, locks the host and claims nothing; once an admin unlocks it, everything is judged.

    Canaries are judged before anything else.
    """
    async with daemon(dsn, short_tmp / "locked", "local", JUDGE_CANARY_MINUTES="10") as process:

        async def is_told_of() -> bool:
            text = f"process {stray.pid} (sleep)%"
            statement = "SELECT count(*) > 0 FROM security_events WHERE kind = 'stray-process' AND detail LIKE $1"
            return bool(await filled.connection.fetchval(statement, text))

        await filled.until(is_told_of)
        [host] = await judgehosts.every(filled.connection)
        assert host.is_locked
        assert await filled.count("state <> 'queued'") == 0

        stray.kill()
        await stray.wait()
        user_id = await accounts.create(
            filled.connection, login="root", name="root", password_hash=None, role=Role.ADMIN
        )
        await judgehosts.enable(filled.connection, judgehost_id=host.id, by=user_id)
        await filled.until_done()
        first = "SELECT (SELECT min(ended_at) FROM canaries) < (SELECT min(claimed_at) FROM judgings)"
        assert await filled.connection.fetchval(first)
        process.terminate()
        assert await process.wait() == 0
