"""A browser's own token, by which it is known where a right password came from before.

It proves nothing else, and stays when its owner logs out.
"""

from __future__ import annotations

import hashlib
import secrets

from aiohttp import web

from judge.config import Settings
from web.keys import SETTINGS

_KEPT_S = 365 * 24 * 3600
_TOKEN_BYTES = 32
_MAX_LENGTH = 100


def token_of(request: web.Request) -> str:
    """The token that the browser sent; a new one where it sent none."""
    sent = request.cookies.get(_name(request.app[SETTINGS]), "")
    return sent if 0 < len(sent) <= _MAX_LENGTH else secrets.token_urlsafe(_TOKEN_BYTES)


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


def origin(token: str) -> bytes:
    """What the database knows it as."""
    return hashlib.sha256(b"browser " + token.encode(errors="replace")).digest()


def _name(settings: Settings) -> str:
    return "__Host-browser" if settings.web_https else "browser"
