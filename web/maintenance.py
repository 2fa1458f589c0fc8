"""Maintenance, as the site shows it: a banner on every page, and what changes anything refused so that nothing is lost.

Logging in and out goes on, for reading. A handler that shows its form again with what was written refuses by itself.
"""

from __future__ import annotations

import asyncio

from aiohttp import web

from judge.errors import UsageError
from judge.store import maintenance
from judge.store.maintenance import Maintenance
from web.forms import Handler
from web.keys import MAINTENANCE, POOL
from web.rates import TooOften
from web.translating import gettext

#: For how long a page may not know yet. What changes anything always asks.
_KNOWN_S = 1.0
_SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
_STILL_OPEN = ("/login", "/login/code", "/logout")
#: Programs ask often, and show no banner.
_UNTOLD = ("/static/", "/healthz", "/metrics")
_KEEPING: set[object] = set()


class UnderMaintenance(UsageError):
    """Nothing is taken as long as it lasts."""


class Known:
    """What was asked of the database last."""

    def __init__(self) -> None:
        self._found: Maintenance | None = None
        self._asked_at = float("-inf")

    async def current(self, request: web.Request) -> Maintenance | None:
        """The maintenance that lasts now; for pages, as of a moment ago."""
        now = asyncio.get_running_loop().time()
        if request.method not in _SAFE_METHODS or now - self._asked_at > _KNOWN_S:
            async with request.app[POOL].acquire() as connection:
                self._found = await maintenance.current(connection)
            self._asked_at = now
        return self._found


KNOWN = web.AppKey("known maintenance", Known)


def keeps_form(handler: Handler) -> Handler:
    """Mark a handler that calls ``check`` and shows what was written again."""
    _KEEPING.add(handler)
    return handler


def check(request: web.Request) -> None:
    """Make sure that something may be changed.

    Raises:
        UnderMaintenance: there is maintenance.
    """
    if (found := request.get(MAINTENANCE)) is not None:
        raise UnderMaintenance(
            _said(found, gettext("Nothing was taken; what you wrote is still here. Send it again later."))
        )


def status_of(error: UsageError) -> int:
    """The code with which a form is shown again."""
    if isinstance(error, UnderMaintenance):
        return 503
    return 429 if isinstance(error, TooOften) else 400


@web.middleware
async def read_only(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Have pages know of maintenance, and refuse what changes anything."""
    if request.path.startswith(_UNTOLD):
        return await handler(request)
    found = await request.app[KNOWN].current(request)
    if found is None:
        return await handler(request)
    request[MAINTENANCE] = found
    is_refused = request.method not in _SAFE_METHODS and request.path not in _STILL_OPEN
    if is_refused and request.match_info.handler not in _KEEPING:
        raise UnderMaintenance(_said(found, gettext("Nothing was changed. Go back, and send the form again later.")))
    return await handler(request)


def _said(found: Maintenance, what_now: str) -> str:
    why = gettext("The site is for reading only for the moment: %(reason)s.", reason=found.reason.rstrip("."))
    return f"{why} {what_now}"
