"""The list of accounts as admins look through it, and the groups that accounts are in."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from judge.errors import UsageError
from judge.store import accounts, audit
from judge.store.accounts import Account, Role
from judge.store.pool import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which accounts are asked for; what is left out leaves none out."""

    #: In their login or name, in whatever case.
    text: str = ""
    group_name: str = ""
    role: Role | None = None


async def page(connection: Connection, *, wanted: Wanted, after_login: str, limit: int) -> list[Account]:
    """Accounts in the order of their logins, from after that one."""
    rows = await connection.fetch(
        f"""
        SELECT {accounts.COLUMNS} FROM users
        WHERE lower(login) > lower($1)
          AND ($2 = '' OR strpos(lower(login), lower($2)) > 0 OR strpos(lower(name), lower($2)) > 0)
          AND ($3 = '' OR group_name = $3) AND ($4::text IS NULL OR role = $4::text::role)
        ORDER BY lower(login) LIMIT $5
        """,
        *(after_login, wanted.text, wanted.group_name, wanted.role and wanted.role.value, limit),
    )
    return [accounts.from_row(row) for row in rows]


async def groups(connection: Connection) -> list[str]:
    """The names of all groups that somebody is in."""
    rows = await connection.fetch(
        "SELECT DISTINCT group_name FROM users WHERE group_name IS NOT NULL ORDER BY group_name"
    )
    return [row["group_name"] for row in rows]


async def set_group(connection: Connection, *, account_ids: Collection[int], group_name: str | None, by: int) -> None:
    """Put these accounts into that group, or into none.

    Raises:
        UsageError: some of them are not there; nothing was changed.
    """
    async with connection.transaction():
        # Each in its turn, or two who do this at once could wait for each other.
        found = await connection.fetch(
            "SELECT FROM users WHERE id = ANY ($1) ORDER BY id FOR NO KEY UPDATE", sorted(account_ids)
        )
        if len(found) < len(account_ids):
            raise UsageError("Some of these accounts are not there any more; nothing was changed.")
        await connection.execute("UPDATE users SET group_name = $2 WHERE id = ANY ($1)", account_ids, group_name)
        data = {"user_ids": sorted(account_ids), "group": group_name}
        await audit.record(connection, by=by, action="set group", data=data)
