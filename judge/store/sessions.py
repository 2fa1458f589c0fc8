"""Sessions of the web site: which browser is whose.

A browser holds a random token, the table only its SHA-256. A session without an account is that of somebody about to
log in: it carries the CSRF token of the login form.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from judge.store.accounts import Role
from judge.store.pool import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """Whoever is looking at a page, logged in."""

    id: int
    login: str
    name: str
    role: Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A session that has not expired, of an account that is not disabled."""

    token_hash: bytes = field(repr=False)
    csrf_token: str = field(repr=False)
    #: None: not logged in yet.
    viewer: Viewer | None


async def create(
    connection: Connection, *, token_hash: bytes, csrf_token: str, user_id: int | None, lifetime: timedelta
) -> None:
    """Begin a session."""
    await connection.execute(
        "INSERT INTO sessions (token_hash, csrf_token, user_id, expires_at) VALUES ($1, $2, $3, now() + $4)",
        token_hash,
        csrf_token,
        user_id,
        lifetime,
    )


async def find(connection: Connection, token_hash: bytes) -> Session | None:
    """The session of that token, unless it expired or its account was disabled."""
    row = await connection.fetchrow(
        """
        SELECT s.csrf_token, u.id, u.login, u.name, u.role::text
        FROM sessions s LEFT JOIN users u ON u.id = s.user_id
        WHERE s.token_hash = $1 AND s.expires_at > now() AND u.disabled_at IS NULL
        """,
        token_hash,
    )
    if row is None:
        return None
    viewer = None
    if row["id"] is not None:
        viewer = Viewer(id=row["id"], login=row["login"], name=row["name"], role=Role(row["role"]))
    return Session(token_hash=token_hash, csrf_token=row["csrf_token"], viewer=viewer)


async def delete(connection: Connection, token_hash: bytes) -> None:
    """End that session, if it still is one."""
    await connection.execute("DELETE FROM sessions WHERE token_hash = $1", token_hash)


async def prune(connection: Connection) -> None:
    """Forget sessions that have expired."""
    await connection.execute("DELETE FROM sessions WHERE expires_at <= now()")
