"""Choosing the language of pages."""

from __future__ import annotations

from aiohttp import web

from judge.errors import NotFound
from judge.store import accounts
from web import forms, permissions
from web.keys import POOL, SESSION, SETTINGS
from web.translating import COOKIE, LOCALES, gettext

_KEPT_S = 365 * 86400


async def choose(request: web.Request) -> web.Response:
    """Remember in the browser what its reader chose. A link may do it, since nothing else comes of it."""
    chosen = _known(request.match_info["locale"])
    raise _remember(request, web.HTTPSeeOther(forms.own_path(request.query.get("next", ""))), chosen)


async def keep(request: web.Request) -> web.Response:
    """Remember it with the account too, wherever its owner logs in; nothing chosen is what the browser asks for."""
    viewer = permissions.require_viewer(request[SESSION].viewer)
    form = await forms.read(request)
    chosen = _known(form.text("locale")) if form.text("locale") else None
    async with request.app[POOL].acquire() as connection:
        await accounts.set_locale(connection, account_id=viewer.id, locale=chosen)
    raise _remember(request, web.HTTPSeeOther(forms.own_path(form.text("next"))), chosen)


def _known(locale: str) -> str:
    if locale not in LOCALES:
        raise NotFound(gettext("There is no such page."))
    return locale


def _remember(request: web.Request, answer: web.HTTPSeeOther, chosen: str | None) -> web.HTTPSeeOther:
    is_secure = request.app[SETTINGS].web_https
    if chosen is None:
        answer.del_cookie(COOKIE, path="/", secure=is_secure, httponly=True, samesite="Lax")
    else:
        answer.set_cookie(COOKIE, chosen, max_age=_KEPT_S, path="/", secure=is_secure, httponly=True, samesite="Lax")
    return answer
