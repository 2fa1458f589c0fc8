"""Logging in at the OpenID provider of the settings, and linking one's account with it."""

from __future__ import annotations

from aiohttp import web

from judge.errors import NotFound, UsageError
from judge.store import identities
from judge.store.accounts import Account
from judge.store.identities import Identity
from web import forms, maintenance, permissions, rates, translating
from web.identity import credentials, logins, oidc
from web.identity.oidc import Provider
from web.keys import POOL, PROVIDER, SESSION, SETTINGS
from web.pages import page
from web.translating import gettext
from web.views import accounts

CALLBACK = "/login/sign-on/callback"
#: What a browser brings back; the last two where it was not logged in.
_SENT = ("code", "state", "iss", "error", "error_description")


async def begin(request: web.Request) -> web.Response:
    """Send a browser to the provider, to log in there."""
    wanted = forms.own_path(request.query.get("next", ""))
    if request[SESSION].viewer is not None:
        raise web.HTTPSeeOther(wanted)
    _provider(request)
    await logins.ensure_session(request)
    try:
        address = await _begun(request, wanted=wanted, is_link=False)
    except UsageError as error:
        return accounts.login_page(request, error=error, wanted=wanted)
    raise web.HTTPSeeOther(address)


async def come_back(request: web.Request) -> web.Response:
    """Take a browser back that the provider knows, and log it in, or link the account it is logged in to."""
    provider, state = _provider(request), request[SESSION]
    sent = {name: request.query.get(name, "")[:2000] for name in _SENT}
    begun = None
    if state.session is not None and sent["state"].isprintable():
        async with request.app[POOL].acquire() as connection:
            begun = await identities.take(connection, session_hash=state.session.token_hash, state=sent["state"])
    if begun is None:
        # Nothing is said of why: an address like this can be sent to anybody.
        raise NotFound(gettext("That login is over, or was begun in another browser. Begin again."))
    try:
        if not sent["code"] or sent["iss"] not in ("", request.app[SETTINGS].oidc_issuer):
            raise provider.not_logged_in(sent["error"], sent["error_description"])
        identity = await provider.identity(begun, code=sent["code"], redirect_uri=_redirect_uri(request))
        leads_to = await (_link(request, identity) if begun.is_link else _log_in(request, identity, begun.wanted))
    except UsageError as error:
        if begun.is_link:
            return await accounts.account_page(request, error=error)
        return accounts.login_page(request, error=error, wanted=begun.wanted)
    raise web.HTTPSeeOther(leads_to)


async def change(request: web.Request) -> web.Response:
    """Begin to link one's account with an identity at the provider, or undo that.

    The page leads on by a link: browsers do not let a form's answer lead to another site.
    """
    viewer = permissions.require_viewer(request[SESSION].viewer)
    form = await forms.read(request)
    try:
        match form.text("action"):
            case "link":
                _provider(request)
                await credentials.confirm(request, viewer, form.text("old_password"))
                address = await _begun(request, wanted="/account", is_link=True)
                return page(request, "sign_on", {"address": address})
            case "unlink":
                await credentials.confirm(request, viewer, form.text("old_password"))
                async with request.app[POOL].acquire() as connection:
                    await identities.unlink(connection, account_id=viewer.id, by=viewer.id)
            case _:
                raise UsageError(gettext("There is no such change; reload the page and try again."))
    except UsageError as error:
        return await accounts.account_page(request, error=error)
    raise web.HTTPSeeOther("/account")


async def _begun(request: web.Request, *, wanted: str, is_link: bool) -> str:
    begun = oidc.begin(wanted=wanted, is_link=is_link)
    address = await _provider(request).leads_to(begun, redirect_uri=_redirect_uri(request))
    session = request[SESSION].session
    assert session is not None
    async with request.app[POOL].acquire() as connection:
        await identities.begin(connection, session_hash=session.token_hash, begun=begun)
    return address


async def _log_in(request: web.Request, identity: Identity, wanted: str) -> str:
    async with request.app[POOL].acquire() as connection:
        account = await identities.account_of(connection, identity)
    account = account or await _register(request, identity)
    if account.is_disabled:
        raise UsageError(gettext("That account is locked; ask an admin."))
    async with request.app[POOL].acquire() as connection, connection.transaction():
        return await logins.proceed(request, connection, account, wanted=wanted)


async def _register(request: web.Request, identity: Identity) -> Account:
    if not request.app[SETTINGS].oidc_registration:
        raise UsageError(
            gettext("No account is linked with that one yet. Log in with your password, and link it on your page.")
        )
    maintenance.check(request)
    async with request.app[POOL].acquire() as connection:
        await rates.count(connection, rates.REGISTER, credentials.client_address(request))
        return await identities.register(connection, identity, locale=translating.chosen(request.cookies))


async def _link(request: web.Request, identity: Identity) -> str:
    viewer = permissions.require_viewer(request[SESSION].viewer)
    maintenance.check(request)
    async with request.app[POOL].acquire() as connection:
        await identities.link(connection, account_id=viewer.id, identity=identity, by=viewer.id)
    return "/account"


def _provider(request: web.Request) -> Provider:
    provider = request.app[PROVIDER]
    if provider is None:
        raise NotFound(gettext("There is no such page."))
    return provider


def _redirect_uri(request: web.Request) -> str:
    return f"{credentials.scheme_of(request)}://{request.host}{CALLBACK}"
