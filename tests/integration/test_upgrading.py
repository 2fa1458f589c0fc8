"""Upgrading while the judge is in use: a migration waits for its tables without keeping anybody from them."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

import pytest
from alembic.config import Config

from judge.database import migrating, schema
from judge.errors import JudgeError
from judge.models import Compilation, Judged
from judge.queueing import queue
from judge.recipes.languages import pasted
from judge.store import accounts, contests, judgehosts, problems
from judge.store.accounts import Role
from judge.store.pool import DISCONNECTED, Pool, connect, open_pool
from judge.verdicts import Verdict
from problems.package import load

pytestmark = pytest.mark.timeout(120)

SAMPLES = Path(__file__).parents[2] / "problems" / "samples"
NEXT = """
from alembic import op

revision = "9999"
down_revision = "{head}"


def upgrade() -> None:
    op.execute("ALTER TABLE judgings ADD COLUMN tried_on text, ADD COLUMN certainty float8 NOT NULL DEFAULT 1")
    op.execute("ALTER TABLE judgehosts ADD COLUMN colour text NOT NULL DEFAULT 'green'")
    op.execute("CREATE INDEX judgings_certainty ON judgings (certainty) WHERE state = 'done'")
    op.execute("ALTER TABLE submissions ADD COLUMN note text")
"""


class Judge:
    """Submissions that come and are judged, one after the other, for as long as it runs."""

    def __init__(self, pool: Pool) -> None:
        self.pool = pool
        self.submissions: list[int] = []
        self.slowest_s = 0.0

    async def fill(self) -> None:
        async with self.pool.acquire() as connection:
            contest_id = await contests.ensure_contest(connection, name="test", title="Test")
            version_id = await problems.publish(connection, load(SAMPLES / "hello-sum"))
            problem_id = await problems.problem_of(connection, version_id)
            await contests.add_problem(connection, contest_id=contest_id, problem_id=problem_id)
            user_id = await accounts.create(connection, login="a", name="a", password_hash=None, role=Role.CONTESTANT)
            self._ids: dict[str, Any] = {"contest_id": contest_id, "problem_id": problem_id, "user_id": user_id}
            self._host_id = await judgehosts.register(connection, name="host", slots=1, isolation="local")

    async def work(self) -> None:
        """As web server and daemon do, who try again when a connection or a prepared statement is lost."""
        while True:
            begun = time.monotonic()
            try:
                async with self.pool.acquire() as connection:
                    number = len(self.submissions)
                    source = pasted("python3", b"print(%d)\n" % number)
                    self.submissions.append(await queue.enqueue(connection, **self._ids, source=source))
            except DISCONNECTED:
                continue
            claim = None
            while claim is None:
                try:
                    async with self.pool.acquire() as connection:
                        claim = claim or await queue.claim(connection, judgehost_id=self._host_id, lease_s=600)
                except DISCONNECTED:
                    continue
            judged = Judged(verdict=Verdict.AC, compilation=Compilation(is_ok=True))
            while True:
                try:
                    async with self.pool.acquire() as connection:
                        await queue.complete(connection, claim, judged)
                    break
                except DISCONNECTED:
                    continue
            self.slowest_s = max(self.slowest_s, time.monotonic() - begun)

    async def until_more(self, count: int) -> None:
        wanted = len(self.submissions) + count
        while len(self.submissions) < wanted:
            await asyncio.sleep(0.01)


async def test_migrating_under_load(dsn: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While somebody reads for long, the migration lets submissions pass; then it is made, and nothing is lost."""
    (tmp_path / "next.py").write_text(NEXT.format(head=schema.head()))
    ordinary = migrating._alembic_config

    def with_next() -> Config:
        config = ordinary()
        versions = Path(str(config.get_main_option("script_location"))) / "versions"
        config.set_main_option("path_separator", "os")
        config.set_main_option("version_locations", f"{versions}:{tmp_path}")
        return config

    monkeypatch.setattr(migrating, "_alembic_config", with_next)
    monkeypatch.setattr(migrating, "LOCK_TIMEOUT_S", 0.2)
    monkeypatch.setattr(migrating, "_LET_PASS_S", 0.3)
    async with open_pool(dsn) as pool, connect(dsn) as reader:
        judge = Judge(pool)
        await judge.fill()
        working = asyncio.create_task(judge.work())
        await judge.until_more(5)
        async with reader.transaction():
            await reader.fetch("SELECT count(*) FROM judgings")
            upgrade = asyncio.create_task(migrating.migrate(dsn))
            await judge.until_more(20)
            assert not upgrade.done()
        assert await upgrade == ["9999"]
        await judge.until_more(5)
        assert not working.done(), working.exception()
        working.cancel()
        with pytest.raises(asyncio.CancelledError):
            await working
        lost = await pool.fetchval(
            "SELECT count(*) FROM judgings WHERE submission_id <> $1 AND (state <> 'done' OR attempt <> 1)",
            judge.submissions[-1],
        )
        count = await pool.fetchval("SELECT count(*) FROM judgings WHERE certainty = 1")

    assert lost == 0
    assert count == len(judge.submissions)
    # One lock timeout, and room for a busy machine; the reader held the table for longer.
    assert judge.slowest_s < 10


async def test_a_table_that_is_never_free_is_a_clear_error(empty_dsn: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A migration that cannot have a table for long gives up, has changed nothing, and says what it waited for."""
    first = schema.REVISIONS[0]
    await migrating.migrate(empty_dsn, to=first)
    monkeypatch.setattr(migrating, "LOCK_TIMEOUT_S", 0.05)
    monkeypatch.setattr(migrating, "_LET_PASS_S", 0.05)
    monkeypatch.setattr(migrating, "MOST_WAITED_S", 0.5)
    async with connect(empty_dsn) as reader, reader.transaction():
        await reader.fetch("SELECT count(*) FROM judgehosts, judgings")
        with pytest.raises(JudgeError, match=r"in use: .*lock timeout"):
            await migrating.migrate(empty_dsn)
        assert await reader.fetchval("SELECT version_num FROM alembic_version") == first
