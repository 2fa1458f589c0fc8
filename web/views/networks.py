"""For admins: which addresses log in to which account by themselves."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network, ip_network

from aiohttp import web

from judge.errors import UsageError
from judge.store import networks
from judge.store.networks import Network
from web import forms, notices, permissions
from web.keys import POOL, SESSION
from web.maintenance import status_of
from web.pages import page, sentence
from web.translating import gettext, ngettext

MOST = 5000
#: Wider ones are a slip: they would let in whoever asks.
_WIDEST = {4: 16, 6: 48}
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
                    entries = _entries(form.text("list"))
                    await networks.add(connection, entries, by=admin.id)
                    said = ngettext("%(num)s address is added.", "%(num)s addresses are added.", len(entries))
                case "remove":
                    await networks.remove(connection, [_network(form.text("network"))], by=admin.id)
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


def _entries(text: str) -> list[tuple[str, Network]]:
    """Login and network of each line.

    Raises:
        UsageError: which line is none, and why.
    """
    lines = [line.replace(",", " ").replace(";", " ").split() for line in text.splitlines()]
    entries = []
    for number, words in enumerate(lines, start=1):
        if not words:
            continue
        if len(words) != 2 or not words[0].isprintable():
            raise UsageError(gettext("Line %(number)s: write a login and an address.", number=number))
        entries.append((words[0], _network(words[1])))
    if not 1 <= len(entries) <= MOST:
        raise UsageError(gettext("Write 1 to %(most)s lines.", most=MOST))
    if len({network for _, network in entries}) < len(entries):
        raise UsageError(gettext("An address is there twice."))
    return entries


def _network(text: str) -> IPv4Network | IPv6Network:
    try:
        network = ip_network(text)
    except ValueError:
        raise UsageError(gettext("%(text)s is not an address or a network.", text=text[:50])) from None
    if network.prefixlen < _WIDEST[network.version]:
        raise UsageError(gettext("%(text)s is too wide: anybody in it would be let in.", text=text[:50]))
    return network


async def _page(request: web.Request, *, written: str = "", error: UsageError | None = None) -> web.Response:
    async with request.app[POOL].acquire() as connection:
        listed = await networks.page(connection, limit=MOST)
    context = {
        "networks": listed,
        "own_address": request[SESSION].address,
        "written": written,
        "error": sentence(error) if error else "",
    }
    return page(request, "networks", context, status=status_of(error) if error else 200)
