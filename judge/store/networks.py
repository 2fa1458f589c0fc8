"""Addresses that log in to an account by themselves, as at a contest on site, where each computer is one team's.

Only contestants' accounts are ever logged in to so, whatever the list says; none of a contest's staff, none that has an
authenticator, and none without a password, to which a login alone would be proof enough to set one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from judge.errors import UsageError
from judge.store import accounts, audit
from judge.store.accounts import Account
from judge.store.pool import Connection

Network = IPv4Network | IPv6Network

#: In a list.
MOST = 5000
#: Wider ones are a slip: they would let in whoever asks.
_WIDEST = {4: 16, 6: 48}
#: Of the logins that stand in the way of a list.
_MOST_NAMED = 10
#: Of a row of ``users``: whether the account may be logged in to so.
_IS_USED = (
    "(role = 'contestant' AND disabled_at IS NULL AND password_hash IS NOT NULL"
    " AND NOT EXISTS (SELECT FROM contest_staff s WHERE s.user_id = users.id)"
    " AND NOT EXISTS (SELECT FROM authenticators a WHERE a.user_id = users.id AND a.confirmed_at IS NOT NULL))"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A network, and whose it is."""

    network: str
    account_id: int
    login: str
    name: str
    #: Whether its account may be logged in to so as it is now.
    is_used: bool


def parsed(text: str) -> Network:
    """The address or network that somebody wrote.

    Raises:
        UsageError: it is none, or too wide.
    """
    try:
        network = ip_network(text)
    except ValueError:
        raise UsageError("%(text)s is not an address or a network", text=text[:50]) from None
    if network.prefixlen < _WIDEST[network.version]:
        raise UsageError("%(text)s is too wide: anybody in it would be let in", text=text[:50])
    return network


def entries(text: str) -> list[tuple[str, Network]]:
    """Login and network of each line.

    Raises:
        UsageError: which line is none, and why.
    """
    lines = [line.replace(",", " ").replace(";", " ").split() for line in text.splitlines()]
    found = []
    for number, words in enumerate(lines, start=1):
        if not words:
            continue
        if len(words) != 2 or not words[0].isprintable():
            raise UsageError("line %(number)s: write a login and an address", number=number)
        found.append((words[0], parsed(words[1])))
    if not 1 <= len(found) <= MOST:
        raise UsageError("write 1 to %(most)s lines", most=MOST)
    if len({network for _, network in found}) < len(found):
        raise UsageError("an address is there twice")
    return found


async def account_at(connection: Connection, address: str) -> Account | None:
    """The account that a browser at that address is logged in to; None for most."""
    try:
        known = ip_address(address)
    except ValueError:
        return None
    row = await connection.fetchrow(
        f"SELECT {accounts.COLUMNS} FROM users WHERE {_IS_USED} AND id ="
        " (SELECT user_id FROM account_networks WHERE network >>= $1::inet ORDER BY masklen(network) DESC LIMIT 1)",
        # Without the name of an interface, which is this machine's own.
        type(known)(int(known)),
    )
    return accounts.from_row(row) if row else None


async def page(connection: Connection, *, limit: int) -> list[Listed]:
    """All networks, in the order of logins."""
    rows = await connection.fetch(
        f"SELECT abbrev(network::inet) AS network, users.id AS account_id, login, name, {_IS_USED} AS is_used"
        " FROM account_networks n JOIN users ON users.id = n.user_id ORDER BY lower(login), n.network LIMIT $1",
        limit,
    )
    return [Listed(**row) for row in rows]


async def add(connection: Connection, entries: Sequence[tuple[str, Network]], *, by: int | None) -> None:
    """Give these networks to the accounts of these logins: all, or none. A network that was another's is taken over.

    Raises:
        UsageError: some logins are nobody's, or no contestant's.
    """
    async with connection.transaction():
        rows = await connection.fetch(
            "SELECT id, lower(login) AS login FROM users WHERE role = 'contestant' AND lower(login) = ANY ($1)",
            [login.lower() for login, _ in entries],
        )
        ids = {row["login"]: row["id"] for row in rows}
        wrong = sorted({login for login, _ in entries if login.lower() not in ids})
        if wrong:
            more = f" and {len(wrong) - _MOST_NAMED} more" if len(wrong) > _MOST_NAMED else ""
            raise UsageError(
                "these are no contestants' logins: %(wrong)s%(more)s", wrong=", ".join(wrong[:_MOST_NAMED]), more=more
            )
        await connection.executemany(
            "INSERT INTO account_networks (network, user_id) VALUES ($1, $2)"
            " ON CONFLICT (network) DO UPDATE SET user_id = excluded.user_id",
            [(network, ids[login.lower()]) for login, network in entries],
        )
        data = {"count": len(entries), "networks": {str(network): login for login, network in entries}}
        await audit.record(connection, by=by, action="add addresses", data=data)


async def remove(connection: Connection, networks: Sequence[Network] | None, *, by: int | None) -> int:
    """Let nobody in by these networks any more, or by any; how many there were."""
    async with connection.transaction():
        rows = await connection.fetch(
            "DELETE FROM account_networks WHERE $1::cidr[] IS NULL OR network = ANY ($1) RETURNING network::text",
            networks,
        )
        if rows:
            data = {"networks": sorted(row["network"] for row in rows)}
            await audit.record(connection, by=by, action="remove addresses", data=data)
    return len(rows)


async def record_login(connection: Connection, account: Account, *, address: str) -> None:
    """Write down that an address was enough to log in."""
    data = {"user_id": account.id, "address": address}
    await audit.record(connection, by=account.id, action="log in by address", data=data)
