"""API tokens: what programs log in with instead of a password.

A program holds a random token, the table only its SHA-256. A token may do what its scope says, and never more than the
account's role at the time it is used.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import asyncpg

from judge.errors import NotFound, UsageError
from judge.store import audit, staff
from judge.store.accounts import Role
from judge.store.pool import Connection
from judge.store.sessions import Viewer

#: By which those who look for leaked secrets know ours.
PREFIX = "judge_"
_MAX_LENGTH = 200
#: More are forgotten about, not used.
MOST = 20
LONGEST = timedelta(days=366)


class Scope(StrEnum):
    """What a token may do; each scope may do all that those before it may."""

    READ = "read"  # see what a contestant sees
    SUBMIT = "submit"  # also do what a contestant does
    STAFF = "staff"  # also see what staff of contests sees, of those that the account helps with
    SETTER = "setter"  # also see and do what setters do
    ADMIN = "admin"  # also see and do what admins do

    def covers(self, needed: Scope) -> bool:
        """Whether it may do all that that one may."""
        order = list(Scope)
        return order.index(self) >= order.index(needed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """One row of ``api_tokens``, without what proves it."""

    id: int
    name: str
    scope: Scope
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None


async def create(
    connection: Connection,
    *,
    account_id: int,
    name: str,
    scope: Scope,
    lifetime: timedelta,
    by: int | None,
) -> str:
    """A new token for the account, which nobody will be able to say again.

    Raises:
        UsageError: the account has one of that name, or too many.
    """
    token = PREFIX + secrets.token_urlsafe(32)
    async with connection.transaction():
        await connection.execute("SELECT 1 FROM users WHERE id = $1 FOR NO KEY UPDATE", account_id)
        await connection.execute("DELETE FROM api_tokens WHERE user_id = $1 AND expires_at <= now()", account_id)
        if await connection.fetchval("SELECT count(*) FROM api_tokens WHERE user_id = $1", account_id) >= MOST:
            raise UsageError("The account has %(most)s tokens; revoke one that is no longer used.", most=MOST)
        try:
            token_id = await connection.fetchval(
                "INSERT INTO api_tokens (token_hash, user_id, name, scope, expires_at)"
                " VALUES ($1, $2, $3, $4::text::scope, now() + $5) RETURNING id",
                *(_hash(token), account_id, name, scope.value, lifetime),
            )
        except asyncpg.UniqueViolationError as error:
            raise UsageError("The account has a token called %(name)s; choose another name.", name=name) from error
        except asyncpg.CheckViolationError as error:
            raise UsageError("A token's name is 1 to 100 characters.") from error
        data = {"user_id": account_id, "token_id": token_id, "name": name, "scope": scope}
        await audit.record(connection, by=by, action="create token", data=data)
    return token


async def of_account(connection: Connection, account_id: int) -> list[Token]:
    """The account's tokens that have not expired, the newest first."""
    rows = await connection.fetch(
        "SELECT id, name, scope::text, created_at, expires_at, last_used_at FROM api_tokens"
        " WHERE user_id = $1 AND expires_at > now() ORDER BY id DESC",
        account_id,
    )
    return [Token(**{**row, "scope": Scope(row["scope"])}) for row in rows]


async def find(connection: Connection, token: str) -> tuple[Viewer, Scope] | None:
    """Whose token it is and what it may do, unless it expired or the account was disabled."""
    if len(token) > _MAX_LENGTH:
        return None
    row = await connection.fetchrow(
        f"""
        SELECT t.id AS token_id, t.scope::text, u.id, u.login, u.name, u.role::text, {staff.ROLES_COLUMN},
          t.last_used_at IS NULL OR t.last_used_at < now() - interval '5 minutes' AS is_news
        FROM api_tokens t JOIN users u ON u.id = t.user_id
        WHERE t.token_hash = $1 AND t.expires_at > now() AND u.disabled_at IS NULL
        """,
        _hash(token),
    )
    if row is None:
        return None
    if row["is_news"]:
        await connection.execute("UPDATE api_tokens SET last_used_at = now() WHERE id = $1", row["token_id"])
    viewer = Viewer(
        id=row["id"],
        login=row["login"],
        name=row["name"],
        role=Role(row["role"]),
        staff=staff.roles(row["staff"]),
    )
    return viewer, Scope(row["scope"])


async def revoke(connection: Connection, *, account_id: int, token_id: int, by: int | None) -> None:
    """End that token of the account.

    Raises:
        NotFound: it has no such token.
    """
    async with connection.transaction():
        name = await connection.fetchval(
            "DELETE FROM api_tokens WHERE id = $1 AND user_id = $2 RETURNING name", token_id, account_id
        )
        if name is None:
            raise NotFound("There is no such token.")
        data = {"user_id": account_id, "token_id": token_id, "name": name}
        await audit.record(connection, by=by, action="revoke token", data=data)


async def revoke_all(connection: Connection, *, account_id: int, by: int | None) -> int:
    """End all tokens of the account, and say how many there were."""
    async with connection.transaction():
        rows = await connection.fetch("DELETE FROM api_tokens WHERE user_id = $1 RETURNING name", account_id)
        if rows:
            data = {"user_id": account_id, "names": sorted(row["name"] for row in rows)}
            await audit.record(connection, by=by, action="revoke tokens", data=data)
    return len(rows)


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode(errors="replace")).digest()
