"""Where a right password of an account came from: browsers and addresses, as hashes."""

from __future__ import annotations

from collections.abc import Sequence

from judge.store.pool import Connection

#: Of one account, the latest. Programs may come from ever new addresses.
MOST_KEPT = 30


async def known(connection: Connection, login: str, origins: Sequence[bytes]) -> set[bytes]:
    """Those from which a right password of that login came before; asked in the same way where there is no such."""
    rows = await connection.fetch(
        "SELECT origin_hash FROM login_origins o JOIN users u ON u.id = o.user_id"
        " WHERE lower(u.login) = lower($1) AND origin_hash = ANY ($2)",
        *(login, origins),
    )
    return {row["origin_hash"] for row in rows}


async def forget(connection: Connection, user_id: int, origin: bytes) -> None:
    """What comes from there is a stranger's again."""
    await connection.execute("DELETE FROM login_origins WHERE user_id = $1 AND origin_hash = $2", user_id, origin)


async def remember(connection: Connection, user_id: int, origins: Sequence[bytes]) -> None:
    """A right password has come from there."""
    async with connection.transaction():
        await connection.execute(
            "INSERT INTO login_origins (user_id, origin_hash) SELECT $1, unnest($2::bytea[])"
            " ON CONFLICT (user_id, origin_hash) DO UPDATE SET seen_at = now()"
            " WHERE login_origins.seen_at < now() - interval '1 hour'",
            *(user_id, sorted(origins)),
        )
        await connection.execute(
            "DELETE FROM login_origins WHERE user_id = $1 AND origin_hash NOT IN"
            " (SELECT origin_hash FROM login_origins WHERE user_id = $1 ORDER BY seen_at DESC LIMIT $2)",
            *(user_id, MOST_KEPT),
        )
