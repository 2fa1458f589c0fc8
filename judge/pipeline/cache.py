"""A folder of immutable files, named by what they are, that may be dropped at any time.

Files are written beside and renamed: a name that exists is complete, whatever was killed meanwhile.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
from pathlib import Path

_DIGEST_BYTES = hashlib.sha256().digest_size


class FileCache:
    """Files below one folder, the least recently used going first when there are too many.

    Submissions decide how large their programs are: so it is pruned whenever as much was put as may be kept.
    """

    def __init__(self, path: Path, *, most_bytes: int) -> None:
        self._path = path
        self._most_bytes = most_bytes
        #: Since it was pruned last.
        self._put_bytes = 0
        path.mkdir(parents=True, exist_ok=True)

    def find(self, name: str) -> Path | None:
        """The file of that name, marked as used, or None."""
        path = self._path / name
        try:
            os.utime(path)
        except FileNotFoundError:
            return None
        return path

    def put(self, name: str, content: bytes) -> Path:
        """Keep ``content`` under ``name``, readable by everybody and writable by nobody."""
        temporary = self._path / f".{secrets.token_hex(8)}"
        try:
            with temporary.open("wb") as file:
                file.write(content)
                os.fchmod(file.fileno(), 0o444)
                # A rename can reach the disk before what it names does; after a power cut the file would be empty.
                file.flush()
                os.fsync(file.fileno())
            path = temporary.rename(self._path / name)
        except BaseException:
            # Half a file would keep a full disk full.
            temporary.unlink(missing_ok=True)
            raise
        self._put_bytes += len(content)
        if self._put_bytes > self._most_bytes:
            self._drop_unused(but=path)
        return path

    def seal(self, name: str, content: bytes) -> None:
        """Keep ``content`` under ``name`` with its digest before it, for ``unsealed`` alone."""
        self.put(name, b"".join((hashlib.sha256(content).digest(), content)))

    def unsealed(self, name: str) -> bytes | None:
        """What ``seal`` kept; None if there is nothing, or only what a crash of the host left of it."""
        path = self.find(name)
        if path is None:
            return None
        try:
            with path.open("rb") as file:
                digest, content = file.read(_DIGEST_BYTES), file.read()
        except FileNotFoundError:
            # Dropped in that very moment.
            return None
        return content if hashlib.sha256(content).digest() == digest else None

    def prune(self) -> None:
        """Drop what a killed process left half-written, then what was unused for longest until the rest fits."""
        for path in self._path.glob(".*"):
            path.unlink(missing_ok=True)
        self._drop_unused()

    def _drop_unused(self, *, but: Path | None = None) -> None:
        self._put_bytes = 0
        files: list[tuple[os.stat_result, Path]] = []
        for path in self._path.iterdir():
            # Others may be writing, and pruning as well.
            if not path.name.startswith("."):
                with contextlib.suppress(FileNotFoundError):
                    files.append((path.stat(), path))
        total = 0
        for stat, path in sorted(files, key=lambda item: item[0].st_mtime, reverse=True):
            total += stat.st_size
            if total > self._most_bytes and path != but:
                path.unlink(missing_ok=True)
