"""Logging in, once it is known whose account it is: at once, or after a one-time code."""

from __future__ import annotations

import time

from aiohttp import web
from yarl import URL

from judge.errors import NotFound, UsageError
from judge.store import accounts, authenticators, networks
from judge.store.accounts import Account
from judge.store.pool import Connection
from web import rates
from web.identity import credentials, sessions, totp
from web.keys import POOL, SESSION
from web.translating import gettext

CODE_PATH = "/login/code"


async def proceed(request: web.Request, connection: Connection, account: Account, *, wanted: str) -> str:
    """Log in, or have the code asked for, where the account has an authenticator; and say where that leads."""
    if account.has_two_step:
        await sessions.begin(connection, request[SESSION], viewer=None, pending_id=account.id)
        return str(URL(CODE_PATH).with_query(next=wanted))
    await sessions.begin(connection, request[SESSION], viewer=credentials.viewer_of(account))
    return wanted


async def at_address(request: web.Request) -> Account | None:
    """The account that whoever sits at the request's address is logged in to without a password."""
    async with request.app[POOL].acquire() as connection:
        return await networks.account_at(connection, request[SESSION].address)


async def begin_by_address(request: web.Request, account: Account) -> None:
    """Log in to the account of the request's address."""
    address = request[SESSION].address
    async with request.app[POOL].acquire() as connection, connection.transaction():
        await networks.record_login(connection, account, address=address)
        await sessions.begin(connection, request[SESSION], viewer=credentials.viewer_of(account))


async def ensure_session(request: web.Request) -> None:
    """A form needs a session to be checked against; whoever has none is given one."""
    if request[SESSION].session is None:
        async with request.app[POOL].acquire() as connection:
            await rates.count(connection, rates.ANONYMOUS_SESSION, credentials.client_address(request))
            await sessions.begin(connection, request[SESSION], viewer=None)


async def finish(request: web.Request, *, sent: str) -> None:
    """Log in whose password was right a moment ago, if the code is right too.

    Raises:
        NotFound: nobody's was, or too long ago.
        UsageError: the code is wrong, or too many were tried.
    """
    session = request[SESSION].session
    if session is None or session.pending_id is None:
        raise NotFound(gettext("There is no such page."))
    await check_code(request, session.pending_id, sent)
    async with request.app[POOL].acquire() as connection, connection.transaction():
        account = await accounts.by_id(connection, session.pending_id)
        if account.is_disabled:
            raise NotFound(gettext("There is no such page."))
        await sessions.begin(connection, request[SESSION], viewer=credentials.viewer_of(account))


async def check_code(request: web.Request, account_id: int, sent: str) -> None:
    """Use up a code of the account's authenticator, or one of its recovery codes.

    Raises:
        UsageError: it is neither, was used before, or too many were tried.
    """
    code = totp.typed(sent)
    async with request.app[POOL].acquire() as connection:
        await rates.count(connection, rates.CODE, str(account_id))
        found = await authenticators.find(connection, account_id)
        if found is None:
            raise UsageError(gettext("The account has no authenticator any more; log in again."))
        step = totp.step_of(found.secret, code, now_s=time.time())
        if step is not None:
            is_right = await authenticators.use_step(connection, account_id=account_id, step=step)
        else:
            is_right = await authenticators.use_recovery_code(connection, account_id=account_id, code=code)
    if not is_right:
        raise UsageError(gettext("The code is wrong, or was used before."))
