"""Backing up and restoring: whole, of one moment, while the judge is in use, and never half."""

from __future__ import annotations

import asyncio
import io
import os
import signal
import sys
from pathlib import Path
from typing import Any

import pytest

from judge.config import Settings
from judge.database import backup, migrating, schema
from judge.errors import JudgeError
from judge.models import Compilation, Judged, Run
from judge.queueing import queue
from judge.recipes.languages import pasted
from judge.store import accounts, contests, copying, judgehosts, problems
from judge.store.accounts import Role
from judge.store.pool import Connection, Pool, connect
from judge.verdicts import Verdict
from problems.package import load
from tests.integration.test_cli import judge

pytestmark = pytest.mark.timeout(180)

SAMPLES = Path(__file__).parents[2] / "problems" / "samples"
RUN = Run(testcase="sample/1", verdict=Verdict.AC, cpu_us=1, wall_us=2, memory_bytes=3, message="tab\t\\ \x01 é")

#: How many locks are held in a database, asked from another one: what is in use is not restored into.
LOCKS = (
    "SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database"
    " WHERE datname = $1 AND mode = 'AccessExclusiveLock'"
)


def _say(line: str) -> None:
    del line


async def _filled(connection: Connection) -> dict[str, Any]:
    """Something in as many tables as one judging fills; what another submission takes."""
    contest_id = await contests.ensure_contest(connection, name="test", title="Test")
    version_id = await problems.publish(connection, load(SAMPLES / "maze-walk"))
    problem_id = await problems.problem_of(connection, version_id)
    await contests.add_problem(connection, contest_id=contest_id, problem_id=problem_id)
    user_id = await accounts.create(connection, login="a", name="é\t\\N", password_hash=None, role=Role.ADMIN)
    ids: dict[str, Any] = {"contest_id": contest_id, "problem_id": problem_id, "user_id": user_id}
    await queue.enqueue(connection, **ids, source=pasted("python3", "print('é')\n".encode()))
    host_id = await judgehosts.register(connection, name="host", slots=1, isolation="local")
    claim = await queue.claim(connection, judgehost_id=host_id, lease_s=30)
    assert claim is not None
    await queue.complete(
        connection, claim, Judged(verdict=Verdict.AC, compilation=Compilation(is_ok=True), runs=(RUN,))
    )
    await queue.enqueue(connection, **ids, source=pasted("python3", b"print(2)\n"))
    return ids


async def _everything(dsn: str) -> dict[str, list[Any]]:
    """All rows of all tables, and where all sequences stand."""
    async with connect(dsn) as connection:
        found: dict[str, list[Any]] = {
            table.name: await connection.fetch(f"SELECT * FROM {table.name} AS row ORDER BY row::text")
            for table in await copying.tables(connection)
        }
        found["sequences"] = list(await copying.sequences(connection))
        found["constraints"] = await connection.fetch(
            "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), convalidated FROM pg_constraint"
            " WHERE connamespace = 'public'::regnamespace ORDER BY 1, 2"
        )
        found["triggers"] = await connection.fetch(
            "SELECT tgname, tgenabled::text FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1"
        )
    return found


async def _backed_up(dsn: str) -> io.BytesIO:
    file = io.BytesIO()
    await backup.write(dsn, Settings(slots=1), file, _say)
    file.seek(0)
    return file


async def test_everything_comes_back(pool: Pool, dsn: str, empty_dsn: str) -> None:
    """Every row of every table, every sequence, constraint and trigger is in the restored database as it was."""
    async with pool.acquire() as connection:
        ids = await _filled(connection)
    file = await _backed_up(dsn)
    before = await _everything(dsn)

    contents = await backup.restore(empty_dsn, file, _say, replaces=False)

    assert await _everything(empty_dsn) == before
    assert contents.rows["submissions"] == 2 and contents.rows["users"] == 1
    assert contents.settings["slots"] == 1 and "database_url" not in contents.settings
    await schema.check_migrated(empty_dsn)
    async with connect(empty_dsn) as connection:
        # What comes next has an id of its own.
        await queue.enqueue(connection, **ids, source=pasted("python3", b"print(3)\n"))


async def test_what_is_in_an_object_store_is_counted(pool: Pool, dsn: str, empty_dsn: str) -> None:
    """Blobs whose bytes are elsewhere are not in the file, which says how many those are; their names are."""
    await pool.execute("INSERT INTO blobs (sha256, size) VALUES (sha256('a'), 1), (sha256('b'), 1)")
    file = io.BytesIO()
    assert (await backup.write(dsn, Settings(), file, _say)).elsewhere == 2
    file.seek(0)

    assert (await backup.restore(empty_dsn, file, _say, replaces=False)).elsewhere == 2
    assert await _everything(empty_dsn) == await _everything(dsn)


async def test_it_is_of_one_moment(pool: Pool, dsn: str, empty_dsn: str) -> None:
    """Submissions that come while the backup is written are in it whole or not at all."""
    async with pool.acquire() as connection:
        ids = await _filled(connection)
        is_over = asyncio.Event()

        async def submit() -> int:
            count = 0
            while not is_over.is_set():
                await queue.enqueue(connection, **ids, source=pasted("python3", b"print(%d)\n" % count))
                count += 1
            return count

        submitting = asyncio.create_task(submit())
        while await pool.fetchval("SELECT count(*) FROM submissions") < 5:
            await asyncio.sleep(0.01)
        file = await _backed_up(dsn)
        is_over.set()
        assert await submitting > 5

    contents = await backup.restore(empty_dsn, file, _say, replaces=False)

    assert 5 <= contents.rows["submissions"] == contents.rows["judgings"] == contents.rows["submission_files"]


async def test_a_backup_of_an_older_release_is_upgraded(dsn: str, empty_dsn: str) -> None:
    """Rows of the first release are restored into its schema, which is then brought up to date."""
    first, *later = schema.REVISIONS
    assert await migrating.migrate(empty_dsn, to=first) == [first]
    file = io.BytesIO()
    async with connect(empty_dsn) as connection:
        await connection.execute("INSERT INTO users (login, name, role) VALUES ('old', 'old', 'admin')")
        await connection.execute("INSERT INTO judgehosts (name, slots, isolation) VALUES ('old', 1, 'local')")
        await backup.snapshot(connection, Settings(), file, _say)
    file.seek(0)

    contents = await backup.restore(dsn, file, _say, replaces=False)

    assert (contents.revision, list(contents.upgraded)) == (first, later)
    await schema.check_migrated(dsn)
    async with connect(dsn) as connection:
        assert [host.name for host in await judgehosts.every(connection)] == ["old"]


async def test_what_is_there_is_not_overwritten_unasked(pool: Pool, dsn: str) -> None:
    """A database that holds anything, or is in use, is left alone; told to replace, it is."""
    async with pool.acquire() as connection:
        await _filled(connection)
    file = await _backed_up(dsn)
    with pytest.raises(JudgeError, match="in use by"):
        await backup.restore(dsn, file, _say, replaces=True)
    await pool.close()
    before = await _everything(dsn)
    file.seek(0)
    with pytest.raises(JudgeError, match="not empty"):
        await backup.restore(dsn, file, _say, replaces=False)
    assert await _everything(dsn) == before

    file.seek(0)
    await backup.restore(dsn, file, _say, replaces=True)
    assert await _everything(dsn) == before


@pytest.mark.parametrize("damage", ["cut", "changed", "newer", "other format", "text"])
async def test_what_is_no_whole_backup_changes_nothing(pool: Pool, dsn: str, empty_dsn: str, damage: str) -> None:
    """A file that was cut off, changed, or comes from a newer program is refused, and nothing of it stays."""
    async with pool.acquire() as connection:
        await _filled(connection)
    good = (await _backed_up(dsn)).getvalue()
    head = schema.head()
    bad = {
        "cut": good[: good.index(b"end.json")],
        "changed": good.replace(b'"submissions": "', b'"submissions": "0', 1),
        "newer": good.replace(f'"revision": "{head}"'.encode(), b'"revision": "9999"', 1),
        "other format": good.replace(b'"format": 1', b'"format": 2', 1),
        "text": b"SELECT 1;\n" * 1000,
    }[damage]

    with pytest.raises(
        JudgeError, match="newer" if damage == "newer" else "format" if "format" in damage else "backup"
    ):
        await backup.restore(empty_dsn, io.BytesIO(bad), _say, replaces=False)

    async with connect(empty_dsn) as connection:
        assert await copying.tables(connection) == []


async def test_restoring_that_is_killed_leaves_nothing(pool: Pool, dsn: str, empty_dsn: str) -> None:
    """A restore that is killed in the middle leaves the database as it was, and can be tried again."""
    async with pool.acquire() as connection:
        await _filled(connection)
    good = (await _backed_up(dsn)).getvalue()
    environment = {**os.environ, "JUDGE_DATABASE_URL": empty_dsn}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "judge", "restore", "-"), stdin=asyncio.subprocess.PIPE, env=environment
    )
    assert process.stdin is not None
    # It waits for the rest, with most tables filled.
    process.stdin.write(good[: good.index(b"end.json")][:-2048])
    await process.stdin.drain()
    async with connect(empty_dsn) as connection:
        name = await connection.fetchval("SELECT current_database()")
    async with pool.acquire() as connection:
        # Each table that it has made is locked until the end.
        while await connection.fetchval(LOCKS, name) < 20:
            assert process.returncode is None
            await asyncio.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        await process.wait()
        while await connection.fetchval(LOCKS, name):
            await asyncio.sleep(0.01)
    async with connect(empty_dsn) as connection:
        assert await copying.tables(connection) == []

    await backup.restore(empty_dsn, io.BytesIO(good), _say, replaces=False)
    assert await _everything(empty_dsn) == await _everything(dsn)


async def test_the_commands(pool: Pool, dsn: str, empty_dsn: str, tmp_path: Path) -> None:
    """A backup is a file of its owner's only, there once it is whole; restoring tells what is different here."""
    async with pool.acquire() as connection:
        await _filled(connection)
    file = tmp_path / "judge.backup"

    done = judge("backup", str(file), JUDGE_DATABASE_URL=dsn, JUDGE_SLOTS="1")
    assert done.returncode == 0, done.stderr
    assert "submissions: 2 rows" in done.stderr
    assert file.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [file]
    failed = judge("backup", str(tmp_path / "nowhere" / "x"), JUDGE_DATABASE_URL=dsn)
    assert (failed.returncode, "cannot write" in failed.stderr) == (2, True)

    done = judge("restore", str(file), "--quiet", JUDGE_DATABASE_URL=empty_dsn)
    assert done.returncode == 0, done.stderr
    assert "setting slots was 1 there, and is None here" in done.stderr
    assert await _everything(empty_dsn) == await _everything(dsn)
