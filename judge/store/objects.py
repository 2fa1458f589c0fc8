"""Bytes in an object store: S3, or anything else that ``obstore`` speaks to; the only user of it.

An object is named by its SHA-256, below the prefix of the setting, as ``ab/abcdef…``. It is written before the row that
names it is committed: what is referenced is there, and what a killed process left behind harms nobody.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import obstore
from obstore.exceptions import BaseError
from obstore.store import from_url

from judge.config import Settings
from judge.errors import BlobDamaged, StoreUnreachable, UsageError
from judge.models import MIB, Blob

#: What the URL of a store may begin with.
_SCHEMES = ("s3", "gs", "az", "file")
_RETRIES = 2
_RETRY_TIMEOUT = timedelta(seconds=10)
_CONNECT_TIMEOUT = timedelta(seconds=5)
#: For all of one object; the largest are packages of some hundred megabytes.
_REQUEST_TIMEOUT = timedelta(seconds=120)

_NAME = re.compile(r"[0-9a-f]{2}/([0-9a-f]{64})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """An object as the store lists it."""

    sha256: bytes
    size: int
    modified_at: datetime


class ObjectStore:
    """One bucket, or one folder, that holds blobs.

    Every method raises ``StoreUnreachable`` where the store does not do what it should; the same may succeed later.
    """

    def __init__(self, url: str, options: Mapping[str, Any]) -> None:
        self.url = url
        try:
            self._store = from_url(url, **options)
        except (BaseError, ValueError, OSError) as error:
            raise UsageError("setting blob_store: %(first_line)s", first_line=_first_line(error)) from error

    async def put(self, blob: Blob, content: bytes) -> None:
        """Keep ``content``; keeping it twice is keeping it once, and makes it new."""
        with self._named():
            await obstore.put_async(self._store, _name(blob.sha256), content)

    async def get(self, sha256: bytes) -> bytes:
        """The bytes of that digest.

        Raises:
            BlobDamaged: it is missing, or has other bytes than its name says.
        """
        try:
            with self._named():
                answer = await obstore.get_async(self._store, _name(sha256))
                content = bytes(await answer.bytes_async())
        except FileNotFoundError:
            raise BlobDamaged(f"blob {sha256.hex()} is missing from {self.url}") from None
        found = Blob.of(content) if len(content) < MIB else await asyncio.to_thread(Blob.of, content)
        if found.sha256 != sha256:
            raise BlobDamaged(f"blob {sha256.hex()} came back from {self.url} with other bytes")
        return content

    async def check(self) -> None:
        """Make sure that the store answers."""
        try:
            with self._named():
                await obstore.head_async(self._store, _name(bytes(32)))
        except FileNotFoundError:
            return

    async def listed(self) -> AsyncIterator[list[Listed]]:
        """All blobs in it, some at a time; what has another name is somebody else's."""
        stream = obstore.list(self._store)
        while True:
            with self._named():
                batch = await anext(stream, None)
            if batch is None:
                return
            yield [
                Listed(sha256=bytes.fromhex(match[1]), size=item["size"], modified_at=item["last_modified"])
                for item in batch
                if (match := _NAME.fullmatch(item["path"]))
            ]

    async def modified_at(self, sha256: bytes) -> datetime | None:
        """When it was written last; None if it is not there."""
        try:
            with self._named():
                return (await obstore.head_async(self._store, _name(sha256)))["last_modified"]
        except FileNotFoundError:
            return None

    async def delete(self, digests: Collection[bytes]) -> None:
        """Remove them; a no-op for those that are not there."""
        for digest in digests:
            try:
                with self._named():
                    await obstore.delete_async(self._store, _name(digest))
            except FileNotFoundError:
                continue

    @contextmanager
    def _named(self) -> Iterator[None]:
        """Give whatever goes wrong one name, and say it in one line."""
        try:
            yield
        except FileNotFoundError as error:
            # Said of an object, this is an answer; of a whole bucket it is a setting that is wrong.
            if "NoSuchBucket" in str(error):
                raise StoreUnreachable(f"object store {self.url}: there is no such bucket") from error
            raise
        except (BaseError, OSError, ValueError) as error:
            raise StoreUnreachable(f"object store {self.url}: {_first_line(error)}") from error


def open_store(settings: Settings) -> ObjectStore | None:
    """The store of the settings; None: all blobs are in Postgres.

    Raises:
        UsageError: the settings cannot be understood.
    """
    url = settings.blob_store
    if url is None:
        return None
    scheme = url.partition("://")[0]
    if scheme not in _SCHEMES or not url.partition("://")[2]:
        raise UsageError(
            "setting blob_store: %(url)r is none of %(name)s",
            url=url,
            name=", ".join(f"{name}://…" for name in _SCHEMES),
        )
    if scheme == "file":
        return ObjectStore(url, {"mkdir": True})
    options: dict[str, Any] = {
        "client_options": {
            "timeout": _REQUEST_TIMEOUT,
            "connect_timeout": _CONNECT_TIMEOUT,
            "allow_http": (settings.blob_store_endpoint or "").startswith("http://"),
        },
        "retry_config": {"max_retries": _RETRIES, "retry_timeout": _RETRY_TIMEOUT},
    }
    given = {
        "endpoint": settings.blob_store_endpoint,
        "region": settings.blob_store_region,
        "access_key_id": settings.blob_store_access_key,
        "secret_access_key": settings.blob_store_secret_key and settings.blob_store_secret_key.get_secret_value(),
    }
    if scheme != "s3" and any(given.values()):
        raise UsageError("settings blob_store_endpoint, _region, _access_key and _secret_key are for s3:// only")
    # What is not given is looked for in the usual AWS_* variables.
    return ObjectStore(url, options | {name: value for name, value in given.items() if value})


def _name(sha256: bytes) -> str:
    return f"{sha256.hex()[:2]}/{sha256.hex()}"


def _first_line(error: BaseException) -> str:
    """The driver appends its own innards to every message."""
    return (str(error).strip() or type(error).__name__).split("\n", 1)[0]
