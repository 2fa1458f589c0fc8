"""Choosing the language of pages."""

from __future__ import annotations

from aiohttp import web

from judge.errors import NotFound
from web import forms
from web.keys import SETTINGS
from web.translating import COOKIE, LOCALES, gettext

_KEPT_S = 365 * 86400


async def choose(request: web.Request) -> web.Response:
    """Remember in the browser what its reader chose. A link may do it, since nothing else comes of it."""
    chosen = request.match_info["locale"]
    if chosen not in LOCALES:
        raise NotFound(gettext("There is no such page."))
    answer = web.HTTPSeeOther(forms.own_path(request.query.get("next", "")))
    answer.set_cookie(
        COOKIE,
        chosen,
        max_age=_KEPT_S,
        path="/",
        secure=request.app[SETTINGS].web_https,
        httponly=True,
        samesite="Lax",
    )
    raise answer
