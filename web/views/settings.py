"""For admins: what is set, and where from. Secrets stay where they are."""

from __future__ import annotations

from aiohttp import web

from judge.settings_told import told
from web import permissions
from web.keys import SESSION, SETTINGS
from web.pages import page


async def show(request: web.Request) -> web.Response:
    """The settings of this web server."""
    permissions.require_admin(request[SESSION].viewer)
    return page(request, "settings", {"settings": told(request.app[SETTINGS])})
