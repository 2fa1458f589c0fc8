"""All rows of the database, out and in again: what a backup is made of.

Tables, columns, constraints and sequences are asked of the server, so that nothing that a migration adds is forgotten.
"""

from __future__ import annotations

from collections.abc import AsyncIterable, Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any

from judge.store.pool import Connection

#: The schema's own revision, which migrating writes.
REVISION_TABLE = "alembic_version"
#: One table may be all test data of years.
_COPY_TIMEOUT_S = 24 * 3600.0
_LOCK_TIMEOUT = "10s"


_OURS = (
    "namespace = current_schema()::regnamespace"
    " AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = found.oid AND deptype = 'e')"
)
#: Each makes statements; what goes with what an earlier one drops is gone when a later one looks.
_DROPS = tuple(
    f"SELECT format('DROP {kind} %s CASCADE', found.oid::{name}) FROM {catalog} found WHERE {which} AND {prefix}{_OURS}"
    for kind, name, catalog, which, prefix in (
        ("TABLE", "regclass", "pg_class", "relkind IN ('r', 'p')", "rel"),
        ("ROUTINE", "regprocedure", "pg_proc", "true", "pro"),
        ("TYPE", "regtype", "pg_type", "typtype IN ('e', 'd')", "typ"),
        ("SEQUENCE", "regclass", "pg_class", "relkind = 'S'", "rel"),
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table, and those of its columns that have values of their own."""

    name: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a sequence stands."""

    name: str
    last_value: int
    is_called: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _ForeignKey:
    table: str
    name: str
    definition: str


async def tables(connection: Connection) -> list[Table]:
    """All tables but that of the revision, by name."""
    rows = await connection.fetch(
        "SELECT relname, array_agg(attname::text ORDER BY attnum) AS columns"
        " FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid"
        " WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r' AND relname <> $1"
        " AND attnum > 0 AND NOT attisdropped AND attgenerated = '' GROUP BY relname ORDER BY relname",
        REVISION_TABLE,
    )
    return [Table(name=row["relname"], columns=tuple(row["columns"])) for row in rows]


async def sequences(connection: Connection) -> list[Standing]:
    """Where all sequences stand, now: no earlier than any snapshot."""
    names = await connection.fetch(
        "SELECT relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind = 'S'"
        " ORDER BY relname"
    )
    found = []
    for (name,) in names:
        row = await connection.fetchrow(f"SELECT last_value, is_called FROM {_quoted(name)}")
        assert row is not None
        found.append(Standing(name=name, last_value=row["last_value"], is_called=row["is_called"]))
    return found


async def revision(connection: Connection) -> str | None:
    """The schema's revision; None: there is no schema."""
    if await connection.fetchval("SELECT to_regclass($1)", REVISION_TABLE) is None:
        return None
    found: str | None = await connection.fetchval(f"SELECT version_num FROM {REVISION_TABLE}")
    return found


async def size_bytes(connection: Connection) -> int:
    """How large the database is on its disk, about: for telling how far a backup is."""
    size: int = await connection.fetchval("SELECT pg_database_size(current_database())")
    return size


async def blobs_elsewhere(connection: Connection) -> int:
    """How many blobs have their bytes in an object store, which no copying of rows takes along."""
    count: int = await connection.fetchval("SELECT count(*) FROM blobs WHERE content IS NULL")
    return count


async def copy_out(connection: Connection, table: Table, write: Callable[[bytes], Coroutine[Any, Any, None]]) -> int:
    """Hand on all rows of a table, piece by piece; how many those were."""
    columns = ", ".join(map(_quoted, table.columns))
    tag = await connection.copy_from_query(
        f"SELECT {columns} FROM {_quoted(table.name)}", output=write, timeout=_COPY_TIMEOUT_S
    )
    return int(tag.removeprefix("COPY "))


async def copy_in(connection: Connection, table: Table, pieces: AsyncIterable[bytes]) -> int:
    """Add rows to a table as they come; how many those were."""
    tag = await connection.copy_to_table(
        table.name, source=pieces, columns=list(table.columns), timeout=_COPY_TIMEOUT_S
    )
    return int(tag.removeprefix("COPY "))


async def is_empty(connection: Connection) -> bool:
    """Whether no table has a row that somebody could miss."""
    for table in await tables(connection):
        if await connection.fetchval(f"SELECT EXISTS (SELECT FROM {_quoted(table.name)})"):
            return False
    return True


async def drop_all(connection: Connection) -> None:
    """Drop tables, types, functions and sequences, unless they are an extension's; within a transaction."""
    await connection.execute(f"SET LOCAL lock_timeout = '{_LOCK_TIMEOUT}'")
    for statement in _DROPS:
        for (drop,) in await connection.fetch(statement):
            await connection.execute(drop)


async def open_for_loading(connection: Connection) -> Callable[[], Awaitable[None]]:
    """Let rows come in any order, as they stood, with no trigger; what is given puts everything right again.

    Foreign keys are dropped and made anew, which checks every row. Within a transaction.
    """
    keys = [
        _ForeignKey(table=row["conrelid"], name=row["conname"], definition=row["definition"])
        for row in await connection.fetch(
            "SELECT conrelid::regclass::text AS conrelid, conname, pg_get_constraintdef(oid) AS definition"
            " FROM pg_constraint WHERE contype = 'f' AND connamespace = current_schema()::regnamespace"
        )
    ]
    names = [table.name for table in await tables(connection)]
    for key in keys:
        await connection.execute(f"ALTER TABLE {key.table} DROP CONSTRAINT {_quoted(key.name)}")
    for name in names:
        await connection.execute(f"ALTER TABLE {_quoted(name)} DISABLE TRIGGER USER")
        # What a migration put there is in the backup as well.
        await connection.execute(f"DELETE FROM {_quoted(name)}")

    async def close() -> None:
        for name in names:
            await connection.execute(f"ALTER TABLE {_quoted(name)} ENABLE TRIGGER USER")
        for key in keys:
            statement = f"ALTER TABLE {key.table} ADD CONSTRAINT {_quoted(key.name)} {key.definition}"
            await connection.execute(statement, timeout=_COPY_TIMEOUT_S)

    return close


async def set_sequences(connection: Connection, wanted: Sequence[Standing]) -> None:
    """Let sequences go on where they stood."""
    for one in wanted:
        await connection.execute(
            "SELECT setval($1::text::regclass, $2, $3)", _quoted(one.name), one.last_value, one.is_called
        )


def _quoted(name: str) -> str:
    """A name as SQL has it."""
    return '"' + name.replace('"', '""') + '"'
