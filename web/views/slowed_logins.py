"""For admins: logins that are slowed down."""

from __future__ import annotations

from aiohttp import web

from judge.errors import UsageError
from web import forms, notices, permissions
from web.identity import slowed
from web.keys import POOL, SESSION
from web.maintenance import status_of
from web.pages import page, sentence
from web.translating import gettext

_PATH = "/admin/users/slowed"
#: Of an address, or a network of the longest.
_LONGEST = 64


async def index(request: web.Request) -> web.Response:
    """All of them; those of an account can be ended on its own page."""
    permissions.require_admin(request[SESSION].viewer)
    return await _page(request)


async def change(request: web.Request) -> web.Response:
    """Let everybody at an address try at once."""
    admin = permissions.require_admin(request[SESSION].viewer)
    form = await forms.read(request)
    try:
        address = form.line("address", label=gettext("The address"), max_length=_LONGEST)
        async with request.app[POOL].acquire() as connection:
            await slowed.let_address_try(connection, address, by=admin.id)
    except UsageError as error:
        return await _page(request, error=error)
    redirect = web.HTTPSeeOther(_PATH)
    notices.leave(request, redirect, [gettext("Everybody there may try to log in at once.")])
    raise redirect


async def _page(request: web.Request, *, error: UsageError | None = None) -> web.Response:
    async with request.app[POOL].acquire() as connection:
        found = await slowed.find(connection)
    context = {
        "slowed_down": [(one, slowed.where(one)) for one in found],
        "error": sentence(error) if error else "",
    }
    return page(request, "slowed_logins", context, status=status_of(error) if error else 200)
