"""The audit log: who changed what, in the same transaction as the change."""

from __future__ import annotations

from collections.abc import Mapping

from judge.store.pool import Connection


async def record(connection: Connection, *, by: int | None, action: str, data: Mapping[str, object]) -> None:
    """Write down an action.

    Args:
        connection: with the transaction that makes the change.
        by: the account that does it; None is the command line.
        action: what is done, in two words: "set role".
        data: to what, as JSON.
    """
    await connection.execute(
        "INSERT INTO audit_log (user_id, action, data) VALUES ($1, $2, $3)", by, action, dict(data)
    )
