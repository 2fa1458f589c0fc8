"""Bundles: several files in one, the form in which programs travel in and out of a cell.

For each file: length of its name, mode (4 bytes each), size (8 bytes), name, content; numbers big-endian.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

EXECUTABLE = 0o755
PLAIN = 0o644


def pack(files: Mapping[str, bytes], *, mode: int = PLAIN) -> bytes:
    """A bundle of these files, by name."""
    return b"".join(_packed(files.items(), mode))


def _packed(files: Iterable[tuple[str, bytes]], mode: int) -> Iterable[bytes]:
    for name, content in files:
        encoded = name.encode()
        yield len(encoded).to_bytes(4, "big") + mode.to_bytes(4, "big") + len(content).to_bytes(8, "big")
        yield encoded
        yield content
