"""Keeping blobs where they should be: moving them into an object store and back, checking, removing what is left over.

Each may be killed at any instruction and started again; what it did so far stays done.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from judge.errors import BlobDamaged, UsageError
from judge.models import Blob
from judge.store import blobs
from judge.store.objects import Listed, ObjectStore
from judge.store.pool import Connection, objects_of

#: Rows named, and objects removed, at a time.
_BATCH = 200

#: Blobs that Postgres alone keeps: what is submitted, and what pages show.
_STAYS = " UNION ALL ".join(
    f"SELECT 1 FROM {table} WHERE {column} = blobs.sha256 AND {which}"
    for table, column, which in (
        ("submission_files", "sha256", "true"),
        ("problem_statements", "sha256", "true"),
        ("problem_pictures", "sha256", "true"),
        ("problem_samples", "input_sha256", "true"),
        ("problem_samples", "answer_sha256", "true"),
        ("problem_samples", "interaction_sha256", "true"),
        ("testcases", "input_sha256", "name LIKE 'sample/%'"),
        ("testcases", "answer_sha256", "name LIKE 'sample/%'"),
    )
)
_TO_OBJECTS = f"content IS NOT NULL AND size >= {blobs.SMALL_BYTES} AND NOT EXISTS ({_STAYS})"
_TO_POSTGRES = "content IS NULL"


@dataclass(slots=True, kw_only=True)
class Tally:
    """How far it is."""

    count: int = 0
    size: int = 0
    total: int = 0
    total_size: int = 0


#: Told after each blob.
Progress = Callable[[Tally], None]


@dataclass(slots=True, kw_only=True)
class Checked:
    """What a check found."""

    count: int = 0
    size: int = 0
    #: One line for each blob that is not as it should be.
    damaged: list[str] = field(default_factory=list)


async def move_to_objects(connection: Connection, *, progress: Progress) -> Tally:
    """Move bulk data out of Postgres; how much that was."""
    return await _each(connection, _TO_OBJECTS, _move_out, progress)


async def move_to_postgres(connection: Connection, *, progress: Progress) -> Tally:
    """Move everything into Postgres; the objects stay, and are for ``prune``."""
    return await _each(connection, _TO_POSTGRES, _move_in, progress)


async def check(connection: Connection, *, progress: Progress) -> Checked:
    """Read every blob and compare it with its name.

    Raises:
        StoreUnreachable: the object store does not answer, which says nothing about what it holds.
    """
    checked = Checked()

    async def look(connection: Connection, sha256: bytes) -> None:
        wrong = await connection.fetchval("SELECT sha256(content) <> sha256 FROM blobs WHERE sha256 = $1", sha256)
        if wrong is None:
            try:
                await _objects(connection).get(sha256)
            except BlobDamaged as error:
                checked.damaged.append(str(error))
        elif wrong:
            checked.damaged.append(f"blob {sha256.hex()} has other bytes in Postgres than its name says")

    tally = await _each(connection, "true", look, progress)
    checked.count, checked.size = tally.count, tally.size
    return checked


async def prune(connection: Connection, *, older_than: timedelta, is_dry: bool) -> Tally:
    """Remove objects that no row names, if they are older than that; with ``is_dry`` only count them."""
    objects, tally = _objects(connection), Tally()
    latest = datetime.now(UTC) - older_than
    async for batch in objects.listed():
        old = [item for item in batch if item.modified_at < latest]
        for start in range(0, len(old), _BATCH):
            await _prune(connection, objects, old[start : start + _BATCH], tally, is_dry=is_dry)
    return tally


async def _prune(
    connection: Connection, objects: ObjectStore, items: list[Listed], tally: Tally, *, is_dry: bool
) -> None:
    async with connection.transaction():
        if not is_dry:
            # Whoever wrote an object holds this until the row is there for us to see.
            await connection.execute("SELECT pg_advisory_xact_lock($1)", blobs.WRITERS_LOCK)
        rows = await connection.fetch(
            "SELECT sha256 FROM blobs WHERE content IS NULL AND sha256 = ANY ($1)", [item.sha256 for item in items]
        )
        named = {row["sha256"] for row in rows}
        orphans = [item for item in items if item.sha256 not in named]
        if not is_dry:
            await objects.delete([item.sha256 for item in orphans])
        tally.count += len(orphans)
        tally.size += sum(item.size for item in orphans)


async def _each(
    connection: Connection, condition: str, work: Callable[[Connection, bytes], Awaitable[None]], progress: Progress
) -> Tally:
    """Do the work for each blob of that condition, in the order of their names."""
    total = await connection.fetchrow(
        f"SELECT count(*), coalesce(sum(size), 0)::bigint AS size FROM blobs WHERE {condition}"
    )
    assert total is not None
    tally = Tally(total=total["count"], total_size=total["size"])
    after = b""
    while True:
        rows = await connection.fetch(
            f"SELECT sha256, size FROM blobs WHERE sha256 > $1 AND {condition} ORDER BY sha256 LIMIT {_BATCH}", after
        )
        if not rows:
            return tally
        for row in rows:
            after = row["sha256"]
            await work(connection, after)
            tally.count += 1
            tally.size += row["size"]
            progress(tally)


async def _move_out(connection: Connection, sha256: bytes) -> None:
    objects = _objects(connection)
    async with connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock_shared($1)", blobs.WRITERS_LOCK)
        content = await connection.fetchval("SELECT content FROM blobs WHERE sha256 = $1 FOR UPDATE", sha256)
        if content is None:
            return
        blob = Blob.of(content)
        if blob.sha256 != sha256:
            raise BlobDamaged(f"blob {sha256.hex()} has other bytes in Postgres than its name says; nothing was moved")
        await objects.put(blob, content)
        await connection.execute("UPDATE blobs SET content = NULL WHERE sha256 = $1", sha256)


async def _move_in(connection: Connection, sha256: bytes) -> None:
    content = await _objects(connection).get(sha256)
    await connection.execute("UPDATE blobs SET content = $2 WHERE sha256 = $1", sha256, content)


def _objects(connection: Connection) -> ObjectStore:
    objects = objects_of(connection)
    if objects is None:
        raise UsageError("there is no object store: set blob_store")
    return objects
