"""Archives in the one format that kernels unpack as their initial ramdisk ("newc")."""

from __future__ import annotations

import stat
from collections.abc import Mapping
from pathlib import Path, PurePosixPath


def packed(files: Mapping[str, Path]) -> bytes:
    """An archive of these files under these names, their folders included, all of them root's."""
    folders = {str(parent) for name in files for parent in PurePosixPath(name).parents} - {"."}
    archive = bytearray()
    for name in sorted(folders):
        archive += _entry(name, stat.S_IFDIR | 0o755, b"")
    for name, path in files.items():
        archive += _entry(name, stat.S_IFREG | (0o755 if path.stat().st_mode & 0o100 else 0o644), path.read_bytes())
    archive += _entry("TRAILER!!!", 0, b"")
    return bytes(archive)


def _entry(name: str, mode: int, content: bytes) -> bytes:
    encoded = name.encode() + b"\0"
    # Inode, mode, user, group, links, time, size, four numbers of devices, length of the name, checksum.
    numbers = (0, mode, 0, 0, 1, 0, len(content), 0, 0, 0, 0, len(encoded), 0)
    header = b"070701" + b"".join(b"%08X" % number for number in numbers)
    return _padded(header + encoded) + _padded(content)


def _padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % 4)
