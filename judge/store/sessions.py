"""Sessions of the web site: which browser is whose.

A browser holds a random token, the table only its SHA-256. A session without an account is that of somebody about to
log in: it carries the CSRF token of the login form.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from judge.store import impersonation, staff
from judge.store.accounts import Role
from judge.store.pool import Connection
from judge.store.staff import ContestRole


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """Whoever is looking at a page, logged in."""

    id: int
    login: str
    name: str
    role: Role
    #: Whether they were asked for a one-time code.
    has_two_step: bool = False
    #: What they are to single contests, by the contest's id.
    staff: Mapping[int, ContestRole] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A session that has not expired, of an account that is not disabled."""

    token_hash: bytes = field(repr=False)
    csrf_token: str = field(repr=False)
    #: None: not logged in yet.
    viewer: Viewer | None
    #: The admin who looks at the site as the viewer does; None: it is the viewer's own session.
    admin: Viewer | None = None
    #: Whose password was right, while the code is still asked for.
    pending_id: int | None = None
    #: The language that whoever sits there chose for pages; None: what their browser asks for.
    locale: str | None = None
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenSession:
    """A session as its owner sees it among others."""

    token_hash: bytes = field(repr=False)
    address: str
    agent: str
    created_at: datetime
    seen_at: datetime


async def create(
    connection: Connection,
    *,
    token_hash: bytes,
    csrf_token: str,
    user_id: int | None,
    pending_id: int | None,
    lifetime: timedelta,
    address: str,
    agent: str,
) -> datetime:
    """Begin a session, and say when that was."""
    created_at: datetime = await connection.fetchval(
        "INSERT INTO sessions (token_hash, csrf_token, user_id, pending_user_id, expires_at, address, agent)"
        " VALUES ($1, $2, $3, $4, now() + $5, $6, $7) RETURNING created_at",
        *(token_hash, csrf_token, user_id, pending_id, lifetime, address, agent),
    )
    return created_at


async def find(connection: Connection, token_hash: bytes) -> Session | None:
    """The session of that token, unless it expired or its account was disabled."""
    row = await connection.fetchrow(
        f"""
        SELECT s.csrf_token, s.pending_user_id, s.created_at, s.seen_at < now() - interval '5 minutes' AS is_news,
          s.acting_as IS NOT NULL AND acted.id IS NULL AS acts_no_more,
          acted.id AS acted_id, acted.login AS acted_login, acted.name AS acted_name,
          u.id, u.login, u.name, u.role::text, u.locale, {staff.ROLES_COLUMN},
          EXISTS (SELECT FROM authenticators a WHERE a.user_id = u.id AND a.confirmed_at IS NOT NULL) AS has_two_step
        FROM sessions s LEFT JOIN users u ON u.id = s.user_id {impersonation.JOIN}
        WHERE s.token_hash = $1 AND s.expires_at > now() AND u.disabled_at IS NULL
        """,
        token_hash,
    )
    if row is None:
        return None
    if row["is_news"]:
        await connection.execute("UPDATE sessions SET seen_at = now() WHERE token_hash = $1", token_hash)
    if row["acts_no_more"]:
        await impersonation.end(connection, token_hash=token_hash, csrf_token=row["csrf_token"])
    viewer = acted = None
    if row["acted_id"] is not None:
        acted = Viewer(
            id=row["acted_id"],
            login=row["acted_login"],
            name=row["acted_name"],
            role=Role.CONTESTANT,
            # The admin was asked, if anybody is.
            has_two_step=True,
        )
    if row["id"] is not None:
        viewer = Viewer(
            id=row["id"],
            login=row["login"],
            name=row["name"],
            role=Role(row["role"]),
            has_two_step=row["has_two_step"],
            staff=staff.roles(row["staff"]),
        )
    return Session(
        token_hash=token_hash,
        csrf_token=row["csrf_token"],
        viewer=acted or viewer,
        admin=viewer if acted else None,
        pending_id=row["pending_user_id"],
        locale=row["locale"],
        created_at=row["created_at"],
    )


async def of_account(connection: Connection, account_id: int) -> list[OpenSession]:
    """The account's sessions, the one used last first."""
    rows = await connection.fetch(
        "SELECT token_hash, address, agent, created_at, seen_at FROM sessions"
        " WHERE user_id = $1 AND expires_at > now() ORDER BY seen_at DESC, created_at DESC LIMIT 200",
        account_id,
    )
    return [OpenSession(**row) for row in rows]


async def revoke(connection: Connection, *, account_id: int, token_hash: bytes) -> None:
    """End that session, if it is one of the account's."""
    await connection.execute("DELETE FROM sessions WHERE token_hash = $1 AND user_id = $2", token_hash, account_id)


async def revoke_others(connection: Connection, *, account_id: int, but: bytes) -> None:
    """End the account's other sessions."""
    await connection.execute("DELETE FROM sessions WHERE user_id = $1 AND token_hash <> $2", account_id, but)


async def delete(connection: Connection, token_hash: bytes) -> None:
    """End that session, if it still is one."""
    await connection.execute("DELETE FROM sessions WHERE token_hash = $1", token_hash)


async def prune(connection: Connection) -> None:
    """Forget sessions that have expired."""
    await connection.execute("DELETE FROM sessions WHERE expires_at <= now()")
