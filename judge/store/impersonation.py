"""Admins who look at the site as a contestant: begun and ended here, and kept with their session.

Only an admin's session does so, only as a contestant, and only for a while. The audit log has the beginning from here,
and the end, however it comes, by a trigger.
"""

from __future__ import annotations

from datetime import timedelta

from judge.errors import UsageError
from judge.store import accounts, audit
from judge.store.accounts import Account, Role
from judge.store.pool import Connection

LONGEST = timedelta(hours=1)

#: Of a session ``s`` of the account ``u``: as whom it acts; only columns of a join with ``acted``.
JOIN = (
    "LEFT JOIN users acted ON acted.id = s.acting_as AND s.acting_until > now() AND u.role = 'admin'"
    " AND acted.role = 'contestant' AND acted.disabled_at IS NULL"
)


async def begin(
    connection: Connection, *, token_hash: bytes, csrf_token: str, account_id: int, reason: str, by: int
) -> Account:
    """Have the session act as that account. Forms that were made before are worth nothing afterwards.

    Raises:
        NotFound: there is no such account.
        UsageError: it is not a contestant's, or is locked out; or the session acts as somebody already.
    """
    async with connection.transaction():
        account = await accounts.by_id(connection, account_id)
        if account.role is not Role.CONTESTANT or account.is_disabled:
            raise UsageError("the site can be seen as contestants only, who may log in")
        begun = await connection.fetchval(
            "UPDATE sessions SET acting_as = $2, acting_until = now() + $3, csrf_token = $4"
            " WHERE token_hash = $1 AND user_id = $5 AND acting_as IS NULL RETURNING true",
            *(token_hash, account_id, LONGEST, csrf_token, by),
        )
        if not begun:
            raise UsageError("the session has changed meanwhile; reload the page and try again")
        await audit.record(
            connection, by=by, action="begin impersonation", data={"user_id": account_id, "reason": reason}
        )
    return account


async def end(connection: Connection, *, token_hash: bytes, csrf_token: str) -> None:
    """Have the session be its owner's again."""
    await connection.execute(
        "UPDATE sessions SET acting_as = NULL, acting_until = NULL, csrf_token = $2 WHERE token_hash = $1",
        *(token_hash, csrf_token),
    )
