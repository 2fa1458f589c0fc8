"""Unpacks the zip of a problem package, which may come from somebody who means harm.

Either everything in it is at the package's own level, as DOMjudge and Polygon zip it, or in one folder, as Kattis does.
Names are judged before anything is written; sizes are counted while unpacking, for what a zip says of itself may be a
lie.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import re
import shutil
import stat
import struct
import tempfile
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from zipfile import ZipFile, ZipInfo

from judge.errors import PackageError
from judge.models import KIB, MIB
from problems.findings import Findings
from problems.tree import plain_name

MOST_ENTRIES = 20_000
MOST_DEPTH = 16
#: In UTF-8, folders included: what every file system takes, wherever it is unpacked.
NAME_BYTES = 255
FILE_BYTES = 256 * MIB
TOTAL_BYTES = 1024 * MIB
#: Inputs of one number over and over shrink as far as zip can shrink anything, so a ratio says something of large
#: archives only: up to this size nobody asks.
FREE_BYTES = 64 * MIB
MOST_RATIO = 200

#: Enough for the most entries with long names. Without a bound the whole file could be one table of contents, and
#: each of its millions of entries becomes an object before anybody counts them.
_CONTENTS_BYTES = MOST_ENTRIES * 384
_CHUNK_BYTES = 256 * KIB
#: Of a file that is read into memory.
_READ_BYTES = 4 * MIB
_DRIVE = re.compile(r"[A-Za-z]:")
#: A path, which is what a link's entry holds.
_LINK_BYTES = 4 * KIB
_TOO_LONG_A_LINK = "is a link to a path longer than any file has"
#: Links to links to links.
_MOST_LINKS = 8
#: A bit of an entry's flags: the name is UTF-8; else it is in whatever its maker's system had.
_IS_UTF8 = 0x0800
#: Bits of an entry's flags: encrypted, strongly encrypted, and encrypted headers.
_ENCRYPTED = 0x0001 | 0x0040 | 0x2000
#: The standard library inflates these in bounded steps; of others, one step may fill the memory.
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
#: All that reading a broken zip is known to raise.
_BROKEN = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, ValueError, RuntimeError, OverflowError, OSError)


def unpack(archive: Path, into: Path) -> Path:
    """The package's folder, made in ``into``: with the name of the zip's one folder, else after that of the zip itself.

    Raises:
        PackageError: it is no zip, or one that is not to be unpacked. Nothing of it is left in ``into``.
    """
    with _open(archive) as file:
        try:
            zipped = ZipFile(file)
        except _BROKEN as error:
            raise _refusal(archive.name, f"is no zip file that can be read: {error}") from error
        members = _members(zipped, archive.name)
        top = _top_folder(members)
        name = top or plain_name(archive.stem)
        if name is None:
            text = "has no folder in it, so the package is called like the file: use at most 64 of a-z, 0-9, _ and -"
            raise _refusal(archive.name, text)
        folder = into / name
        folder.mkdir(parents=True)
        try:
            _extract(zipped, members, into if top else folder, _Allowance(archive))
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
    return folder


@dataclass(frozen=True, slots=True)
class Contents:
    """The files of a zip, by their paths within the package, read without being unpacked to disk."""

    _zipped: ZipFile
    _infos: Mapping[str, ZipInfo]

    @property
    def sizes(self) -> dict[str, int]:
        """How long each is; a file that turns out not to be, is refused when it is read."""
        return {path: info.file_size for path, info in self._infos.items()}

    def fingerprint(self, path: str) -> bytes:
        """Equal for equal files. Files that are too large to be read for this are told apart by what the zip says."""
        info = self._infos[path]
        if info.file_size > _READ_BYTES:
            return f"{info.file_size} {info.CRC}".encode()
        return hashlib.sha256(self.content(path)).digest()

    def content(self, path: str) -> bytes:
        """The file, which is not to be larger than ``_READ_BYTES``.

        Raises:
            PackageError: it is, or cannot be unpacked.
        """
        content = bytearray()
        for chunk in _chunks(self._zipped, self._infos[path]):
            content += chunk
            if len(content) > _READ_BYTES:
                raise _refusal(path, "larger than the zip tells")
        return bytes(content)


@contextlib.contextmanager
def reading(archive: Path) -> Iterator[Contents]:
    """The contents of a zip, judged as those of one that is unpacked.

    Raises:
        PackageError: it is no zip, or one that is not to be unpacked.
    """
    with _open(archive) as file:
        try:
            zipped = ZipFile(file)
        except _BROKEN as error:
            raise _refusal(archive.name, f"is no zip file that can be read: {error}") from error
        members = _members(zipped, archive.name)
        skipped = 1 if _top_folder(members) else 0
        files = {"/".join(each.path.parts[skipped:]): each.info for each in members if not each.is_folder}
        yield Contents(zipped, files)


@contextlib.contextmanager
def scratch() -> Iterator[Path]:
    """A directory to unpack in, removed at exit.

    On disk where there is a choice: /tmp is memory on many systems, and test data is large.
    """
    on_disk = "/var/tmp"  # noqa: S108 - mkdtemp makes a directory of our own in it.
    is_ours_to_choose = "TMPDIR" not in os.environ and os.access(on_disk, os.W_OK)
    with tempfile.TemporaryDirectory(prefix="judge-package-", dir=on_disk if is_ours_to_choose else None) as made:
        yield Path(made)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Member:
    """An entry whose name and kind are harmless."""

    info: ZipInfo
    path: PurePosixPath
    is_folder: bool
    is_link: bool = False


class _Allowance:
    """What the whole package may still grow by."""

    def __init__(self, archive: Path) -> None:
        by_ratio = FREE_BYTES + MOST_RATIO * archive.stat().st_size
        self._archive = archive.name
        self._left_bytes = self._most_bytes = min(TOTAL_BYTES, by_ratio)

    def take(self, size: int) -> None:
        self._left_bytes -= size
        if self._left_bytes < 0:
            why = "" if self._most_bytes == TOTAL_BYTES else ", far more than its size lets one expect"
            raise _refusal(self._archive, f"unpacks to more than {self._most_bytes // MIB} MiB{why}")


class _Bounded(io.BufferedReader):
    """A file that refuses to be read whole."""

    def read(self, size: int | None = -1, /) -> bytes:
        wanted = os.fstat(self.fileno()).st_size - self.tell() if size is None or size < 0 else size
        if wanted > _CONTENTS_BYTES:
            raise zipfile.BadZipFile(f"its table of contents is longer than {MOST_ENTRIES} entries need")
        return super().read(size)


def _open(archive: Path) -> _Bounded:
    try:
        return _Bounded(io.FileIO(archive))
    except OSError as error:
        raise _refusal(archive.name, f"cannot be read: {error.strerror}") from error


def _members(zipped: ZipFile, archive_name: str) -> list[_Member]:
    """All entries but those that macOS drops into every zip."""
    infos = zipped.infolist()
    if len(infos) > MOST_ENTRIES:
        raise _refusal(archive_name, f"has {len(infos)} entries; at most {MOST_ENTRIES} are taken")
    findings = Findings()
    members = []
    for info in infos:
        name = _name(info)
        trouble = _trouble_with_name(name) or _trouble_with_kind(info, name)
        if trouble:
            findings.error(_shown(name), trouble)
            continue
        path = PurePosixPath(name)
        if path.parts[0] != "__MACOSX" and path.name != ".DS_Store":
            is_link = stat.S_ISLNK(info.external_attr >> 16)
            members.append(_Member(info=info, path=path, is_folder=name.endswith("/"), is_link=is_link))
    _check_places(members, archive_name, findings)
    if not findings.errors:
        members = _without_links(zipped, members, findings)
    if findings.errors:
        raise PackageError(findings.errors)
    if all(member.is_folder for member in members):
        raise _refusal(archive_name, "has no files in it")
    return members


def _name(info: ZipInfo) -> str:
    """The name as it stands in the zip: ``filename`` ends at the first NUL.

    Names that are not marked as UTF-8 were read as those of DOS, where every byte means something. Many programs write
    UTF-8 all the same and do not say so.
    """
    name = info.orig_filename
    if info.flag_bits & _IS_UTF8:
        return name
    with contextlib.suppress(UnicodeError):
        return name.encode("cp437").decode("utf-8")
    return name


def _trouble_with_name(name: str) -> str | None:
    parts = name.removesuffix("/").split("/")
    if not name:
        return "an entry without a name"
    if len(name.encode(errors="replace")) > NAME_BYTES:
        return f"a name longer than {NAME_BYTES} bytes"
    if not name.isprintable():
        return "a name with characters that cannot be shown"
    if "\\" in name:
        return "a name with a backslash; folders are divided by /"
    if name.startswith("/") or _DRIVE.match(name):
        return "an absolute path; names are to begin at the package"
    if ".." in parts:
        return "a path that leaves the package"
    if "" in parts or "." in parts:
        return "a path that is none; write it without // and /./"
    if len(parts) > MOST_DEPTH:
        return f"folders nested deeper than {MOST_DEPTH}"
    return None


def _trouble_with_kind(info: ZipInfo, name: str) -> str | None:
    if info.flag_bits & _ENCRYPTED:
        return "is encrypted; make the zip without a password"
    # Where the zip was made on Unix, the upper half is what stat said of the file.
    kind = stat.S_IFMT(info.external_attr >> 16)
    is_link = kind == stat.S_IFLNK and not name.endswith("/")
    if not is_link and kind not in (0, stat.S_IFDIR if name.endswith("/") else stat.S_IFREG):
        return "is neither a regular file nor a folder"
    if info.compress_type not in _METHODS:
        return f"is compressed by method {info.compress_type}; make the zip with deflate, which every program can"
    return _TOO_LONG_A_LINK if is_link and info.file_size > _LINK_BYTES else None


def _check_places(members: list[_Member], archive_name: str, findings: Findings) -> None:
    """No two entries may be in one place, not even on file systems to which upper and lower case are the same."""
    taken: set[str] = set()
    places: dict[str, tuple[str, bool]] = {}
    for member in members:
        name, parts = str(member.path), member.path.parts
        if _folded(name) in taken:
            findings.error(name, "is in the zip twice, or in upper and in lower case")
            continue
        taken.add(_folded(name))
        for depth in range(1, len(parts) + 1):
            place = "/".join(parts[:depth]), depth < len(parts) or member.is_folder
            known = places.setdefault(_folded(place[0]), place)
            if known != place:
                findings.error(name, f"and {known[0]} cannot both be: one as file and folder, or in different case")
                break
    if len(places) > MOST_ENTRIES:
        findings.error(archive_name, f"unpacks to more than {MOST_ENTRIES} files and folders")


def _without_links(zipped: ZipFile, members: list[_Member], findings: Findings) -> list[_Member]:
    """The same with a copy of the file in the place of each link to one; links elsewhere are refused.

    No link is ever made: nothing that is unpacked afterwards could be written through one.
    """
    by_path = {member.path: member for member in members}
    found = []
    for member in members:
        if not member.is_link:
            found.append(member)
            continue
        target: _Member | None = member
        for _ in range(_MOST_LINKS):
            if target is None or not target.is_link:
                break
            path = _target(zipped, target)
            target = by_path.get(path) if path is not None else None
        if target is None or target.is_link or target.is_folder:
            text = "is a link to no file of the package; put a copy of the file in its place"
            findings.error(str(member.path), text)
        else:
            found.append(_Member(info=target.info, path=member.path, is_folder=False))
    return found


def _target(zipped: ZipFile, link: _Member) -> PurePosixPath | None:
    """Where a link leads within the zip, by its words alone; None: outside."""
    text = b"".join(_chunks(zipped, link.info)).decode("utf-8", "replace")
    if text.startswith("/"):
        return None
    parts = list(link.path.parent.parts)
    for part in PurePosixPath(text).parts:
        if part != "..":
            parts.append(part)
        elif parts:
            parts.pop()
        else:
            return None
    return PurePosixPath(*parts)


def _top_folder(members: list[_Member]) -> str | None:
    """The one folder that everything is in; None where that level is the package's own."""
    tops = {member.path.parts[0] for member in members}
    if len(tops) > 1 or any(len(member.path.parts) == 1 and not member.is_folder for member in members):
        return None
    return tops.pop()


def _extract(zipped: ZipFile, members: list[_Member], into: Path, allowance: _Allowance) -> None:
    for member in members:
        target = into / member.path
        if member.is_folder:
            target.mkdir(parents=True, exist_ok=True)
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            _write(zipped, member.info, target, allowance)


def _write(zipped: ZipFile, info: ZipInfo, target: Path, allowance: _Allowance) -> None:
    size = 0
    with target.open("xb") as file:
        for chunk in _chunks(zipped, info):
            size += len(chunk)
            if size > FILE_BYTES:
                raise _refusal(info.orig_filename, f"larger than {FILE_BYTES // MIB} MiB")
            allowance.take(len(chunk))
            file.write(chunk)
    if size != info.file_size:
        raise _refusal(info.orig_filename, f"has {size} bytes, not the {info.file_size} that the zip tells")


def _chunks(zipped: ZipFile, info: ZipInfo) -> Iterator[bytes]:
    try:
        with zipped.open(info) as file:
            while chunk := file.read(_CHUNK_BYTES):
                yield chunk
    except _BROKEN as error:
        raise _refusal(_shown(info.orig_filename), f"cannot be unpacked: {error}") from error


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def _shown(name: str) -> str:
    """A name for messages: a hostile one has up to 64 KiB, or none at all."""
    if not name:
        return "(no name)"
    return name if len(name) <= NAME_BYTES else f"{name[:60]}..."


def _refusal(file: str, text: str) -> PackageError:
    findings = Findings()
    findings.error(file, text)
    return PackageError(findings.errors)
