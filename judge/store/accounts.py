"""Accounts: who may log in, and as what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

import asyncpg

from judge.errors import NotFound, UsageError
from judge.roster import Entry
from judge.store import audit
from judge.store.pool import Connection


class Role(StrEnum):
    """What an account may do; each role may do all that those before it may."""

    CONTESTANT = "contestant"  # submits, and sees their own submissions
    SETTER = "setter"  # has problems, and sees what is submitted to them
    ADMIN = "admin"  # also manages accounts and rejudges


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One row of ``users``."""

    id: int
    login: str
    name: str
    role: Role
    created_at: datetime
    disabled_at: datetime | None
    #: Whom it is listed with: a school, a site; None: nobody.
    group_name: str | None
    #: Whether a one-time code is asked for at login.
    has_two_step: bool
    #: The language its owner chose for pages; None: what their browser asks for.
    locale: str | None
    #: Kept out of ``repr`` so that no log or traceback carries it.
    password_hash: str | None = field(repr=False)

    @property
    def is_disabled(self) -> bool:
        return self.disabled_at is not None


#: Of the logins that stand in the way of an import.
_MOST_NAMED = 10

#: What ``from_row`` wants of a row.
COLUMNS = (
    "id, login, name, role::text, created_at, disabled_at, group_name, locale, password_hash,"
    " EXISTS (SELECT FROM authenticators a WHERE a.user_id = users.id AND a.confirmed_at IS NOT NULL) AS has_two_step"
)


async def create(
    connection: Connection, *, login: str, name: str, password_hash: str | None, role: Role, locale: str | None = None
) -> int:
    """A new account's id.

    Args:
        locale: the language its owner chose for pages.

    Raises:
        UsageError: the login is taken, in whatever case, or is not a login at all.
    """
    try:
        account_id: int = await connection.fetchval(
            "INSERT INTO users (login, name, password_hash, role, locale) VALUES ($1, $2, $3, $4::text::role, $5)"
            " RETURNING id",
            *(login, name, password_hash, role.value, locale),
        )
    except asyncpg.UniqueViolationError as error:
        raise UsageError("The login %(login)s is taken; choose another.", login=login) from error
    except asyncpg.CheckViolationError as error:
        raise UsageError(
            "A login is 1 to 32 letters, digits, dots, dashes or underscores and begins with a letter or digit; "
            "a name is 1 to 100 characters."
        ) from error
    return account_id


async def create_many(connection: Connection, made: Sequence[tuple[Entry, str]], *, role: Role, by: int | None) -> None:
    """Make all these accounts, each with the hash of its password, or none.

    Raises:
        UsageError: some logins are taken, and which.
    """
    async with connection.transaction():
        rows = await connection.fetch(
            "INSERT INTO users (login, name, group_name, password_hash, role)"
            " SELECT login, name, group_name, hash, $5::text::role"
            " FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) AS new (login, name, group_name, hash)"
            " ON CONFLICT DO NOTHING RETURNING login",
            [entry.login for entry, _ in made],
            [entry.name for entry, _ in made],
            [entry.group_name for entry, _ in made],
            [password_hash for _, password_hash in made],
            role.value,
        )
        new = {row["login"] for row in rows}
        taken = [entry.login for entry, _ in made if entry.login not in new]
        if taken:
            more = f" and {len(taken) - _MOST_NAMED} more" if len(taken) > _MOST_NAMED else ""
            raise UsageError(
                "these logins are taken: %(taken)s%(more)s; nothing was changed",
                taken=", ".join(taken[:_MOST_NAMED]),
                more=more,
            )
        await audit.record(connection, by=by, action="import accounts", data={"count": len(made), "role": role.value})


async def by_login(connection: Connection, login: str) -> Account | None:
    """The account of that login, in whatever case."""
    row = await connection.fetchrow(f"SELECT {COLUMNS} FROM users WHERE lower(login) = lower($1)", login)
    return from_row(row) if row else None


async def by_id(connection: Connection, account_id: int) -> Account:
    """The account of that id.

    Raises:
        NotFound: there is none.
    """
    row = await connection.fetchrow(f"SELECT {COLUMNS} FROM users WHERE id = $1", account_id)
    if row is None:
        raise NotFound("There is no such account.")
    return from_row(row)


async def count_admins(connection: Connection) -> int:
    """How many admins can log in."""
    count: int = await connection.fetchval("SELECT count(*) FROM users WHERE role = 'admin' AND disabled_at IS NULL")
    return count


async def set_role(connection: Connection, *, account_id: int, role: Role, by: int | None = None) -> None:
    """Give the account that role; the audit log says so in the same transaction.

    Args:
        by: the admin who does it; None is the command line.

    Raises:
        NotFound: there is no such account.
        UsageError: it is the last admin that can log in, and would not be one any more.
    """
    async with connection.transaction():
        account = await _locked(connection, account_id)
        if role is not Role.ADMIN:
            await _keep_an_admin(connection, account)
        await connection.execute("UPDATE users SET role = $2::text::role WHERE id = $1", account_id, role.value)
        await audit.record(
            connection, by=by, action="set role", data={"user_id": account_id, "from": account.role, "to": role}
        )


async def set_disabled(connection: Connection, *, account_id: int, is_disabled: bool, by: int | None = None) -> None:
    """Lock the account out, ending its sessions, or let it in again.

    Raises:
        NotFound: there is no such account.
        UsageError: it is the last admin that can log in.
    """
    async with connection.transaction():
        account = await _locked(connection, account_id)
        if is_disabled:
            await _keep_an_admin(connection, account)
            await _end_sessions(connection, account_id)
        await connection.execute(
            "UPDATE users SET disabled_at = CASE WHEN $2 THEN now() END WHERE id = $1", account_id, is_disabled
        )
        await audit.record(
            connection, by=by, action="disable" if is_disabled else "enable", data={"user_id": account_id}
        )


async def set_password(connection: Connection, *, account_id: int, password_hash: str, by: int | None = None) -> None:
    """Replace the password, and end every session and token of the account: whoever knew the old one is out.

    Raises:
        NotFound: there is no such account.
    """
    async with connection.transaction():
        await _locked(connection, account_id)
        await connection.execute("UPDATE users SET password_hash = $2 WHERE id = $1", account_id, password_hash)
        await _end_sessions(connection, account_id)
        await connection.execute("DELETE FROM api_tokens WHERE user_id = $1", account_id)
        await audit.record(connection, by=by, action="set password", data={"user_id": account_id})


async def set_locale(connection: Connection, *, account_id: int, locale: str | None) -> None:
    """Remember which language its owner wants pages in."""
    await connection.execute("UPDATE users SET locale = $2 WHERE id = $1", account_id, locale)


async def log_out(connection: Connection, *, account_id: int, by: int) -> None:
    """End every session and token of the account, whose owner may log in again.

    Raises:
        NotFound: there is no such account.
    """
    async with connection.transaction():
        await _locked(connection, account_id)
        await _end_sessions(connection, account_id)
        await connection.execute("DELETE FROM api_tokens WHERE user_id = $1", account_id)
        await audit.record(connection, by=by, action="log out", data={"user_id": account_id})


async def rehash(connection: Connection, *, account_id: int, password_hash: str) -> None:
    """Store the same password hashed with today's parameters; nobody is logged out by it."""
    await connection.execute("UPDATE users SET password_hash = $2 WHERE id = $1", account_id, password_hash)


async def _end_sessions(connection: Connection, account_id: int) -> None:
    """End its sessions, and those that wait for its one-time code."""
    await connection.execute("DELETE FROM sessions WHERE user_id = $1 OR pending_user_id = $1", account_id)


async def _locked(connection: Connection, account_id: int) -> Account:
    row = await connection.fetchrow(f"SELECT {COLUMNS} FROM users WHERE id = $1 FOR UPDATE", account_id)
    if row is None:
        raise NotFound("There is no such account.")
    return from_row(row)


async def _keep_an_admin(connection: Connection, account: Account) -> None:
    """Refuse to take away the last admin.

    All admins are locked first: two admins demoting each other at once would else both see the other one remain.
    """
    admins = await connection.fetch(
        "SELECT id FROM users WHERE role = 'admin' AND disabled_at IS NULL ORDER BY id FOR UPDATE"
    )
    if [row["id"] for row in admins] == [account.id]:
        raise UsageError("%(login)s is the only admin left; make somebody else admin first.", login=account.login)


def from_row(row: asyncpg.Record) -> Account:
    """The account of a row with ``COLUMNS``."""
    return Account(**{**dict(row), "role": Role(row["role"])})
