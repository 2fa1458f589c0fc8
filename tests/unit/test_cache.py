"""The folder of immutable files: what it finds, keeps and drops; and the blobs fetched into it."""

from __future__ import annotations

import asyncio
import os
import stat
from pathlib import Path

import pytest

from judge.errors import JudgeError, NotFound
from judge.hosts.blobs import FetchedBlobs
from judge.models import Blob
from judge.pipeline.cache import FileCache


@pytest.fixture
def cache(tmp_path: Path) -> FileCache:
    return FileCache(tmp_path / "cache", most_bytes=100)


def _names(tmp_path: Path) -> list[str]:
    return sorted(path.name for path in (tmp_path / "cache").iterdir())


def test_what_was_put_is_found(cache: FileCache) -> None:
    """A file is found under its name with its content, readable by everybody and writable by nobody."""
    assert cache.find("name") is None
    cache.put("name", b"content")
    found = cache.find("name")

    assert found is not None
    assert found.read_bytes() == b"content"
    assert stat.S_IMODE(found.stat().st_mode) == 0o444


def test_putting_twice(cache: FileCache) -> None:
    """The same name may be put again, as two judgings at once do; whoever has the first file open keeps it."""
    with cache.put("name", b"first").open("rb") as file:
        cache.put("name", b"second")

        assert file.read() == b"first"
    assert (cache.find("name") or Path()).read_bytes() == b"second"


def test_nothing_half_written_is_found(cache: FileCache, tmp_path: Path) -> None:
    """What a killed process left has no name yet, and goes with the next pruning."""
    (tmp_path / "cache" / ".0123456789abcdef").write_bytes(b"half")
    cache.put("name", b"x")
    cache.prune()

    assert _names(tmp_path) == ["name"]


def test_pruning_keeps_what_was_used_last(cache: FileCache, tmp_path: Path) -> None:
    """The files unused for longest go until the rest fits, and no more of them than that."""
    for age, name in enumerate(("new", "middle", "used", "old"), start=1):
        path = cache.put(name, b"x" * 40)
        os.utime(path, (1_000_000 - age, 1_000_000 - age))
    cache.find("used")
    cache.prune()

    assert _names(tmp_path) == ["new", "used"]


def test_pruning_a_cache_that_fits_drops_nothing(cache: FileCache, tmp_path: Path) -> None:
    """Up to its bound a cache is left alone."""
    for name in ("a", "b"):
        cache.put(name, b"x" * 50)
    cache.prune()

    assert _names(tmp_path) == ["a", "b"]


def test_a_cache_is_bounded_while_it_is_in_use(cache: FileCache, tmp_path: Path) -> None:
    """However much is put, no more than twice the bound is kept; what is being written beside is left alone."""
    (tmp_path / "cache" / ".0123456789abcdef").write_bytes(b"being written")
    for number in range(50):
        assert cache.put(f"{number:02}", b"x" * 30).exists()
        assert sum(path.stat().st_size for path in (tmp_path / "cache").glob("[0-9]*")) <= 200

    assert "49" in _names(tmp_path)
    assert ".0123456789abcdef" in _names(tmp_path)


def test_what_is_larger_than_its_cache_is_kept_until_the_next(cache: FileCache, tmp_path: Path) -> None:
    """Whoever put it is about to read it."""
    assert cache.put("large", b"x" * 300).exists()
    cache.put("larger", b"x" * 400)

    assert _names(tmp_path) == ["larger"]


async def test_a_blob_is_fetched_once(cache: FileCache) -> None:
    """However many ask at once, and however often later, a blob is fetched a single time."""
    fetched: list[bytes] = []

    async def fetch(sha256: bytes) -> bytes:
        fetched.append(sha256)
        await asyncio.sleep(0)
        return b"content"

    blob = Blob.of(b"content")
    blobs = FetchedBlobs(cache, fetch)
    paths = await asyncio.gather(*(blobs.path(blob) for _ in range(5)))

    assert {path.read_bytes() for path in (*paths, await blobs.path(blob))} == {b"content"}
    assert fetched == [blob.sha256]


async def test_a_blob_with_other_bytes_is_refused(cache: FileCache) -> None:
    """What is not what its name says is neither used nor kept."""

    async def fetch(sha256: bytes) -> bytes:
        return b"tampered"

    blob = Blob.of(b"content")
    with pytest.raises(JudgeError, match="other bytes"):
        await FetchedBlobs(cache, fetch).path(blob)

    assert cache.find(blob.hex) is None


async def test_a_failed_fetch_can_be_repeated(cache: FileCache) -> None:
    """A blob that could not be had once is asked for again the next time."""
    answers = iter([NotFound("not yet"), None])

    async def fetch(sha256: bytes) -> bytes:
        if error := next(answers):
            raise error
        return b"content"

    blob = Blob.of(b"content")
    blobs = FetchedBlobs(cache, fetch)
    with pytest.raises(NotFound):
        await blobs.path(blob)

    assert (await blobs.path(blob)).read_bytes() == b"content"
