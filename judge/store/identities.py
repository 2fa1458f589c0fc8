"""Identities: who accounts are at an OpenID provider, and logins that were begun there.

An account is known by issuer and subject alone. An e-mail address that a provider tells may be anybody's.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

import asyncpg

from judge.errors import NotFound, UsageError
from judge.store import accounts, audit
from judge.store.accounts import Account, Role
from judge.store.pool import Connection

_MOST_TRIED = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Somebody, as a provider vouches for them."""

    issuer: str
    subject: str
    #: How they are called there, for showing.
    name: str
    #: What they may like to log in as here; empty where nothing is known.
    login: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """An account's identity."""

    issuer: str
    name: str
    linked_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SignOn:
    """A login that was begun at the provider."""

    state: str = field(repr=False)
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)
    wanted: str
    is_link: bool


async def begin(connection: Connection, *, session_hash: bytes, begun: SignOn) -> None:
    """Remember that the session was sent to the provider, in place of what it was sent for before."""
    await connection.execute(
        "INSERT INTO sign_ons (session_hash, state, nonce, verifier, wanted, is_link) VALUES ($1, $2, $3, $4, $5, $6)"
        " ON CONFLICT (session_hash) DO UPDATE SET state = excluded.state, nonce = excluded.nonce,"
        " verifier = excluded.verifier, wanted = excluded.wanted, is_link = excluded.is_link, created_at = now()",
        *(session_hash, begun.state, begun.nonce, begun.verifier, begun.wanted, begun.is_link),
    )


async def take(connection: Connection, *, session_hash: bytes, state: str) -> SignOn | None:
    """What that very session was sent for with that state, once, and within ten minutes."""
    row = await connection.fetchrow(
        "DELETE FROM sign_ons WHERE session_hash = $1 AND state = $2"
        " RETURNING state, nonce, verifier, wanted, is_link, created_at > now() - interval '10 minutes' AS is_timely",
        session_hash,
        state,
    )
    if row is None or not row["is_timely"]:
        return None
    return SignOn(**{name: value for name, value in row.items() if name != "is_timely"})


async def account_of(connection: Connection, identity: Identity) -> Account | None:
    """The account that is linked with that identity."""
    account_id = await connection.fetchval(
        "SELECT user_id FROM identities WHERE issuer = $1 AND subject = $2", identity.issuer, identity.subject
    )
    return await accounts.by_id(connection, account_id) if account_id is not None else None


async def link_of(connection: Connection, account_id: int) -> Link | None:
    """The account's identity, the latest if there were several providers."""
    row = await connection.fetchrow(
        "SELECT issuer, name, linked_at FROM identities WHERE user_id = $1 ORDER BY linked_at DESC LIMIT 1", account_id
    )
    return Link(**row) if row else None


async def link(connection: Connection, *, account_id: int, identity: Identity, by: int) -> None:
    """Let whoever is that at the provider log in to the account.

    Raises:
        UsageError: that is somebody else's already, or the account has another one.
    """
    async with connection.transaction():
        try:
            await connection.execute(
                "INSERT INTO identities (issuer, subject, user_id, name) VALUES ($1, $2, $3, $4)",
                *(identity.issuer, identity.subject, account_id, identity.name),
            )
        except asyncpg.UniqueViolationError as error:
            raise UsageError("That one is linked with an account already, or this account with another.") from error
        data = {"user_id": account_id, "issuer": identity.issuer, "subject": identity.subject}
        await audit.record(connection, by=by, action="link identity", data=data)


async def unlink(connection: Connection, *, account_id: int, by: int) -> None:
    """Undo all of the account's links.

    Raises:
        NotFound: there are none.
        UsageError: the account has no password, so that nobody could log in to it any more.
    """
    async with connection.transaction():
        if (await accounts.by_id(connection, account_id)).password_hash is None:
            raise UsageError("Set a password first, or you could not log in any more.")
        rows = await connection.fetch("DELETE FROM identities WHERE user_id = $1 RETURNING issuer, subject", account_id)
        if not rows:
            raise NotFound("The account is linked with no identity.")
        data = {"user_id": account_id, "issuer": rows[0]["issuer"], "subject": rows[0]["subject"]}
        await audit.record(connection, by=by, action="unlink identity", data=data)


async def register(connection: Connection, identity: Identity, *, locale: str | None) -> Account:
    """A contestant's account for that identity, without a password, under a login that is free."""
    async with connection.transaction():
        login = await _free_login(connection, identity.login or "user")
        account_id = await accounts.create(
            connection,
            login=login,
            name=identity.name or login,
            password_hash=None,
            role=Role.CONTESTANT,
            locale=locale,
        )
        await link(connection, account_id=account_id, identity=identity, by=account_id)
        return await accounts.by_id(connection, account_id)


async def _free_login(connection: Connection, wanted: str) -> str:
    """That login, or with the first number behind it that nobody has."""
    tried = [wanted, *(f"{wanted}{number}" for number in range(2, _MOST_TRIED))]
    rows = await connection.fetch(
        "SELECT lower(login) AS login FROM users WHERE lower(login) = ANY ($1)", [one.lower() for one in tried]
    )
    taken = {row["login"] for row in rows}
    free = [login for login in tried if login.lower() not in taken]
    if not free:
        raise UsageError("All logins like %(wanted)s are taken; ask an admin for an account.", wanted=wanted)
    return free[0]
