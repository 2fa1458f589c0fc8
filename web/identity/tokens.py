"""API tokens, as programs send them: ``Authorization: Bearer judge_…``."""

from __future__ import annotations

from aiohttp import hdrs, web

from judge.store import tokens
from judge.store.sessions import Session
from judge.store.tokens import Scope
from web import permissions
from web.identity import credentials
from web.keys import POOL
from web.permissions import LoginNeeded
from web.translating import gettext


def sent_with(request: web.Request) -> str | None:
    """The token that a program sent along; None where it sent none."""
    scheme, _, token = request.headers.get(hdrs.AUTHORIZATION, "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


async def session(request: web.Request, token: str) -> tuple[Session, Scope]:
    """A session for this request alone, as the token's account, and what the token may do.

    Raises:
        LoginNeeded: there is no such token, or no longer.
    """
    async with request.app[POOL].acquire() as connection:
        found = await tokens.find(connection, token)
    if found is None:
        raise LoginNeeded(gettext("The token is unknown, has expired or was revoked."))
    viewer, scope = found
    return credentials.of_request(permissions.by_token(viewer, scope)), scope
