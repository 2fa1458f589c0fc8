"""The audit log: who changed what, in the same transaction as the change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from judge.store.pool import Connection

#: Whatever is written down; pages say it in the reader's language.
Action = Literal[
    "acknowledge events",
    "add addresses",
    "add authenticator",
    "add problem",
    "announce",
    "answer clarification",
    "apply rejudging",
    "begin impersonation",
    "begin maintenance",
    "cancel rejudging",
    "change contest",
    "confirm version",
    "create contest",
    "create rejudging",
    "create token",
    "cut out of contest",
    "disable",
    "disable judgehost",
    "drop setter",
    "enable",
    "enable judgehost",
    "end impersonation",  # by a trigger
    "end maintenance",
    "hold version",
    "import accounts",
    "let try to log in",
    "link identity",
    "log in by address",
    "log out",
    "make live",
    "name setter",
    "override verdict",
    "pause queue",
    "put back into contest",
    "relabel problem",
    "remove addresses",
    "remove authenticator",
    "remove contest role",
    "remove problem",
    "renew recovery codes",
    "resume queue",
    "revoke token",
    "revoke tokens",
    "set contest role",
    "set group",
    "set password",
    "set points",
    "set role",
    "share problem",
    "undo override",
    "undo rejudging",
    "unlink identity",
    "upload package",
    "use recovery code",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One thing that somebody did."""

    id: int
    at: datetime
    #: Their login; None: the command line, or the judge itself.
    login: str | None
    action: str
    data: dict[str, Any]


async def record(connection: Connection, *, by: int | None, action: Action, data: Mapping[str, object]) -> None:
    """Write down an action.

    Args:
        connection: with the transaction that makes the change.
        by: the account that does it; None is the command line.
        action: what is done.
        data: to what, as JSON.
    """
    await connection.execute(
        "INSERT INTO audit_log (user_id, action, data) VALUES ($1, $2, $3)", by, action, dict(data)
    )


async def page(
    connection: Connection, *, before_id: int | None, action: str | None, login: str | None, limit: int
) -> list[Record]:
    """What was done, the latest first: all of it, or that action, or by that account."""
    rows = await connection.fetch(
        "SELECT audit_log.id, at, login, action, data FROM audit_log LEFT JOIN users ON users.id = user_id"
        " WHERE ($1::bigint IS NULL OR audit_log.id < $1) AND ($2::text IS NULL OR action = $2)"
        " AND ($3::text IS NULL OR lower(login) = lower($3)) ORDER BY audit_log.id DESC LIMIT $4",
        *(before_id, action, login, limit),
    )
    return [Record(**row) for row in rows]


async def actions(connection: Connection) -> list[str]:
    """Every action that the log has."""
    # Steps from one to the next along the index: there are few of them, and many rows.
    rows = await connection.fetch(
        "WITH RECURSIVE steps AS ((SELECT min(action) AS action FROM audit_log) UNION ALL"
        " SELECT (SELECT min(action) FROM audit_log WHERE action > steps.action) FROM steps WHERE action IS NOT NULL)"
        " SELECT action FROM steps WHERE action IS NOT NULL"
    )
    return [row["action"] for row in rows]
