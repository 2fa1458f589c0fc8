"""Bundles: several files in one, the form in which programs travel in and out of a cell.

For each file: length of its name, mode (4 bytes each), size (8 bytes), name, content; numbers big-endian.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from judge.errors import CellDied

EXECUTABLE = 0o755
PLAIN = 0o644


def pack(files: Mapping[str, bytes]) -> bytes:
    """A bundle of these files, by name."""
    return b"".join(_packed(files.items()))


def _packed(files: Iterable[tuple[str, bytes]]) -> Iterable[bytes]:
    for name, content in files:
        encoded = name.encode()
        yield len(encoded).to_bytes(4, "big") + PLAIN.to_bytes(4, "big") + len(content).to_bytes(8, "big")
        yield encoded
        yield content


def names(bundle: bytes) -> tuple[str, ...]:
    """The names of a bundle's files.

    Raises:
        CellDied: these bytes are no bundle.
    """
    found: list[str] = []
    at = 0
    while at < len(bundle):
        name_size = int.from_bytes(bundle[at : at + 4], "big")
        size = int.from_bytes(bundle[at + 8 : at + 16], "big")
        end = at + 16 + name_size + size
        if end > len(bundle):
            raise CellDied("a damaged bundle")
        found.append(bundle[at + 16 : at + 16 + name_size].decode(errors="replace"))
        at = end
    return tuple(found)
