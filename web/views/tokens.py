"""One's API tokens: seeing, making and revoking them."""

from __future__ import annotations

from datetime import timedelta

from aiohttp import web

from judge.errors import UsageError
from judge.store import tokens
from judge.store.sessions import Viewer
from judge.store.tokens import Scope
from web import forms, permissions
from web.forms import Form
from web.identity import credentials
from web.keys import POOL, SESSION
from web.maintenance import status_of
from web.pages import page, sentence
from web.translating import gettext

#: For how many days a token may be made.
LIFETIMES = (1, 7, 30, 90, 366)


async def index(request: web.Request) -> web.Response:
    """One's tokens, and a form for a new one."""
    viewer = permissions.require_viewer(request[SESSION].viewer)
    return await _page(request, viewer)


async def change(request: web.Request) -> web.Response:
    """Make a token, which this one answer shows, or revoke one."""
    viewer = permissions.require_viewer(request[SESSION].viewer)
    form = await forms.read(request)
    try:
        match form.text("action"):
            case "create":
                return await _page(request, viewer, made=await _create(request, viewer, form))
            case "revoke":
                await _revoke(request, viewer, form)
            case _:
                raise UsageError(gettext("There is no such change to a token; reload the page and try again."))
    except UsageError as error:
        return await _page(request, viewer, form=form, error=error)
    raise web.HTTPSeeOther("/account/tokens")


async def _create(request: web.Request, viewer: Viewer, form: Form) -> str:
    name = form.line("name", label=gettext("The name"), max_length=100)
    if form.text("scope") not in permissions.scopes_of(viewer):
        raise UsageError(gettext("Choose what the token may do."))
    if form.text("days") not in map(str, LIFETIMES):
        raise UsageError(gettext("Choose for how long the token is good."))
    await credentials.confirm(request, viewer, form.text("old_password"))
    async with request.app[POOL].acquire() as connection:
        return await tokens.create(
            connection,
            account_id=viewer.id,
            name=name,
            scope=Scope(form.text("scope")),
            lifetime=timedelta(days=int(form.text("days"))),
            by=viewer.id,
        )


async def _revoke(request: web.Request, viewer: Viewer, form: Form) -> None:
    number = form.text("token")
    if not (number.isascii() and number.isdecimal() and len(number) <= 18):
        raise UsageError(gettext("There is no such token; reload the page and try again."))
    async with request.app[POOL].acquire() as connection:
        await tokens.revoke(connection, account_id=viewer.id, token_id=int(number), by=viewer.id)


async def _page(
    request: web.Request, viewer: Viewer, *, made: str = "", form: Form | None = None, error: UsageError | None = None
) -> web.Response:
    async with request.app[POOL].acquire() as connection:
        listed = await tokens.of_account(connection, viewer.id)
        has_password = await credentials.has_password(connection, viewer)
    typed = form or Form()
    context = {
        "tokens": listed,
        "scopes": permissions.scopes_of(viewer),
        "lifetimes": LIFETIMES,
        "has_password": has_password,
        "made": made,
        "error": sentence(error) if error else "",
        "name": typed.text("name"),
        "scope": typed.text("scope") or Scope.READ,
        "days": typed.text("days") or "30",
    }
    return page(request, "tokens", context, status=status_of(error) if error else 200)
