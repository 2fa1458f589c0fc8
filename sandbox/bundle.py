"""Bundles: several files in one, the form in which programs and feedback travel in and out of a cell.

For each file: length of its name, mode (4 bytes each), size (8 bytes), name, content; numbers big-endian. A name that
is no UTF-8 comes and goes unharmed (PEP 383).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from judge.errors import CellDied

EXECUTABLE = 0o755
PLAIN = 0o644
#: More files than a launcher packs, and longer names than it takes, are not its work.
MOST_FILES = 8192
MOST_NAME_BYTES = 1024

_HEADER_BYTES = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """One file of a bundle; its name is a relative path."""

    name: str
    content: bytes
    is_executable: bool = False


def pack(files: Mapping[str, bytes], *, mode: int = PLAIN) -> bytes:
    """A bundle of these files, by name."""
    return b"".join(_packed(name, content, mode) for name, content in files.items())


def join(files: Iterable[File]) -> bytes:
    """A bundle of these files."""
    return b"".join(_packed(file.name, file.content, EXECUTABLE if file.is_executable else PLAIN) for file in files)


def unpack(packed: bytes, *, most_files: int = MOST_FILES) -> tuple[File, ...]:
    """The files of a bundle that came out of a cell, in its order.

    Raises:
        CellDied: no launcher packs that; each size, count and name is looked at.
    """
    files: dict[str, File] = {}
    for entry in _entries(packed):
        if entry.name in files:
            raise CellDied(f"a bundle has the file {entry.name!r} twice")
        content = packed[entry.content : entry.end]
        files[entry.name] = File(name=entry.name, content=content, is_executable=bool(entry.mode & 0o100))
        if len(files) > most_files:
            raise CellDied(f"a bundle has more than {most_files} files")
    return tuple(files.values())


def names(packed: bytes) -> tuple[str, ...]:
    """What the files of a bundle that came out of a cell are called, in its order.

    Raises:
        CellDied: as for ``unpack``.
    """
    return tuple(entry.name for entry in _entries(packed))


def without(packed: bytes, names: Collection[str]) -> bytes:
    """A bundle that came out of a cell, but for the files of these names.

    Raises:
        CellDied: as for ``unpack``.
    """
    return b"".join(packed[entry.begin : entry.end] for entry in _entries(packed) if entry.name not in names)


def _packed(name: str, content: bytes, mode: int) -> bytes:
    encoded = name.encode("utf-8", "surrogateescape")
    sizes = (len(encoded).to_bytes(4, "big"), mode.to_bytes(4, "big"), len(content).to_bytes(8, "big"))
    return b"".join((*sizes, encoded, content))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    """Where in a bundle a file is: its header from ``begin``, its content from ``content`` to ``end``."""

    name: str
    mode: int
    begin: int
    content: int
    end: int


def _entries(packed: bytes) -> Iterator[_Entry]:
    at = 0
    while at < len(packed):
        header = packed[at : at + _HEADER_BYTES]
        name_bytes, mode, size = (int.from_bytes(header[a:b], "big") for a, b in ((0, 4), (4, 8), (8, 16)))
        content = at + _HEADER_BYTES + name_bytes
        if len(header) < _HEADER_BYTES or name_bytes > MOST_NAME_BYTES or content + size > len(packed):
            raise CellDied(f"a bundle is damaged at byte {at}")
        name = packed[at + _HEADER_BYTES : content].decode("utf-8", "surrogateescape")
        if "\0" in name or any(part in ("", ".", "..") for part in name.split("/")):
            raise CellDied(f"a bundle has a file of the name {name!r}")
        yield _Entry(name=name, mode=mode, begin=at, content=content, end=content + size)
        at = content + size
