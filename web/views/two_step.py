"""Logging in in two steps: the form for the code, and one's authenticator."""

from __future__ import annotations

import time

from aiohttp import web

from judge.errors import UsageError
from judge.store import accounts, authenticators
from judge.store import sessions as session_store
from judge.store.sessions import Viewer
from web import forms, permissions, rates
from web.forms import Form
from web.identity import credentials, logins, sessions, totp
from web.keys import POOL, SESSION, SETTINGS
from web.maintenance import status_of
from web.pages import page, sentence
from web.translating import gettext

#: What authenticator apps list the account under.
_SITE = "Judge"


async def code_form(request: web.Request) -> web.Response:
    """Ask for the code, of whoever has just given a right password."""
    session = request[SESSION].session
    wanted = forms.own_path(request.query.get("next", ""))
    if session is None or session.pending_id is None:
        raise web.HTTPSeeOther("/login" if session is None or session.viewer is None else wanted)
    return page(request, "login_code", {"error": "", "next": wanted})


async def log_in(request: web.Request) -> web.Response:
    """Take the code, and log in."""
    form = await forms.read(request)
    wanted = forms.own_path(form.text("next"))
    if request[SESSION].viewer is not None:
        raise web.HTTPSeeOther(wanted)
    try:
        await logins.finish(request, sent=form.text("code"))
    except UsageError as error:
        return page(request, "login_code", {"error": sentence(error), "next": wanted}, status=status_of(error))
    raise web.HTTPSeeOther(wanted)


async def show(request: web.Request) -> web.Response:
    """One's authenticator, or what to do to have one."""
    viewer = permissions.require_viewer(request[SESSION].viewer)
    return await _page(request, viewer)


async def change(request: web.Request) -> web.Response:
    """Add an authenticator, in two forms; make new recovery codes; or do without."""
    viewer = permissions.require_viewer(request[SESSION].viewer)
    form = await forms.read(request)
    try:
        match form.text("action"):
            case "begin":
                return await _page(request, viewer, secret=await _begin(request, viewer, form))
            case "confirm":
                return await _confirm(request, viewer, form)
            case "renew":
                await logins.check_code(request, viewer.id, form.text("code"))
                return await _renew(request, viewer)
            case "off":
                await _turn_off(request, viewer, form)
            case _:
                raise UsageError(gettext("There is no such change; reload the page and try again."))
    except UsageError as error:
        return await _page(request, viewer, error=error)
    raise web.HTTPSeeOther("/account/two-step")


async def _begin(request: web.Request, viewer: Viewer, form: Form) -> bytes:
    await credentials.confirm(request, viewer, form.text("old_password"))
    secret = totp.new_secret()
    async with request.app[POOL].acquire() as connection:
        await authenticators.begin(connection, account_id=viewer.id, secret=secret)
    return secret


async def _confirm(request: web.Request, viewer: Viewer, form: Form) -> web.Response:
    """Take the first code, and end all other sessions: they were begun without any."""
    async with request.app[POOL].acquire() as connection:
        await rates.count(connection, rates.CODE, str(viewer.id))
        secret = await authenticators.unconfirmed(connection, viewer.id)
    if secret is None:
        raise UsageError(gettext("That took too long; begin again."))
    step = totp.step_of(secret, totp.typed(form.text("code")), now_s=time.time())
    if step is None:
        error = UsageError(gettext("The code is wrong. Is the clock of the phone right?"))
        return await _page(request, viewer, secret=secret, error=error)
    codes = totp.new_recovery_codes()
    async with request.app[POOL].acquire() as connection, connection.transaction():
        await authenticators.confirm(connection, account_id=viewer.id, secret=secret, step=step, recovery_codes=codes)
        account = await accounts.by_id(connection, viewer.id)
        await sessions.begin(connection, request[SESSION], viewer=credentials.viewer_of(account))
        own = request[SESSION].session
        await session_store.revoke_others(connection, account_id=viewer.id, but=own.token_hash if own else b"")
    return await _page(request, viewer, recovery_codes=codes)


async def _renew(request: web.Request, viewer: Viewer) -> web.Response:
    codes = totp.new_recovery_codes()
    async with request.app[POOL].acquire() as connection:
        await authenticators.replace_recovery_codes(connection, account_id=viewer.id, recovery_codes=codes)
    return await _page(request, viewer, recovery_codes=codes)


async def _turn_off(request: web.Request, viewer: Viewer, form: Form) -> None:
    await credentials.confirm(request, viewer, form.text("old_password"))
    await logins.check_code(request, viewer.id, form.text("code"))
    async with request.app[POOL].acquire() as connection:
        await authenticators.remove(connection, account_id=viewer.id, by=viewer.id)


async def _page(
    request: web.Request,
    viewer: Viewer,
    *,
    secret: bytes | None = None,
    recovery_codes: list[str] | None = None,
    error: UsageError | None = None,
) -> web.Response:
    async with request.app[POOL].acquire() as connection:
        found = await authenticators.find(connection, viewer.id)
        has_password = await credentials.has_password(connection, viewer)
    context: dict[str, object] = {
        "authenticator": found,
        "is_required": permissions.needs_two_step(viewer, request.app[SETTINGS]),
        "recovery_codes": [totp.in_groups(code) for code in recovery_codes or ()],
        "has_password": has_password,
        "error": sentence(error) if error else "",
        "secret": None,
    }
    if secret is not None:
        address = totp.address(secret, login=viewer.login, site=_SITE)
        context |= {"secret": totp.in_groups(totp.secret_text(secret)), "picture": totp.picture(address)}
    return page(request, "two_step", context, status=status_of(error) if error else 200)
