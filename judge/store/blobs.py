"""Immutable bytes by their SHA-256.

Where there is an object store, bulk data goes there: test data, packages, attachments. What is submitted, and what
pages show, stays in Postgres: a contest goes on being read and submitted to without the store.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection

from judge.errors import NotFound, StoreUnreachable
from judge.models import KIB, MIB, Blob
from judge.store.objects import ObjectStore
from judge.store.pool import Connection, Pool, objects_of

#: Smaller ones stay in Postgres: asking a store for them takes longer than having them.
SMALL_BYTES = 64 * KIB
#: Held, shared, by transactions that write objects; whoever removes objects holds it alone. Any number does.
WRITERS_LOCK = 7_301_001


async def put(connection: Connection, content: bytes) -> Blob:
    """Keep ``content`` in Postgres; keeping it twice is keeping it once."""
    blob = await _named(content)
    await connection.execute(
        "INSERT INTO blobs (sha256, size, content) VALUES ($1, $2, $3)"
        " ON CONFLICT (sha256) DO UPDATE SET content = excluded.content WHERE blobs.content IS NULL",
        blob.sha256,
        blob.size,
        content,
    )
    return blob


async def put_bulk(connection: Connection, content: bytes) -> Blob:
    """Keep ``content`` in the object store if there is one and it is large, else in Postgres.

    Raises:
        StoreUnreachable: the store does not take it.
    """
    objects = objects_of(connection)
    if objects is None or len(content) < SMALL_BYTES:
        return await put(connection, content)
    blob = await _named(content)
    async with connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock_shared($1)", WRITERS_LOCK)
        if not await connection.fetchval("SELECT true FROM blobs WHERE sha256 = $1", blob.sha256):
            # Before the row: what a row names is there, whatever is killed.
            await objects.put(blob, content)
            await connection.execute(
                "INSERT INTO blobs (sha256, size) VALUES ($1, $2) ON CONFLICT DO NOTHING", blob.sha256, blob.size
            )
    return blob


async def get(connection: Connection, sha256: bytes) -> bytes:
    """The bytes of that digest.

    Raises:
        NotFound: nobody kept them.
        BlobDamaged: the object store has lost them.
        StoreUnreachable: the object store does not answer.
    """
    return (await get_all(connection, [sha256]))[sha256]


async def get_all(connection: Connection, digests: Collection[bytes]) -> dict[bytes, bytes]:
    """The bytes of all those digests; errors are those of ``get``."""
    rows = await connection.fetch("SELECT sha256, content FROM blobs WHERE sha256 = ANY ($1)", list(digests))
    found: dict[bytes, bytes | None] = {row["sha256"]: row["content"] for row in rows}
    return {digest: await _content(found, digest, objects_of(connection)) for digest in digests}


async def fetch(pool: Pool, sha256: bytes) -> bytes:
    """The bytes of that digest, while no connection waits for an object store to send them; errors as of ``get``."""
    async with pool.acquire() as connection:
        rows = await connection.fetch("SELECT sha256, content FROM blobs WHERE sha256 = $1", sha256)
        objects = objects_of(connection)
    return await _content({row["sha256"]: row["content"] for row in rows}, sha256, objects)


async def trouble(pool: Pool) -> str | None:
    """Why blobs in the object store cannot be had now; None if they can, or if there is none that would be there."""
    async with pool.acquire() as connection:
        objects = objects_of(connection)
        if objects is None:
            is_needed = await connection.fetchval("SELECT EXISTS (SELECT 1 FROM blobs WHERE content IS NULL)")
            return "blobs are in an object store: set blob_store to it" if is_needed else None
    try:
        await objects.check()
    except StoreUnreachable as error:
        return str(error)
    return None


async def _content(found: dict[bytes, bytes | None], digest: bytes, objects: ObjectStore | None) -> bytes:
    if digest not in found:
        raise NotFound("blob %(hex)s", hex=digest.hex())
    content = found[digest]
    if content is not None:
        return content
    if objects is None:
        raise StoreUnreachable(f"blob {digest.hex()} is in an object store: set blob_store to it, as everywhere else")
    return await objects.get(digest)


async def _named(content: bytes) -> Blob:
    # A large one is hashed beside the event loop: the web server keeps packages too, and has live pages to serve.
    return Blob.of(content) if len(content) < MIB else await asyncio.to_thread(Blob.of, content)
