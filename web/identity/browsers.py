"""A browser's own token, by which it is known where a right password came from before.

It proves nothing else. It outlives a session that ran out, as on a laptop of one's own. Of computers that many use it
says nothing about those before: who logs out takes it away, and who logs in to another account gets another one.
"""

from __future__ import annotations

import hashlib
import secrets

from aiohttp import web

from judge.config import Settings
from judge.store import origins
from judge.store.accounts import Account
from judge.store.pool import Connection
from web.keys import SESSION, SETTINGS

_KEPT_S = 365 * 24 * 3600
_TOKEN_BYTES = 32
_MAX_LENGTH = 100


def token_of(request: web.Request) -> str:
    """The token that the browser sent; empty where it sent none."""
    sent = request.cookies.get(_name(request.app[SETTINGS]), "")
    return sent if len(sent) <= _MAX_LENGTH else ""


async def remember(request: web.Request, connection: Connection, account: Account) -> str:
    """Know the browser from now on for this account; its token, a new one if it was not known for it before."""
    token = token_of(request)
    if not await origins.known(connection, account.login, [origin(token)]):
        token = secrets.token_urlsafe(_TOKEN_BYTES)
    await origins.remember(connection, account.id, [origin(token)])
    return token


async def forget(request: web.Request, connection: Connection) -> None:
    """Know the browser no more for whoever sits there, nor what was copied from it."""
    state = request[SESSION]
    owner = state.admin or state.viewer
    if owner is not None:
        await origins.forget(connection, owner.id, origin(token_of(request)))


def keep(request: web.Request, response: web.StreamResponse, token: str) -> None:
    """Have the browser keep it."""
    settings = request.app[SETTINGS]
    response.set_cookie(
        _name(settings),
        token,
        max_age=_KEPT_S,
        path="/",
        secure=settings.web_https,
        httponly=True,
        samesite="Lax",
    )


def drop(request: web.Request, response: web.StreamResponse) -> None:
    """Have the browser keep it no longer."""
    settings = request.app[SETTINGS]
    response.del_cookie(_name(settings), path="/", secure=settings.web_https, httponly=True, samesite="Lax")


def origin(token: str) -> bytes:
    """What the database knows it as."""
    return hashlib.sha256(b"browser " + token.encode(errors="replace")).digest()


def _name(settings: Settings) -> str:
    return "__Host-browser" if settings.web_https else "browser"
