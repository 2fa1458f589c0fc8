"""Immutable bytes by their SHA-256."""

from __future__ import annotations

import asyncio
from collections.abc import Collection

from judge.errors import NotFound
from judge.models import MIB, Blob
from judge.store.pool import Connection


async def put(connection: Connection, content: bytes) -> Blob:
    """Keep ``content``; keeping it twice is keeping it once."""
    # A large one is hashed beside the event loop: the web server keeps packages too, and has live pages to serve.
    blob = Blob.of(content) if len(content) < MIB else await asyncio.to_thread(Blob.of, content)
    await connection.execute(
        "INSERT INTO blobs (sha256, size, content) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        blob.sha256,
        blob.size,
        content,
    )
    return blob


async def get(connection: Connection, sha256: bytes) -> bytes:
    """The bytes of that digest.

    Raises:
        NotFound: nobody kept them.
    """
    content: bytes | None = await connection.fetchval("SELECT content FROM blobs WHERE sha256 = $1", sha256)
    if content is None:
        raise NotFound(f"blob {sha256.hex()}")
    return content


async def get_all(connection: Connection, digests: Collection[bytes]) -> dict[bytes, bytes]:
    """The bytes of all those digests.

    Raises:
        NotFound: nobody kept some of them.
    """
    rows = await connection.fetch("SELECT sha256, content FROM blobs WHERE sha256 = ANY ($1)", list(digests))
    found: dict[bytes, bytes] = {row["sha256"]: row["content"] for row in rows}
    for digest in digests:
        if digest not in found:
            raise NotFound(f"blob {digest.hex()}")
    return found
