"""Backups: everything that must survive, as one file that can be checked and restored on its own.

A tar file, so that no more than a tape drive is needed to look into it::

    manifest.json               what this is, of which revision, and which tables follow
    tables/NAME/000001.gz …     the rows of a table as ``COPY`` writes them, cut anywhere
    end.json                    how many rows of each table, their SHA-256, and where sequences stand

All rows are of one moment, whatever goes on meanwhile. A file without its ``end.json`` is no backup.
"""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
import zlib
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, BinaryIO

from judge.config import Settings
from judge.database import migrating, schema
from judge.errors import JudgeError
from judge.store import copying
from judge.store.copying import Standing, Table
from judge.store.pool import Connection, connect

FORMAT = 1
#: Written at a time, compressed.
_PIECE_BYTES = 4 * 1024 * 1024
#: Read at a time, decompressed.
_READ_BYTES = 1024 * 1024
_MANIFEST_BYTES = 16 * 1024 * 1024
_GZIP = 31  # zlib's way to say: with gzip's header
#: What of the settings is a secret, or means this machine only.
_UNTOLD = {"database_url", "broker_url", "data_dir"}

Said = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What a backup holds, or what of one was restored."""

    revision: str
    made_at: str
    #: By table.
    rows: Mapping[str, int]
    #: Blobs whose bytes are in an object store, and not in the backup.
    elsewhere: int
    #: Those of the machine where it was made.
    settings: Mapping[str, Any]
    #: Revisions applied after restoring.
    upgraded: tuple[str, ...] = ()


async def write(dsn: str, settings: Settings, file: BinaryIO, said: Said) -> Contents:
    """Write a backup of the database while it is in use.

    Raises:
        JudgeError: the database has no schema, or one that this program does not know.
    """
    await schema.check_migrated(dsn)
    async with connect(dsn) as connection:
        return await snapshot(connection, settings, file, said)


async def snapshot(connection: Connection, settings: Settings, file: BinaryIO, said: Said) -> Contents:
    """Write a backup of a database, whatever its revision is."""
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        revision = await copying.revision(connection)
        assert revision is not None
        tables = await copying.tables(connection)
        elsewhere = await copying.blobs_elsewhere(connection)
        told = settings.model_dump(mode="json", exclude=_UNTOLD)
        made_at = datetime.now(UTC).isoformat(timespec="seconds")
        with tarfile.open(fileobj=file, mode="w|", format=tarfile.PAX_FORMAT) as tar:
            manifest = {
                "format": FORMAT,
                "revision": revision,
                "made_at": made_at,
                "tables": [asdict(table) for table in tables],
                "settings": told,
                "elsewhere": elsewhere,
            }
            _add_json(tar, "manifest.json", manifest)
            rows, digests = {}, {}
            for number, table in enumerate(tables, 1):
                writer = _TableWriter(tar, table.name)
                rows[table.name] = await copying.copy_out(connection, table, writer.write)
                digests[table.name] = writer.close()
                said(f"{number}/{len(tables)} {table.name}: {rows[table.name]} rows, {writer.size} bytes")
            standing = [asdict(one) for one in await copying.sequences(connection)]
            _add_json(tar, "end.json", {"rows": rows, "sha256": digests, "sequences": standing})
    return Contents(revision=revision, made_at=made_at, rows=rows, elsewhere=elsewhere, settings=told)


async def restore(dsn: str, file: BinaryIO, said: Said, *, replaces: bool) -> Contents:
    """Make the database what it was when the backup was made, then bring its schema up to date: all, or nothing.

    Args:
        dsn: of a database that nobody else uses.
        file: the backup.
        said: told how far it is.
        replaces: whether what the database holds may go.

    Raises:
        JudgeError: it is no backup, not whole, of a newer program, or the database is in use or not empty.
    """
    try:
        with tarfile.open(fileobj=file, mode="r|") as tar:
            reader = _Reader(tar)
            manifest = reader.manifest()
            rows: dict[str, int] = {}

            async def load(connection: Connection) -> None:
                rows.update(await _load(connection, reader, manifest, said))

            revision = str(manifest["revision"])
            upgraded = await migrating.rebuild(dsn, revision=revision, replaces=replaces, load=load)
    except (tarfile.TarError, zlib.error, EOFError, KeyError, TypeError, ValueError) as error:
        raise JudgeError(f"this is no whole backup; nothing was restored: {error or type(error).__name__}") from error
    return Contents(
        revision=revision,
        made_at=str(manifest["made_at"]),
        rows=rows,
        elsewhere=int(manifest["elsewhere"]),
        settings=manifest["settings"],
        upgraded=tuple(upgraded),
    )


async def _load(connection: Connection, reader: _Reader, manifest: Mapping[str, Any], said: Said) -> dict[str, int]:
    """Put all rows into the tables of the backup's own revision."""
    tables = [Table(name=item["name"], columns=tuple(item["columns"])) for item in manifest["tables"]]
    close = await copying.open_for_loading(connection)
    rows, digests = {}, {}
    for number, table in enumerate(tables, 1):
        digest = hashlib.sha256()
        rows[table.name] = await copying.copy_in(connection, table, reader.rows(table.name, digest.update))
        digests[table.name] = digest.hexdigest()
        said(f"{number}/{len(tables)} {table.name}: {rows[table.name]} rows")
    end = reader.end()
    for name, count in rows.items():
        if (count, digests[name]) != (end["rows"].get(name), end["sha256"].get(name)):
            raise JudgeError(f"the backup is damaged: table {name} is not what was written; nothing was restored")
    await copying.set_sequences(connection, [Standing(**item) for item in end["sequences"]])
    said("checking that all that belongs together is there")
    await close()
    return rows


class _TableWriter:
    """Cuts one table's rows into compressed pieces."""

    def __init__(self, tar: tarfile.TarFile, table: str) -> None:
        self._tar = tar
        self._table = table
        self._number = 0
        self._digest = hashlib.sha256()
        self._begin()
        #: Bytes before compressing.
        self.size = 0

    async def write(self, piece: bytes) -> None:
        self._digest.update(piece)
        self.size += len(piece)
        self._buffer.write(self._zip.compress(piece))
        if self._buffer.tell() >= _PIECE_BYTES:
            self._end()
            self._begin()

    def close(self) -> str:
        """Write what is left; the SHA-256 of all rows."""
        if self.size:
            self._end()
        return self._digest.hexdigest()

    def _begin(self) -> None:
        self._buffer = io.BytesIO()
        self._zip = zlib.compressobj(level=3, wbits=_GZIP)

    def _end(self) -> None:
        self._buffer.write(self._zip.flush())
        self._number += 1
        _add(self._tar, f"tables/{self._table}/{self._number:06}.gz", self._buffer.getvalue())


class _Reader:
    """Reads a backup once, from its beginning to its end."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar
        self._member = tar.next()

    def manifest(self) -> Mapping[str, Any]:
        """What it is.

        Raises:
            JudgeError: it is no backup that this program can read.
        """
        manifest = self._json("manifest.json")
        if manifest["format"] != FORMAT:
            raise JudgeError(f"this backup is of format {manifest['format']}; this program reads {FORMAT}: update it")
        return manifest

    def end(self) -> Mapping[str, Any]:
        return self._json("end.json")

    async def rows(self, table: str, seen: Callable[[bytes], None]) -> AsyncIterator[bytes]:
        """The rows of the table that comes next, piece by piece, each told to ``seen``."""
        while self._member is not None and self._member.name.rpartition("/")[0] == f"tables/{table}":
            source = self._tar.extractfile(self._member)
            assert source is not None
            unzip = zlib.decompressobj(wbits=_GZIP)
            while packed := source.read(_READ_BYTES):
                while packed:
                    piece = unzip.decompress(packed, _READ_BYTES)
                    packed = unzip.unconsumed_tail
                    if piece:
                        seen(piece)
                        yield piece
            if rest := unzip.flush():
                seen(rest)
                yield rest
            if not unzip.eof:
                raise EOFError(f"{self._member.name} ends too early")
            self._member = self._tar.next()

    def _json(self, name: str) -> Mapping[str, Any]:
        if self._member is None or self._member.name != name:
            found = "the end of the file" if self._member is None else self._member.name
            raise EOFError(f"{found} where {name} should be")
        source = self._tar.extractfile(self._member)
        assert source is not None
        document: Mapping[str, Any] = json.loads(source.read(_MANIFEST_BYTES))
        self._member = self._tar.next()
        return document


def _add_json(tar: tarfile.TarFile, name: str, document: object) -> None:
    _add(tar, name, json.dumps(document, indent=1).encode())


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size = len(content)
    info.mode = 0o600
    tar.addfile(info, io.BytesIO(content))
