"""One's sessions: which browsers are logged in, and logging them out."""

from __future__ import annotations

import binascii

from aiohttp import web

from judge.errors import UsageError
from judge.store import sessions
from web import forms, permissions
from web.identity import agents
from web.keys import POOL, SESSION
from web.pages import page
from web.translating import gettext


async def index(request: web.Request) -> web.Response:
    """The browsers that are logged in to one's account."""
    state = request[SESSION]
    viewer = permissions.require_viewer(state.viewer)
    async with request.app[POOL].acquire() as connection:
        found = await sessions.of_account(connection, viewer.id)
    own = state.session.token_hash if state.session else b""
    listed = [(one, agents.described(one.agent), one.token_hash == own) for one in found]
    return page(request, "sessions", {"sessions": listed})


async def end(request: web.Request) -> web.Response:
    """Log out one of them, or all but this one."""
    state = request[SESSION]
    viewer = permissions.require_viewer(state.viewer)
    form = await forms.read(request)
    async with request.app[POOL].acquire() as connection:
        match form.text("action"):
            case "end":
                await sessions.revoke(connection, account_id=viewer.id, token_hash=_hash(form.text("session")))
            case "end others" if state.session is not None:
                await sessions.revoke_others(connection, account_id=viewer.id, but=state.session.token_hash)
            case _:
                raise UsageError(gettext("There is no such change to a session; reload the page and try again."))
    raise web.HTTPSeeOther("/account/sessions")


def _hash(text: str) -> bytes:
    """The hash of a token names a session, and is worth nothing as a cookie."""
    try:
        return binascii.unhexlify(text)
    except ValueError as error:
        raise UsageError(gettext("There is no such session; reload the page and try again.")) from error
