"""What one page leaves for the next to say, after a form led there: kept in the browser, shown once.

A cookie can be planted by a neighbouring site, so it is signed with the session's own token; and it can only be so
long, so that long texts are cut.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Sequence

from aiohttp import web

from web.keys import SESSION, SETTINGS
from web.translating import gettext

_COOKIE = "notice"
_KEPT_S = 60
#: Browsers keep 4096 bytes of a cookie; base64 and the signature take their share.
_MAX_BYTES = 2600


def leave(request: web.Request, response: web.StreamResponse, lines: Sequence[str]) -> None:
    """Have the next page say something: a line, and below it a list of as many of the others as there is room for."""
    content = _fitting(lines)
    signature = _signature(content, request[SESSION].csrf_token)
    response.set_cookie(
        _COOKIE,
        f"{signature}.{base64.urlsafe_b64encode(content).decode()}",
        max_age=_KEPT_S,
        path="/",
        secure=request.app[SETTINGS].web_https,
        httponly=True,
        samesite="Lax",
    )


def read(request: web.Request) -> list[str]:
    """What the page before left; nothing where it was left for another session, or by nobody of us."""
    # A request may be refused before its session was looked at.
    state = request.get(SESSION)
    signature, _, encoded = request.cookies.get(_COOKIE, "").partition(".")
    if state is None or not state.csrf_token or not encoded:
        return []
    try:
        content = base64.urlsafe_b64decode(encoded.encode())
    except ValueError:
        return []
    if not hmac.compare_digest(signature.encode(), _signature(content, state.csrf_token).encode()):
        return []
    lines: list[str] = json.loads(content)
    return lines


def forget(request: web.Request, response: web.StreamResponse) -> None:
    """Show nothing twice."""
    if _COOKIE in request.cookies:
        response.del_cookie(_COOKIE, path="/", secure=request.app[SETTINGS].web_https, httponly=True, samesite="Lax")


def _fitting(lines: Sequence[str]) -> bytes:
    """As many of the lines as there is room for, the first in any case, and how many there are more."""
    content = b""
    for count in range(len(lines), 0, -1):
        rest = [gettext("and %(count)s more", count=len(lines) - count)] if count < len(lines) else []
        content = json.dumps([*lines[:count], *rest], ensure_ascii=False).encode()
        if len(content) <= _MAX_BYTES:
            break
    return content


def _signature(content: bytes, csrf_token: str) -> str:
    return hmac.new(csrf_token.encode(), b"notice:" + content, hashlib.sha256).hexdigest()
