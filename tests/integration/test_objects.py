"""Blobs in a real object store beside a real database: nothing is lost, and nothing false is believed."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from judge.config import Settings
from judge.errors import BlobDamaged, NotFound, StoreUnreachable, UsageError
from judge.store import blobs, upkeep
from judge.store.objects import ObjectStore, open_store
from judge.store.pool import Pool, connect, open_pool
from judge.store.upkeep import Tally
from tests.objectstores import S3Server, s3_server

LARGE = b"large " * 20_000
SMALL = b"small"
#: More than goes in one request.
HUGE = bytes(range(256)) * 4 * 12_000


def _silent(tally: Tally) -> None:
    assert tally.count <= tally.total


@pytest_asyncio.fixture
async def server(tmp_path: Path) -> AsyncIterator[S3Server]:
    """A running S3 server."""
    async with s3_server(tmp_path / "s3") as server:
        yield server


@pytest_asyncio.fixture
async def both(dsn: str, server: S3Server) -> AsyncIterator[Pool]:
    """A database with that server beside it."""
    async with open_pool(dsn, objects=server.store) as pool:
        yield pool


@pytest.mark.parametrize("content", [LARGE, HUGE])
async def test_bulk_data_is_in_the_store_alone(both: Pool, server: S3Server, content: bytes) -> None:
    """What is large goes to the bucket under its digest, and comes back whole; Postgres has only the name."""
    async with both.acquire() as connection:
        blob = await blobs.put_bulk(connection, content)
        assert await blobs.put_bulk(connection, content) == blob

        assert server.file(blob.hex).read_bytes() == content
        assert await connection.fetchval("SELECT content IS NULL AND size = $1 FROM blobs", len(content))
        assert await blobs.get(connection, blob.sha256) == content
    assert await blobs.fetch(both, blob.sha256) == content


async def test_small_and_shown_data_needs_no_store(both: Pool, server: S3Server) -> None:
    """With the store gone what is small, and what pages show or contestants send, is kept and read as before."""
    async with both.acquire() as connection:
        moved = await blobs.put_bulk(connection, LARGE)
        assert await blobs.put(connection, LARGE) == moved
        await server.stop()

        small = await blobs.put_bulk(connection, SMALL)
        shown = await blobs.put(connection, HUGE)

        found = await blobs.get_all(connection, {small.sha256, shown.sha256, moved.sha256})
    assert found == {small.sha256: SMALL, shown.sha256: HUGE, moved.sha256: LARGE}


async def test_an_absent_store_is_told_from_an_absent_blob(both: Pool, server: S3Server, dsn: str) -> None:
    """A store that is down, or not set, may be back: nothing is kept without it, and nothing believed missing."""
    async with both.acquire() as connection:
        blob = await blobs.put_bulk(connection, LARGE)
        await server.stop()
        assert "object store s3://judge/blobs" in str(await blobs.trouble(both))
        with pytest.raises(StoreUnreachable, match="object store"):
            await blobs.get(connection, blob.sha256)
        with pytest.raises(StoreUnreachable):
            await blobs.put_bulk(connection, HUGE)
        assert await connection.fetchval("SELECT count(*) FROM blobs") == 1
        with pytest.raises(NotFound):
            await blobs.get(connection, bytes(32))

        await server.start()
        assert await blobs.get(connection, blob.sha256) == LARGE
    assert await blobs.trouble(both) is None
    async with connect(dsn) as connection:
        with pytest.raises(StoreUnreachable, match="set blob_store"):
            await blobs.get(connection, blob.sha256)


async def test_wrong_bytes_are_an_error(both: Pool, server: S3Server) -> None:
    """Bytes that do not match their name are never given out, and a lost object is named."""
    async with both.acquire() as connection:
        blob = await blobs.put_bulk(connection, LARGE)
        server.file(blob.hex).write_bytes(LARGE[:-1] + b"!")
        with pytest.raises(BlobDamaged, match="other bytes"):
            await blobs.get(connection, blob.sha256)
        await server.store.delete([blob.sha256])
        with pytest.raises(BlobDamaged, match=f"{blob.hex} is missing"):
            await blobs.get(connection, blob.sha256)


async def test_a_wrong_key_or_bucket_says_so(server: S3Server) -> None:
    """What an organiser mistyped is in the message, in one line."""
    for change, said in (
        ({"blob_store_secret_key": "wrong"}, "403"),
        ({"blob_store": "s3://elsewhere/blobs"}, "no such bucket"),
    ):
        store = open_store(Settings.model_validate({**server.settings.model_dump(), **change}))
        assert store is not None
        with pytest.raises(StoreUnreachable, match=said) as raised:
            await store.get(bytes(32))
        assert "\n" not in str(raised.value)


async def test_moving_there_and_back(both: Pool, server: S3Server) -> None:
    """Moving takes bulk data only, may be killed and started again, and loses nothing either way."""
    async with both.acquire() as connection:
        contents = [LARGE + str(number).encode() for number in range(4)]
        kept = [await blobs.put(connection, content) for content in (*contents, SMALL)]
        statement = kept[0]
        await connection.execute(
            "WITH p AS (INSERT INTO problems (name) VALUES ('p') RETURNING id), v AS ("
            " INSERT INTO problem_versions (problem_id, digest, title, document, is_complete)"
            " SELECT id, $1, 'p', '{}', true FROM p RETURNING id)"
            " INSERT INTO problem_statements SELECT id, 'en', 'md', $1 FROM v",
            statement.sha256,
        )
        with pytest.raises(_Killed):
            await upkeep.move_to_objects(connection, progress=_killing)
        assert await connection.fetchval("SELECT count(*) FROM blobs WHERE content IS NULL") == 1

        assert (await upkeep.move_to_objects(connection, progress=_silent)).count == 2
        rows = await connection.fetch("SELECT sha256 FROM blobs WHERE content IS NOT NULL")
        assert {row["sha256"] for row in rows} == {statement.sha256, kept[-1].sha256}
        found = await blobs.get_all(connection, [blob.sha256 for blob in kept])
        assert list(found.values()) == [*contents, SMALL]

        assert (await upkeep.move_to_postgres(connection, progress=_silent)).count == 3
        await server.stop()
        found = await blobs.get_all(connection, [blob.sha256 for blob in kept])
    assert list(found.values()) == [*contents, SMALL]


async def test_a_check_finds_all_that_is_wrong(both: Pool, server: S3Server) -> None:
    """Every blob is read: damaged and missing objects are reported, and damage in Postgres as well."""
    async with both.acquire() as connection:
        for number in range(3):
            await blobs.put_bulk(connection, LARGE + str(number).encode())
        await blobs.put(connection, SMALL)
        assert (await upkeep.check(connection, progress=_silent)).damaged == []

        first, second, _ = sorted(path for path in server.bucket.rglob("*") if path.is_file())
        first.write_bytes(first.read_bytes()[::-1])
        await server.store.delete([bytes.fromhex(second.name)])
        await connection.execute("UPDATE blobs SET content = 'smalL' WHERE content IS NOT NULL")
        checked = await upkeep.check(connection, progress=_silent)

        assert checked.count == 4
        assert [any(part in line for line in checked.damaged) for part in (first.name, second.name)] == [True, True]
        assert any("in Postgres" in line and hashlib.sha256(SMALL).hexdigest() in line for line in checked.damaged)


async def test_only_orphans_are_pruned(both: Pool, server: S3Server) -> None:
    """Objects of transactions that never ended, old enough, go; what is named, strange or being written stays."""
    (server.bucket / "blobs").mkdir()
    (server.bucket / "blobs" / "README").write_text("somebody else's")
    async with both.acquire() as connection, both.acquire() as other:
        kept = await blobs.put_bulk(connection, LARGE)
        lost = connection.transaction()
        await lost.start()
        orphan = await blobs.put_bulk(connection, LARGE + b"orphan")
        await lost.rollback()
        none = await upkeep.prune(connection, older_than=timedelta(days=1), is_dry=False)
        dry = await upkeep.prune(connection, older_than=timedelta(0), is_dry=True)
        assert (none.count, dry.count) == (0, 1)

        writing = other.transaction()
        await writing.start()
        written = await blobs.put_bulk(other, LARGE + b"being written")
        pruning = asyncio.create_task(upkeep.prune(connection, older_than=timedelta(0), is_dry=False))
        async with asyncio.timeout(10):
            while not await other.fetchval("SELECT EXISTS (SELECT 1 FROM pg_locks WHERE NOT granted)"):
                await asyncio.sleep(0.01)
        await writing.commit()

        assert (await pruning).count == 1
        assert not server.file(orphan.hex).exists()
        assert (server.bucket / "blobs" / "README").exists()
        for blob in (kept, written):
            assert len(await blobs.get(connection, blob.sha256)) == blob.size


async def test_a_folder_is_a_store_too(dsn: str, tmp_path: Path) -> None:
    """``file:///…`` is for judgehosts that share a folder."""
    store = open_store(Settings(blob_store=f"file://{tmp_path}/blobs"))
    async with open_pool(dsn, objects=store) as pool, pool.acquire() as connection:
        blob = await blobs.put_bulk(connection, LARGE)
        assert (tmp_path / "blobs" / blob.hex[:2] / blob.hex).read_bytes() == LARGE
        assert await blobs.get(connection, blob.sha256) == LARGE
        (tmp_path / "blobs" / blob.hex[:2] / blob.hex).unlink()
        with pytest.raises(BlobDamaged, match="missing"):
            await blobs.get(connection, blob.sha256)


@pytest.mark.parametrize(
    "given",
    [
        {"blob_store": "ftp://host/blobs"},
        {"blob_store": "blobs"},
        {"blob_store": "s3://"},
        {"blob_store": "gs://bucket", "blob_store_endpoint": "http://127.0.0.1:9000"},
    ],
)
def test_what_is_no_store_is_refused(given: dict[str, str]) -> None:
    """A setting that leads nowhere is named when a process starts, not when it needs a blob."""
    with pytest.raises(UsageError, match="blob_store"):
        open_store(Settings.model_validate(given))


def test_without_the_setting_there_is_no_store() -> None:
    """Postgres alone is the default."""
    assert open_store(Settings()) is None
    assert ObjectStore("s3://bucket/prefix", {"region": "us-east-1"}).url == "s3://bucket/prefix"


class _Killed(Exception):
    """Stands for a process that ends there."""


def _killing(tally: Tally) -> None:
    raise _Killed
