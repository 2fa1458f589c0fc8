"""Shared libraries bound to an address: what a loader does to one each time, done once when an image is made.

A library that may lie anywhere has to be told where it lies: each address in its data is a relocation, and the Java
virtual machine has more than a hundred thousand. Here they are made for one address, and the loader is told to put the
library there: nothing is left to it but to look up the names of others. The kernel gives the address if it is free,
which it is, since nothing else is anywhere near.
"""

from __future__ import annotations

import io
import struct
import tarfile
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from judge.errors import SandboxError

#: Far below what the kernel chooses itself, far above what anybody asks for.
ADDRESS = 0x2000_0000_0000

_MAGIC = b"\x7fELF\x02\x01"
_SHARED, _X86_64 = 3, 62
_LOAD, _DYNAMIC, _STACK = 1, 2, 0x6474E551
_SYMTAB, _STRTAB = 6, 5
_RELA, _RELASZ, _RELACOUNT = 7, 8, 0x6FFF_FFF9
_PLTRELSZ, _JMPREL = 2, 0x17
#: Entries of the dynamic section that are addresses: of tables, and of what is called at first and at last.
_ADDRESSES = frozenset(
    {3, 4, _STRTAB, _SYMTAB, _RELA, 12, 13, _JMPREL, 25, 26, 0x6FFF_FEF5, 0x6FFF_FFFC, 0x6FFF_FFFE, 0x6FFF_FFF0}
)
#: What a library of C++ has: addresses by name, in tables and for calls, and those of its threads' own variables.
_RELATIVE, _BY_NAME = 8, frozenset({1, 6, 7, 16, 17, 18})
_UNDEFINED, _ABSOLUTE, _THREADS_OWN = 0, 0xFFF1, 6


class _Segment(NamedTuple):
    kind: int
    flags: int
    offset: int
    address: int
    physical: int
    file_size: int
    memory_size: int
    alignment: int


def bind(tar: Path, libraries: Mapping[str, str], *, date_s: int) -> None:
    """Add bound copies of libraries to a tree: the new one's path, and that of the one it is made of.

    Raises:
        SandboxError: there is no such library, or none that can be bound.
    """
    with tarfile.open(tar) as tree:
        found = {path: _read(tree, path) for path in set(libraries.values())}
        folders = {member.name.rstrip("/") for member in tree if member.isdir()}
    with tarfile.open(tar, "a") as tree:
        for path, original in sorted(libraries.items()):
            name = f".{path}"
            if (folder := str(PurePosixPath(name).parent)) not in folders and f"./{folder}" not in folders:
                tree.addfile(_member(f"./{folder}", date_s, kind=tarfile.DIRTYPE))
                folders.add(folder)
            content = bound(found[original])
            tree.addfile(_member(name, date_s, size=len(content)), io.BytesIO(content))


def bound(library: bytes, address: int = ADDRESS) -> bytes:
    """The library as it is in memory at ``address``, for a loader to put there.

    Raises:
        SandboxError: it is none for this processor, or has relocations of other kinds than C++'s compilers make.
    """
    try:
        return _Library(library, address).moved()
    except (struct.error, KeyError, StopIteration) as error:
        raise SandboxError(f"a library cannot be bound to an address: {error!r}") from error


class _Library:
    """A shared library on its way."""

    def __init__(self, content: bytes, address: int) -> None:
        self._bytes = bytearray(content)
        self._by = address
        if not content.startswith(_MAGIC) or self._get("<HH", 16) != (_SHARED, _X86_64):
            raise SandboxError("only shared libraries for x86-64 can be bound to an address")
        (self._headers,), (count,) = self._get("<Q", 32), self._get("<H", 56)
        self._segments = [_Segment(*self._get("<IIQQQQQQ", self._headers + 56 * n)) for n in range(count)]
        dynamic = next(segment for segment in self._segments if segment.kind == _DYNAMIC)
        #: Where each entry of the dynamic section has its value.
        self._entries: dict[int, int] = {}
        for at in range(dynamic.offset, dynamic.offset + dynamic.file_size, 16):
            self._entries.setdefault(self._get("<Q", at)[0], at + 8)

    def moved(self) -> bytes:
        self._relocate()
        self._move_symbols()
        for tag in _ADDRESSES & self._entries.keys():
            self._add(self._entries[tag])
        for number, segment in enumerate(self._segments):
            if segment.kind != _STACK:
                self._add(self._headers + 56 * number + 16)
                self._add(self._headers + 56 * number + 24)
        # Loaders do not look at sections; whoever does shall not find what was true before.
        struct.pack_into("<Q", self._bytes, 40, 0)
        struct.pack_into("<HH", self._bytes, 60, 0, 0)
        return bytes(self._bytes)

    def _relocate(self) -> None:
        """Make the relocations that need no names, which come first, and leave the others to the loader."""
        count, size = self._entry(_RELACOUNT), self._entry(_RELASZ)
        first, calls = self._offset(self._entry(_RELA)), self._offset(self._entry(_JMPREL))
        for at in range(first, first + 24 * count, 24):
            place, info, addend = self._get("<QQQ", at)
            if info != _RELATIVE:
                raise SandboxError(f"a library has a relocation of kind {info:#x} among those that need no name")
            struct.pack_into("<Q", self._bytes, self._offset(place), addend + self._by)
        rest = range(first + 24 * count, first + size, 24)
        for at in (*rest, *range(calls, calls + self._entry(_PLTRELSZ), 24)):
            _, info = self._get("<QQ", at)
            if info & 0xFFFF_FFFF not in _BY_NAME:
                raise SandboxError(f"a library has a relocation of kind {info & 0xFFFF_FFFF}")
            self._add(at)
        self._put(_RELA, self._entry(_RELA) + 24 * count)
        self._put(_RELASZ, size - 24 * count)
        self._put(_RELACOUNT, 0)

    def _move_symbols(self) -> None:
        # The table has no length: that of the names follows it.
        for at in range(self._offset(self._entry(_SYMTAB)), self._offset(self._entry(_STRTAB)), 24):
            _, info, _, section = self._get("<IBBH", at)
            if section not in (_UNDEFINED, _ABSOLUTE) and info & 15 != _THREADS_OWN:
                self._add(at + 8)

    def _get(self, layout: str, at: int) -> tuple[int, ...]:
        return struct.unpack_from(layout, self._bytes, at)

    def _add(self, at: int) -> None:
        struct.pack_into("<Q", self._bytes, at, self._get("<Q", at)[0] + self._by)

    def _entry(self, tag: int) -> int:
        return self._get("<Q", self._entries[tag])[0]

    def _put(self, tag: int, value: int) -> None:
        struct.pack_into("<Q", self._bytes, self._entries[tag], value)

    def _offset(self, address: int) -> int:
        """Where in the file that address is."""
        holds = (item for item in self._segments if item.kind == _LOAD)
        segment = next(item for item in holds if item.address <= address < item.address + item.file_size)
        return segment.offset + address - segment.address


def _read(tree: tarfile.TarFile, path: str) -> bytes:
    try:
        file = tree.extractfile(f".{path}")
    except KeyError:
        file = None
    if file is None:
        raise SandboxError(f"there is no library {path} to be bound to an address")
    return file.read()


def _member(name: str, date_s: int, *, size: int = 0, kind: bytes = tarfile.REGTYPE) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.type, member.size, member.mtime, member.mode = kind, size, date_s, 0o755
    return member
