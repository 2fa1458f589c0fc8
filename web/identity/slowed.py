"""Logins that are slowed down after too many tries: which, from where, and letting their owners try at once."""

from __future__ import annotations

from judge.store import throttles
from judge.store.accounts import Account
from judge.store.pool import Connection
from judge.store.throttles import Slowed
from web import rates
from web.translating import gettext

#: More than anybody reads.
MOST = 100
#: What stands for all addresses in a key.
EVERYWHERE = "everywhere"
_BROWSER_CHARS = 64


def key(who: str, login: str) -> str:
    """What tries at a login are counted under."""
    return f"{who} {login.lower()}"


async def find(connection: Connection, *, account_id: int | None = None) -> list[Slowed]:
    """Those of an account, or of all, and addresses that are slowed down for everybody."""
    limits = (*_of_accounts(), rates.LOGIN_ADDRESS)
    name = rates.LOGIN_ADDRESS.name
    return await throttles.slowed(connection, limits, without_login=name, account_id=account_id, most=MOST)


async def let_account_try(connection: Connection, account: Account, *, by: int | None) -> None:
    """Let whoever logs in to that account do so at once; the audit log says so."""
    await throttles.let_account_try(connection, account, _of_accounts(), by=by)


async def let_address_try(connection: Connection, address: str, *, by: int | None) -> None:
    """Let everybody at an address try at once, where their own accounts are not slowed down.

    Raises:
        UsageError: nobody is slowed down there.
    """
    await throttles.let_address_try(connection, address, rates.LOGIN_ADDRESS, by=by)


def where(one: Slowed) -> str:
    """Where the tries came from, in words."""
    if one.limit == rates.CODE.name:
        return gettext("one-time codes, after the right password")
    if one.limit == rates.LOGIN_ELSEWHERE.name:
        return gettext("all places that are new to the account")
    if one.limit == rates.LOGIN.name and len(one.who) == _BROWSER_CHARS:
        return gettext("a browser where its owner logged in before")
    return one.who


def _of_accounts() -> tuple[rates.Rate, ...]:
    return (rates.LOGIN, rates.LOGIN_ELSEWHERE, rates.LOGIN_SLOWLY, rates.CODE)
