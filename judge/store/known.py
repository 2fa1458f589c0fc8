"""Runs made by verifications, by a key that names everything they depend on. Any of them may be dropped at any time."""

from __future__ import annotations

import hashlib
from datetime import timedelta

from pydantic import TypeAdapter, ValidationError

from judge.models import Run
from judge.store.pool import Connection, Pool
from judge.verdicts import Verdict

_RUN = TypeAdapter(Run)


class KnownRuns:
    """What ``judging.judge`` asks whether a run has been made before."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def find(self, key: str) -> Run | None:
        """The run made under the same conditions."""
        async with self._pool.acquire() as connection:
            document = await connection.fetchval("SELECT run FROM known_runs WHERE key = $1", _digest(key))
        try:
            return None if document is None else _RUN.validate_python(document)
        except ValidationError:
            # Another release kept it.
            return None

    async def keep(self, key: str, run: Run) -> None:
        """Remember a run, unless it is our side's failure, which may not happen again."""
        if run.verdict is Verdict.JE:
            return
        async with self._pool.acquire() as connection:
            await connection.execute(
                "INSERT INTO known_runs (key, run) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET run = $2",
                _digest(key),
                _RUN.dump_python(run, mode="json"),
            )


async def prune(connection: Connection, *, older_than: timedelta) -> None:
    """Forget runs made longer ago than that."""
    await connection.execute("DELETE FROM known_runs WHERE made_at < now() - $1::interval", older_than)


def _digest(key: str) -> bytes:
    return hashlib.sha256(key.encode()).digest()
