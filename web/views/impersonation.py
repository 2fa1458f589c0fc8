"""For admins: looking at the site as a contestant sees it."""

from __future__ import annotations

import secrets

from aiohttp import web

from judge.errors import NotFound, UsageError
from judge.store import impersonation
from web import forms, permissions
from web.identity.sessions import TOKEN_BYTES
from web.keys import POOL, SESSION
from web.pages import sentence
from web.translating import gettext

_REASON_CHARS = 200


async def begin(request: web.Request) -> web.Response:
    """See the site as that contestant from now on."""
    state = request[SESSION]
    admin = permissions.require_admin(state.viewer)
    form = await forms.read(request)
    account_id = int(request.match_info["account"])
    if state.session is None or state.is_by_program:
        raise UsageError(gettext("Only a browser can look at the site as somebody else."))
    reason = form.line("reason", label=gettext("The reason"), max_length=_REASON_CHARS)
    async with request.app[POOL].acquire() as connection:
        try:
            await impersonation.begin(
                connection,
                token_hash=state.session.token_hash,
                csrf_token=secrets.token_urlsafe(TOKEN_BYTES),
                account_id=account_id,
                reason=reason,
                by=admin.id,
            )
        except UsageError as error:
            raise UsageError(sentence(error)) from error
    raise web.HTTPSeeOther("/")


async def end(request: web.Request) -> web.Response:
    """See it as oneself again."""
    session = request[SESSION].session
    if session is None or session.admin is None or session.viewer is None:
        raise NotFound(gettext("There is no such page."))
    async with request.app[POOL].acquire() as connection:
        csrf_token = secrets.token_urlsafe(TOKEN_BYTES)
        await impersonation.end(connection, token_hash=session.token_hash, csrf_token=csrf_token)
    # What else is open in the browser was made for somebody else.
    raise web.HTTPSeeOther(f"/admin/users/{session.viewer.id}", headers={"Clear-Site-Data": '"cache"'})
