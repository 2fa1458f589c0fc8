"""What earlier verifications found out, kept by content: a key names everything that a finding depends on.

One SQLite file that may be dropped at any time. What a host's failure made is never kept.
"""

from __future__ import annotations

import hashlib
import sqlite3
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from pydantic import TypeAdapter, ValidationError

from judge.models import Run
from judge.verdicts import Verdict

#: Findings kept; beyond, those used longest ago go.
MOST_KEPT = 200_000
#: How long another verification on the same machine may hold the file.
_WAIT_S = 30.0

_RUN = TypeAdapter(Run)


def key_of(*parts: str | bytes | int | None) -> str:
    """A digest of all parts: equal for equal parts in equal places only."""
    digest = hashlib.sha256()
    for part in parts:
        encoded = repr(part).encode()
        digest.update(len(encoded).to_bytes(8, "big"))
        digest.update(encoded)
    return digest.hexdigest()


class Memory:
    """Findings by key. With no path nothing is remembered beyond the process, and nothing is found."""

    def __init__(self, path: Path | None) -> None:
        self._database = _open(path) if path is not None else None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._database is not None:
            self._database.execute(
                "DELETE FROM found WHERE key IN (SELECT key FROM found ORDER BY used_at DESC LIMIT -1 OFFSET ?)",
                (MOST_KEPT,),
            )
            self._database.close()

    def find(self, key: str) -> str | None:
        """What was kept under the key."""
        if self._database is None:
            return None
        row = self._database.execute(
            "UPDATE found SET used_at = ? WHERE key = ? RETURNING document", (int(time.time()), key)
        ).fetchone()
        return None if row is None else str(row[0])

    def keep(self, key: str, document: str) -> None:
        """Keep the document under the key."""
        if self._database is not None:
            self._database.execute(
                "INSERT OR REPLACE INTO found (key, document, used_at) VALUES (?, ?, ?)",
                (key, document, int(time.time())),
            )


class RememberedRuns:
    """Runs of earlier judgings, as ``judging.judge`` asks for them; counts what was found and what was made."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self.found = 0
        self.made = 0

    async def find(self, key: str) -> Run | None:
        """The run made under the same conditions."""
        document = self._memory.find(f"run {key}")
        if document is None:
            return None
        try:
            run = _RUN.validate_json(document)
        except ValidationError:
            # Another version of this program kept it.
            return None
        self.found += 1
        return run

    async def keep(self, key: str, run: Run) -> None:
        """Remember a run, unless it is our side's failure, which may not happen again."""
        self.made += 1
        if run.verdict is not Verdict.JE:
            self._memory.keep(f"run {key}", _RUN.dump_json(run).decode())


def _open(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        return _prepared(path)
    except sqlite3.DatabaseError:
        # Damaged, by a crash of the host: all that is lost is time.
        path.unlink(missing_ok=True)
        return _prepared(path)


def _prepared(path: Path) -> sqlite3.Connection:
    database = sqlite3.connect(path, timeout=_WAIT_S, isolation_level=None)
    try:
        # What a crash loses is found out anew, so that nothing has to wait for the disk.
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = OFF")
        database.execute("CREATE TABLE IF NOT EXISTS found (key TEXT PRIMARY KEY, document TEXT, used_at INTEGER)")
        database.execute("CREATE INDEX IF NOT EXISTS found_used_at ON found (used_at)")
    except BaseException:
        database.close()
        raise
    return database
