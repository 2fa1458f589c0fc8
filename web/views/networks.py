"""For admins: which addresses log in to which account by themselves."""

from __future__ import annotations

from aiohttp import web

from judge.errors import UsageError
from judge.store import networks
from web import forms, notices, permissions
from web.keys import POOL, SESSION
from web.maintenance import status_of
from web.pages import page, sentence
from web.translating import gettext, ngettext

_PATH = "/admin/users/addresses"


async def index(request: web.Request) -> web.Response:
    """The list, and a form for more."""
    permissions.require_admin(request[SESSION].viewer)
    return await _page(request)


async def change(request: web.Request) -> web.Response:
    """Add what is written, or remove one or all."""
    admin = permissions.require_admin(request[SESSION].viewer)
    form = await forms.read(request)
    said = ""
    try:
        async with request.app[POOL].acquire() as connection:
            match form.text("action"):
                case "add":
                    entries = networks.entries(form.text("list"))
                    await networks.add(connection, entries, by=admin.id)
                    said = ngettext("%(num)s address is added.", "%(num)s addresses are added.", len(entries))
                case "remove":
                    await networks.remove(connection, [networks.parsed(form.text("network"))], by=admin.id)
                case "remove all":
                    await networks.remove(connection, None, by=admin.id)
                case _:
                    raise UsageError(gettext("There is no such change; reload the page and try again."))
    except UsageError as error:
        return await _page(request, written=form.text("list"), error=error)
    redirect = web.HTTPSeeOther(_PATH)
    if said:
        notices.leave(request, redirect, [said])
    raise redirect


async def _page(request: web.Request, *, written: str = "", error: UsageError | None = None) -> web.Response:
    async with request.app[POOL].acquire() as connection:
        listed = await networks.page(connection, limit=networks.MOST)
    context = {
        "networks": listed,
        "own_address": request[SESSION].address,
        "written": written,
        "error": sentence(error) if error else "",
    }
    return page(request, "networks", context, status=status_of(error) if error else 200)
