"""Test data on the judgehost's disk: fetched once, checked against its name, then only linked to."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from pathlib import Path

from judge.errors import BlobDamaged
from judge.models import Blob
from judge.pipeline.cache import FileCache

Fetch = Callable[[bytes], Awaitable[bytes]]


class FetchedBlobs:
    """Blobs by digest in a cache, got with ``fetch`` where they are missing."""

    def __init__(self, cache: FileCache, fetch: Fetch) -> None:
        self._cache = cache
        self._fetch = fetch
        self._locks: dict[bytes, asyncio.Lock] = {}

    async def path(self, blob: Blob) -> Path:
        """A read-only file with the blob's bytes.

        Raises:
            BlobDamaged: what was fetched is not what its name says.
            NotFound: nobody has it.
        """
        found = self._cache.find(blob.hex)
        if found is not None:
            return found
        try:
            async with self._locks.setdefault(blob.sha256, asyncio.Lock()):
                found = self._cache.find(blob.hex)
                if found is None:
                    found = await asyncio.to_thread(self._keep, blob, await self._fetch(blob.sha256))
                return found
        finally:
            self._locks.pop(blob.sha256, None)

    async def prefetch(self, blob: Blob) -> bool:
        """Have the blob here before it is asked for; False if it was here. Errors are those of ``path``."""
        if self._cache.find(blob.hex) is not None:
            return False
        await self.path(blob)
        return True

    def _keep(self, blob: Blob, content: bytes) -> Path:
        if hashlib.sha256(content).digest() != blob.sha256:
            raise BlobDamaged(f"blob {blob.hex} came back with other bytes")
        return self._cache.put(blob.hex, content)
