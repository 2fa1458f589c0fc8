"""Sources that were sent with a session that was over: kept for a while, for whoever has the token."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from judge.store.pool import Connection

LIFETIME = timedelta(hours=2)
#: Whoever sends them is known to nobody, so that all together have a bound.
MOST = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What was sent."""

    language: str
    source: bytes


async def keep(connection: Connection, *, token_hash: bytes, kept: Kept) -> bool:
    """Keep it, to be found by the token's SHA-256; False where there is no room."""
    tag = await connection.execute(
        "INSERT INTO kept_sources (token_hash, language, source)"
        " SELECT $1, $2, $3 WHERE (SELECT count(*) FROM kept_sources) < $4",
        token_hash,
        kept.language,
        kept.source,
        MOST,
    )
    return tag == "INSERT 0 1"


async def find(connection: Connection, token_hash: bytes) -> Kept | None:
    """What is kept there, if it still is."""
    row = await connection.fetchrow(
        "SELECT language, source FROM kept_sources WHERE token_hash = $1 AND kept_at > now() - $2::interval",
        token_hash,
        LIFETIME,
    )
    return None if row is None else Kept(**row)


async def prune(connection: Connection) -> None:
    """Forget what was kept for long enough."""
    await connection.execute("DELETE FROM kept_sources WHERE kept_at <= now() - $1::interval", LIFETIME)
