"""Bundles: several files in one, the form in which programs and feedback travel in and out of a cell.

For each file: length of its name, mode (4 bytes each), size (8 bytes), name, content; numbers big-endian. A name that
is no UTF-8 comes and goes unharmed (PEP 383).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
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
    for file in _unpacked(packed):
        if file.name in files:
            raise CellDied(f"a bundle has the file {file.name!r} twice")
        files[file.name] = file
        if len(files) > most_files:
            raise CellDied(f"a bundle has more than {most_files} files")
    return tuple(files.values())


def _packed(name: str, content: bytes, mode: int) -> bytes:
    encoded = name.encode("utf-8", "surrogateescape")
    sizes = (len(encoded).to_bytes(4, "big"), mode.to_bytes(4, "big"), len(content).to_bytes(8, "big"))
    return b"".join((*sizes, encoded, content))


def _unpacked(packed: bytes) -> Iterator[File]:
    at = 0
    while at < len(packed):
        header = packed[at : at + _HEADER_BYTES]
        name_bytes, mode, size = (int.from_bytes(header[a:b], "big") for a, b in ((0, 4), (4, 8), (8, 16)))
        begin = at + _HEADER_BYTES + name_bytes
        if len(header) < _HEADER_BYTES or name_bytes > MOST_NAME_BYTES or begin + size > len(packed):
            raise CellDied(f"a bundle is damaged at byte {at}")
        name = packed[at + _HEADER_BYTES : begin].decode("utf-8", "surrogateescape")
        if "\0" in name or any(part in ("", ".", "..") for part in name.split("/")):
            raise CellDied(f"a bundle has a file of the name {name!r}")
        yield File(name=name, content=packed[begin : begin + size], is_executable=bool(mode & 0o100))
        at = begin + size
