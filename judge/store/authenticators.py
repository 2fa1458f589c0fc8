"""Authenticators: what makes the one-time codes asked for after a password, and the codes for when it is lost."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from judge.errors import NotFound, UsageError
from judge.store import audit
from judge.store.pool import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Authenticator:
    """One that is asked for."""

    secret: bytes = field(repr=False)
    confirmed_at: datetime
    recovery_codes: int


async def begin(connection: Connection, *, account_id: int, secret: bytes) -> None:
    """Keep a secret that is about to be confirmed, in place of one that never was.

    Raises:
        UsageError: the account has an authenticator.
    """
    kept = await connection.fetchval(
        "INSERT INTO authenticators AS a (user_id, secret) VALUES ($1, $2) ON CONFLICT (user_id) DO UPDATE"
        " SET secret = excluded.secret, created_at = now() WHERE a.confirmed_at IS NULL RETURNING user_id",
        account_id,
        secret,
    )
    if kept is None:
        raise UsageError("The account has an authenticator; turn it off first.")


async def unconfirmed(connection: Connection, account_id: int) -> bytes | None:
    """The secret that waits for its first code, if it was made within the hour."""
    secret: bytes | None = await connection.fetchval(
        "SELECT secret FROM authenticators"
        " WHERE user_id = $1 AND confirmed_at IS NULL AND created_at > now() - interval '1 hour'",
        account_id,
    )
    return secret


async def confirm(
    connection: Connection, *, account_id: int, secret: bytes, step: int, recovery_codes: Collection[str]
) -> None:
    """Ask for codes from now on; the one of ``step`` was seen.

    Raises:
        UsageError: the secret is not that one any more.
    """
    async with connection.transaction():
        kept = await connection.fetchval(
            "UPDATE authenticators SET confirmed_at = now(), last_step = $3"
            " WHERE user_id = $1 AND secret = $2 AND confirmed_at IS NULL RETURNING user_id",
            *(account_id, secret, step),
        )
        if kept is None:
            raise UsageError("Another secret was made meanwhile; begin again.")
        await _keep_codes(connection, account_id, recovery_codes)
        await audit.record(connection, by=account_id, action="add authenticator", data={"user_id": account_id})


async def find(connection: Connection, account_id: int) -> Authenticator | None:
    """The account's authenticator, if codes of one are asked for."""
    row = await connection.fetchrow(
        "SELECT secret, confirmed_at, (SELECT count(*) FROM recovery_codes c WHERE c.user_id = a.user_id)"
        " AS recovery_codes FROM authenticators a WHERE user_id = $1 AND confirmed_at IS NOT NULL",
        account_id,
    )
    return Authenticator(**row) if row else None


async def use_step(connection: Connection, *, account_id: int, step: int) -> bool:
    """Use the code of that step; False where it, or a later one, was used before."""
    used = await connection.fetchval(
        "UPDATE authenticators SET last_step = $2 WHERE user_id = $1 AND last_step < $2 RETURNING true",
        account_id,
        step,
    )
    return used is not None


async def use_recovery_code(connection: Connection, *, account_id: int, code: str) -> bool:
    """Use up a recovery code; False where it is none of the account's."""
    async with connection.transaction():
        used = await connection.fetchval(
            "DELETE FROM recovery_codes WHERE user_id = $1 AND code_hash = $2 RETURNING true", account_id, _hash(code)
        )
        if used is not None:
            await audit.record(connection, by=account_id, action="use recovery code", data={"user_id": account_id})
    return used is not None


async def replace_recovery_codes(connection: Connection, *, account_id: int, recovery_codes: Collection[str]) -> None:
    """Have these recovery codes in place of those there were."""
    async with connection.transaction():
        await connection.execute("DELETE FROM recovery_codes WHERE user_id = $1", account_id)
        await _keep_codes(connection, account_id, recovery_codes)
        await audit.record(connection, by=account_id, action="renew recovery codes", data={"user_id": account_id})


async def remove(connection: Connection, *, account_id: int, by: int | None) -> None:
    """Ask for no codes any more.

    Raises:
        NotFound: none were asked for.
    """
    async with connection.transaction():
        removed = await connection.fetchval(
            "DELETE FROM authenticators WHERE user_id = $1 AND confirmed_at IS NOT NULL RETURNING user_id", account_id
        )
        if removed is None:
            raise NotFound("The account has no authenticator.")
        await audit.record(connection, by=by, action="remove authenticator", data={"user_id": account_id})


async def _keep_codes(connection: Connection, account_id: int, codes: Collection[str]) -> None:
    await connection.executemany(
        "INSERT INTO recovery_codes (user_id, code_hash) VALUES ($1, $2)",
        [(account_id, _hash(code)) for code in codes],
    )


def _hash(code: str) -> bytes:
    return hashlib.sha256(code.encode(errors="replace")).digest()
