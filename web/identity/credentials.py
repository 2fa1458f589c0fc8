"""Login and password, from the form of the site or with each request of a program."""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import hmac
import secrets
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from aiohttp import hdrs, web

from judge.errors import NotFound, UsageError
from judge.store import accounts, origins, staff
from judge.store.accounts import Account
from judge.store.pool import Connection
from judge.store.sessions import Session, Viewer
from web import permissions, rates
from web.identity import browsers, passwords, slowed
from web.identity.addresses import throttle_key
from web.identity.sessions import is_fresh
from web.keys import PASSWORDS, POOL, PROXIES, SESSION, SETTINGS
from web.permissions import LoginNeeded
from web.rates import TooOften
from web.translating import N_, gettext

#: How long a program's password is known to be right without hashing it again.
_KNOWN_S = 300.0
_MOST_KNOWN = 1000
_MAX_HEADER = 1024
_MAX_AGENT = 300
_WRONG = N_("Wrong login or password.")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Right:
    """Credentials that were right."""

    account_id: int
    #: What the password was checked against: another one since makes it unknown.
    password_hash: str
    until: float


class ProgramLogins:
    """Who programs say they are. Hashing takes long, so what was right is remembered, under a key of this process."""

    def __init__(self) -> None:
        self._secret = secrets.token_bytes(32)
        self._right: dict[bytes, _Right] = {}

    async def session(self, request: web.Request) -> Session | None:
        """A session for this request alone, by HTTP basic authentication; None where it has none.

        Raises:
            LoginNeeded: the credentials are wrong.
            TooOften: they were tried too often.
        """
        sent = _basic(request)
        if sent is None:
            return None
        try:
            return await self._session(request, *sent)
        except TooOften:
            raise
        except UsageError as error:
            raise LoginNeeded(str(error)) from error

    async def _session(self, request: web.Request, login: str, password: str) -> Session:
        key = hmac.digest(self._secret, b"%d:%s:%s" % (len(login), login.encode(), password.encode()), hashlib.sha256)
        account = await self._known(request, key) or await self._checked(request, key, login, password)
        if account.has_two_step or permissions.needs_two_step(viewer_of(account), request.app[SETTINGS]):
            raise UsageError(gettext("This account logs in in two steps, which a program cannot: use an API token."))
        async with request.app[POOL].acquire() as connection:
            roles = await staff.of_account(connection, account.id)
        return of_request(replace(viewer_of(account), staff=roles))

    async def _known(self, request: web.Request, key: bytes) -> Account | None:
        right = self._right.get(key)
        if right is None or right.until < asyncio.get_running_loop().time():
            return None
        try:
            async with request.app[POOL].acquire() as connection:
                account = await accounts.by_id(connection, right.account_id)
        except NotFound:
            return None
        return account if not account.is_disabled and account.password_hash == right.password_hash else None

    async def _checked(self, request: web.Request, key: bytes, login: str, password: str) -> Account:
        account = await account_of(request, login, password, browser="")
        assert account.password_hash is not None
        while len(self._right) >= _MOST_KNOWN:
            self._right.pop(next(iter(self._right)))
        until = asyncio.get_running_loop().time() + _KNOWN_S
        self._right[key] = _Right(account_id=account.id, password_hash=account.password_hash, until=until)
        return account


PROGRAM_LOGINS = web.AppKey("program logins", ProgramLogins)


async def account_of(request: web.Request, login: str, password: str, *, browser: str) -> Account:
    """The account of that login and password. A wrong login, a wrong password and a disabled account take the same.

    Args:
        request: that brings them.
        login: in whatever case.
        password: as it was typed.
        browser: its token; empty: it has none, or is a program.

    Raises:
        UsageError: they are wrong, or were tried too often.
    """
    address = client_address(request)
    from_address = hashlib.sha256(b"address " + address.encode()).digest()
    from_browser = browsers.origin(browser)
    async with request.app[POOL].acquire() as connection:
        await rates.count(connection, rates.LOGIN_ADDRESS, address)
        known = await origins.known(connection, login, [from_address, from_browser])
        # Whoever sits at the same address cannot keep out a browser that is known.
        who = from_browser.hex() if from_browser in known else address
        await rates.count(connection, rates.LOGIN, slowed.key(who, login))
        if not known:
            await _count_elsewhere(connection, login, address)
        account = await accounts.by_login(connection, login)
    usable = account if account is not None and not account.is_disabled else None
    if not await is_right(request, usable, password) or usable is None:
        raise UsageError(gettext(_WRONG))
    async with request.app[POOL].acquire() as connection:
        await origins.remember(connection, usable.id, [from_address])
    return usable


async def _count_elsewhere(connection: Connection, login: str, address: str) -> None:
    """Count a try from where no right password of the account ever came.

    Raises:
        TooOften: there were too many of all such, and then too many from that address.
    """
    try:
        await rates.count(connection, rates.LOGIN_ELSEWHERE, slowed.key(slowed.EVERYWHERE, login))
    except TooOften:
        await rates.count(connection, rates.LOGIN_SLOWLY, slowed.key(address, login))


async def is_right(request: web.Request, account: Account | None, password: str) -> bool:
    """Whether it is the account's password; takes as long where there is no account."""
    password_hash = account.password_hash if account is not None else None
    # Nobody's password is that long, and hashing it is dear.
    is_possible = len(password) <= passwords.MAX_LENGTH
    return await request.app[PASSWORDS].verify(password_hash, password if is_possible else "") and is_possible


async def confirm(request: web.Request, viewer: Viewer, password: str) -> None:
    """Make sure that it is still the account's owner who asks, before anything changes that lets somebody in.

    Raises:
        UsageError: the password is wrong; or the account has none, and was logged in to long ago.
    """
    async with request.app[POOL].acquire() as connection:
        await rates.count(connection, rates.CHANGE_PASSWORD, str(viewer.id))
        account = await accounts.by_id(connection, viewer.id)
    if account.password_hash is None:
        session = request[SESSION].session
        if session is None or not is_fresh(session):
            raise UsageError(gettext("Log out and in again first, to show that it is you."))
    elif not await is_right(request, account, password):
        raise UsageError(gettext("The password is wrong."))


async def has_password(connection: Connection, viewer: Viewer) -> bool:
    """Whether the account has one that it can be asked for."""
    return (await accounts.by_id(connection, viewer.id)).password_hash is not None


def of_request(viewer: Viewer) -> Session:
    """A session that lasts as long as one request of a program's."""
    return Session(token_hash=b"", csrf_token="", viewer=viewer, created_at=datetime.now(UTC))


def viewer_of(account: Account) -> Viewer:
    return Viewer(
        id=account.id,
        login=account.login,
        name=account.name,
        role=account.role,
        has_two_step=account.has_two_step,
    )


def address_of(request: web.Request) -> str:
    """Where a request came from, as far as that can be believed."""
    forwarded_for = ",".join(request.headers.getall(hdrs.X_FORWARDED_FOR, []))
    return request.app[PROXIES].client_of(request.remote, forwarded_for)


def scheme_of(request: web.Request) -> str:
    """How browsers reach the site, which a proxy's own request does not show."""
    return "https" if request.app[SETTINGS].web_https else request.scheme


def agent_of(request: web.Request) -> str:
    """What a browser calls itself, cut to what is kept of it."""
    agent = request.headers.get(hdrs.USER_AGENT, "")
    return "".join(char for char in agent if char.isascii() and char.isprintable())[:_MAX_AGENT]


def client_address(request: web.Request) -> str:
    """Whom rates are counted for."""
    return throttle_key(address_of(request))


def _basic(request: web.Request) -> tuple[str, str] | None:
    """Login and password of the request; None where it brings none.

    Raises:
        LoginNeeded: they cannot be any.
    """
    header = request.headers.get(hdrs.AUTHORIZATION, "")
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        if len(header) > _MAX_HEADER:
            raise ValueError
        login, colon, password = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
    except (binascii.Error, ValueError) as error:
        raise LoginNeeded(gettext("The Authorization header cannot be read.")) from error
    if not colon or not login.isprintable() or len(login) > 32 or "\0" in password:
        raise LoginNeeded(gettext(_WRONG))
    return login, password
