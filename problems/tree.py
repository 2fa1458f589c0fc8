"""The files of a package, and never one outside it.

Symbolic links are followed where they lead to a regular file or directory within the package. Names that the format
does not allow are treated as absent, as the specification asks; those that begin with a dot silently so.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from judge.errors import PackageError
from judge.models import KIB, MIB, Blob
from problems.findings import Findings

#: Names of the format, and the plus sign of ``.c++``.
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+-]{0,254}")

#: Of packages: what may stand in an address, and what may not.
NAME_CHARS = 64
_PACKAGE_NAME = re.compile(rf"[a-z0-9][a-z0-9_-]{{0,{NAME_CHARS - 1}}}")
_FOREIGN = re.compile(r"[^a-z0-9_-]+")

#: Directory entries looked at while loading. Links may show the same directory many times over.
MOST_ENTRIES = 50_000
MOST_DEPTH = 8
DATA_BYTES = 512 * MIB


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A regular file or a directory of the package."""

    #: Path below the package, as written there: for names and messages.
    relative: PurePosixPath
    #: Where it really is, links resolved: for opening.
    real: Path
    is_directory: bool

    @property
    def name(self) -> str:
        return self.relative.name

    def __str__(self) -> str:
        return str(self.relative)

    def content(self, most_bytes: int, complain: Callable[[str], None]) -> bytes | None:
        """What a file holds; None, and a complaint that says why, if it cannot be read or is larger than that."""
        try:
            with self.real.open("rb") as file:
                content = file.read(most_bytes + 1)
        except OSError as error:
            complain(f"cannot be read: {error.strerror}")
            return None
        if len(content) > most_bytes:
            complain(f"larger than {_size(most_bytes)}")
            return None
        return content


class Tree:
    """Reads below one directory; what cannot be read becomes a finding.

    Raises:
        PackageError: the path is no readable directory.
    """

    def __init__(self, path: Path, findings: Findings) -> None:
        self._findings = findings
        self._seen = 0
        self._blobs: dict[Path, Blob | None] = {}
        #: Files hashed that hold a carriage return, as no text of a package should.
        self.with_carriage_returns: set[Path] = set()
        try:
            self._root = path.resolve(strict=True)
            is_directory = self._root.is_dir()
        except (OSError, RuntimeError) as error:
            raise PackageError([f"{path}: cannot be read: {error}"]) from error
        if not is_directory:
            raise PackageError([f"{path}: a problem package is a directory"])

    @property
    def root(self) -> Entry:
        return Entry(relative=PurePosixPath(), real=self._root, is_directory=True)

    def find(self, relative: str) -> Entry | None:
        """The file or directory of that path, None if there is none."""
        path = PurePosixPath(relative)
        if not os.path.lexists(self._root / path):
            return None
        return self._entry(path, self._root / path)

    def files(self, directory: Entry) -> list[Entry]:
        return [entry for entry in self.entries(directory) if not entry.is_directory]

    def entries(self, directory: Entry) -> list[Entry]:
        """What the directory holds, in the byte order of names.

        Raises:
            PackageError: the package holds far too many files to go on.
        """
        entries = []
        for name in sorted(self._names(directory), key=os.fsencode):
            if not _NAME.fullmatch(name):
                if not name.startswith("."):
                    self._findings.warning(str(directory.relative / name), "ignored: the format forbids such names")
                continue
            entry = self._entry(directory.relative / name, directory.real / name)
            if entry is not None:
                entries.append(entry)
        return entries

    def below(self, directory: Entry, *, most: int) -> list[Entry]:
        """The files in a directory and in all below it, each directory's before those of its own; at most that many."""
        found: list[Entry] = []
        waiting = [directory]
        while waiting and len(found) < most:
            current = waiting.pop(0)
            if len(current.relative.parts) - len(directory.relative.parts) > MOST_DEPTH:
                self._findings.error(str(current), f"nested more than {MOST_DEPTH} deep, or a link leads back up")
                continue
            for entry in self.entries(current):
                (waiting if entry.is_directory else found).append(entry)
        return found[:most]

    def read(self, entry: Entry, *, most_bytes: int) -> bytes | None:
        """The content of a small file; None, and an error found, if it is too large."""
        return entry.content(most_bytes, lambda why: self._findings.error(str(entry), why))

    def blob(self, entry: Entry) -> Blob | None:
        """The digest of a file of any size, read once however often links show it; None, and an error, on failure."""
        if entry.real not in self._blobs:
            self._blobs[entry.real] = self._digest(entry)
        return self._blobs[entry.real]

    def _names(self, directory: Entry) -> list[str]:
        names: list[str] = []
        try:
            with os.scandir(directory.real) as found:
                for item in found:
                    self._seen += 1
                    if self._seen > MOST_ENTRIES:
                        raise PackageError([*self._findings.errors, f"{directory}: more than {MOST_ENTRIES} files"])
                    names.append(item.name)
        except OSError as error:
            self._findings.error(str(directory), f"cannot be read: {error.strerror}")
        return names

    def _digest(self, entry: Entry) -> Blob | None:
        digest, size = hashlib.sha256(), 0
        try:
            with entry.real.open("rb") as file:
                while chunk := file.read(MIB):
                    digest.update(chunk)
                    if b"\r" in chunk:
                        self.with_carriage_returns.add(entry.real)
                    size += len(chunk)
                    if size > DATA_BYTES:
                        self._findings.error(str(entry), f"larger than {_size(DATA_BYTES)}")
                        return None
        except OSError as error:
            self._findings.error(str(entry), f"cannot be read: {error.strerror}")
            return None
        return Blob(sha256=digest.digest(), size=size)

    def _entry(self, relative: PurePosixPath, path: Path) -> Entry | None:
        try:
            real = path.resolve(strict=True)
            mode = real.stat().st_mode
        except (OSError, RuntimeError):
            if path.is_symlink():
                # Mirrors drop large files and keep the links to them: what is not there is absent.
                self._findings.warning(str(relative), "ignored: a link that leads nowhere or in a circle")
            else:
                self._findings.error(str(relative), "cannot be read")
            return None
        if not real.is_relative_to(self._root):
            self._findings.error(str(relative), "a link that leaves the package; put a copy of the file in its place")
            return None
        if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
            # Opening a FIFO would wait for ever, and a device may do anything.
            self._findings.error(str(relative), "neither a regular file nor a directory")
            return None
        return Entry(relative=relative, real=real, is_directory=stat.S_ISDIR(mode))


def plain_name(text: str) -> str | None:
    """What a folder of that name is called as a package: itself, or what can be kept of it; None: nothing can."""
    if _PACKAGE_NAME.fullmatch(text):
        return text
    kept = _FOREIGN.sub("-", text.lower()).strip("-_")[:NAME_CHARS]
    return kept if _PACKAGE_NAME.fullmatch(kept) else None


def _size(size_bytes: int) -> str:
    return f"{size_bytes // KIB} KiB" if size_bytes % MIB else f"{size_bytes // MIB} MiB"
