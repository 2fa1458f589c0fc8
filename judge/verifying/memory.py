"""What earlier verifications found out, kept by content: a key names everything that a finding depends on.

One SQLite file that may be dropped at any time. What a host's failure made is never kept.
"""

from __future__ import annotations

import sqlite3
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from pydantic import TypeAdapter, ValidationError

from judge.models import Judged, Run
from judge.verdicts import Verdict

_T = TypeVar("_T")

#: Findings kept; beyond, those used longest ago go.
MOST_KEPT = 200_000
#: How long another verification on the same machine may hold the file.
_WAIT_S = 30.0

_RUN = TypeAdapter(Run)
_JUDGED = TypeAdapter(Judged)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a validator said of a file: yes or no, or that it failed, and why."""

    is_accepted: bool
    text: str = ""
    is_failure: bool = False


_SAID = TypeAdapter(Said)


class Memory:
    """Findings by key. With no path nothing is remembered and nothing found.

    ``surroundings`` names what every finding depends on: walls, launcher, this program.
    """

    def __init__(self, path: Path | None, surroundings: str = "") -> None:
        self._path = path
        self._database = _open(path) if path is not None else None
        self._surroundings = surroundings

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._run(
            "DELETE FROM found WHERE key IN (SELECT key FROM found ORDER BY used_at DESC LIMIT -1 OFFSET ?)",
            (MOST_KEPT,),
        )
        if self._database is not None:
            self._database.close()

    def find(self, key: str) -> str | None:
        """What was kept under the key."""
        rows = self._run(
            "UPDATE found SET used_at = ? WHERE key = ? RETURNING document", (int(time.time()), self._named(key))
        )
        return str(rows[0][0]) if rows else None

    def recall(self, key: str, adapter: TypeAdapter[_T]) -> _T | None:
        """What was kept under the key, as it was then; None also where another version of this program kept it."""
        document = self.find(key)
        try:
            return None if document is None else adapter.validate_json(document)
        except ValidationError:
            return None

    def keep(self, key: str, document: str) -> None:
        """Keep the document under the key."""
        self._run(
            "INSERT OR REPLACE INTO found (key, document, used_at) VALUES (?, ?, ?)",
            (self._named(key), document, int(time.time())),
        )

    def _run(self, statement: str, values: tuple[str | int, ...]) -> list[tuple[Any, ...]]:
        """What a statement gives; nothing where there is no file, or no use in it: no package fails for that."""
        if self._database is None:
            return []
        try:
            return self._database.execute(statement, values).fetchall()
        except sqlite3.OperationalError:
            # The disk is full, or somebody else has held the file for long.
            return []
        except sqlite3.DatabaseError:
            # Damaged where opening it did not look. Whoever opens it next begins anew.
            assert self._path is not None
            self._database.close()
            self._database = None
            _drop(self._path)
            return []

    def _named(self, key: str) -> str:
        return f"{self._surroundings} {key}"


class RememberedRuns:
    """Runs of earlier judgings, as ``judging.judge`` asks for them; counts what was found and what was made."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self.found = 0
        self.made = 0

    async def find(self, key: str) -> Run | None:
        """The run made under the same conditions."""
        run = self._memory.recall(f"run {key}", _RUN)
        self.found += 0 if run is None else 1
        return run

    async def keep(self, key: str, run: Run) -> None:
        """Remember a run."""
        self.made += 1
        self._memory.keep(f"run {key}", _RUN.dump_json(run).decode())

    def find_judging(self, key: str) -> Judged | None:
        """A whole judging made under the same conditions."""
        judged = self._memory.recall(f"judging {key}", _JUDGED)
        self.found += 0 if judged is None else len(judged.runs)
        return judged

    def keep_judging(self, key: str, judged: Judged) -> None:
        """Remember a whole judging, unless it is our side's or the package's failure, which may not happen again."""
        if judged.verdict is not Verdict.JE:
            self._memory.keep(f"judging {key}", _JUDGED.dump_json(judged).decode())


class RememberedChecks:
    """What validators said of a file, counted like runs."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self.found = 0
        self.made = 0

    def find(self, key: str) -> Said | None:
        """What was said under the same conditions."""
        said = self._memory.recall(f"check {key}", _SAID)
        self.found += 0 if said is None else 1
        return said

    def keep(self, key: str, said: Said) -> Said:
        """Remember what was said, unless it is a failure, which may not happen again; gives it back."""
        self.made += 1
        if not said.is_failure:
            self._memory.keep(f"check {key}", _SAID.dump_json(said).decode())
        return said


def _open(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        return _prepared(path)
    except sqlite3.DatabaseError:
        # Damaged, by a crash of the host: all that is lost is time.
        _drop(path)
        return _prepared(path)


def _drop(path: Path) -> None:
    """Remove the file, and its log: SQLite would put what is in that into the next one."""
    for ending in ("", "-wal", "-shm"):
        path.with_name(path.name + ending).unlink(missing_ok=True)


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
