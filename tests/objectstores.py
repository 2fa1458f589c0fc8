"""Real object stores for tests: an S3 server on a port of its own that can be stopped, and a folder."""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from pydantic import SecretStr

from judge.config import Settings
from judge.store.objects import ObjectStore, open_store

KEY, SECRET = "judge", "a secret of nobody"
_ADDRESS = re.compile(rb"http://127\.0\.0\.1:(\d+)/")


class S3Server:
    """rclone's S3 server over a folder: it checks signatures, and knows buckets, multipart uploads and listings."""

    def __init__(self, folder: Path) -> None:
        self.bucket = folder / "judge"
        self.bucket.mkdir(parents=True)
        self._folder = folder
        self._process: asyncio.subprocess.Process | None = None
        self.port = 0

    @property
    def settings(self) -> Settings:
        return Settings(
            blob_store="s3://judge/blobs",
            blob_store_endpoint=f"http://127.0.0.1:{self.port}",
            blob_store_region="us-east-1",
            blob_store_access_key=KEY,
            blob_store_secret_key=SecretStr(SECRET),
        )

    @property
    def store(self) -> ObjectStore:
        store = open_store(self.settings)
        assert store is not None
        return store

    def file(self, hex_digest: str) -> Path:
        """Where an object's bytes are; the server caches folders, so that only bytes may be changed behind its back."""
        return self.bucket / "blobs" / hex_digest[:2] / hex_digest

    async def start(self) -> None:
        self._process = await asyncio.create_subprocess_exec(
            *(str(Path(sys.executable).with_name("rclone")), "serve", "s3", "--config=", "--vfs-cache-mode=off"),
            *("--addr", f"127.0.0.1:{self.port}", "--auth-key", f"{KEY},{SECRET}", "."),
            cwd=self._folder,
            stderr=asyncio.subprocess.PIPE,
        )
        assert self._process.stderr is not None
        async with asyncio.timeout(20):
            while not (found := _ADDRESS.search(line := await self._process.stderr.readline())):
                assert line, "rclone serve s3 did not start"
        self.port = int(found[1])

    async def stop(self) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            # Also reads the rest of what it said.
            await self._process.communicate()


@asynccontextmanager
async def s3_server(folder: Path) -> AsyncIterator[S3Server]:
    """A running server with an empty bucket."""
    server = S3Server(folder)
    await server.start()
    try:
        yield server
    finally:
        await server.stop()
