"""Accounts: registering, logging in and out, changing one's password."""

from __future__ import annotations

from aiohttp import web

from judge.errors import UsageError
from judge.store import accounts, identities
from judge.store.accounts import Account, Role
from judge.store.pool import Connection
from judge.store.sessions import Viewer
from web import forms, permissions, rates, translating
from web.forms import Form
from web.identity import browsers, credentials, logins, passwords, sessions
from web.keys import PASSWORDS, POOL, SESSION, SETTINGS
from web.maintenance import status_of
from web.pages import page, sentence
from web.translating import gettext


async def register_form(request: web.Request) -> web.Response:
    if request[SESSION].viewer is not None:
        raise web.HTTPSeeOther("/")
    await logins.ensure_session(request)
    return page(request, "register", {"error": "", "login": "", "name": "", "min_length": passwords.MIN_LENGTH})


async def register(request: web.Request) -> web.Response:
    """Make a contestant's account and log in to it."""
    form = await forms.read(request)
    pool = request.app[POOL]
    try:
        if not request.app[SETTINGS].registration_open:
            raise UsageError(gettext("Registration is closed; ask an admin for an account."))
        login = form.line("login", label=gettext("The login"), max_length=32)
        name = form.line("name", label=gettext("The name"), max_length=100)
        password = _new_password(form, login=login)
        async with pool.acquire() as connection:
            await rates.count(connection, rates.REGISTER, credentials.client_address(request))
        password_hash = await request.app[PASSWORDS].hash(password)
        async with pool.acquire() as connection, connection.transaction():
            account_id = await accounts.create(
                connection,
                login=login,
                name=name,
                password_hash=password_hash,
                role=Role.CONTESTANT,
                locale=translating.chosen(request.cookies),
            )
            viewer = Viewer(id=account_id, login=login, name=name, role=Role.CONTESTANT)
            await sessions.begin(connection, request[SESSION], viewer=viewer)
    except UsageError as error:
        context = {
            "error": sentence(error),
            "login": form.text("login"),
            "name": form.text("name"),
            "min_length": passwords.MIN_LENGTH,
        }
        return page(request, "register", context, status=status_of(error))
    raise web.HTTPSeeOther("/")


async def login_form(request: web.Request) -> web.Response:
    """Ask who it is; where the address is enough, and nobody wants to be somebody else, log in at once."""
    wanted = forms.own_path(request.query.get("next", ""))
    if request[SESSION].viewer is not None:
        raise web.HTTPSeeOther(wanted)
    account = await logins.at_address(request)
    if account is not None and "by" not in request.query:
        await logins.begin_by_address(request, account)
        raise web.HTTPSeeOther(wanted)
    await logins.ensure_session(request)
    return login_page(request, wanted=wanted, account=account)


def login_page(
    request: web.Request,
    *,
    wanted: str,
    login: str = "",
    error: UsageError | None = None,
    account: Account | None = None,
) -> web.Response:
    """The form.

    Args:
        request: that is answered.
        wanted: where a login leads.
        login: what was typed.
        error: what is wrong with it.
        account: whose computer it is.
    """
    settings = request.app[SETTINGS]
    context = {
        "error": sentence(error) if error else "",
        "login": login,
        "next": wanted,
        "account": account,
        "sign_on": settings.oidc_name if settings.oidc_issuer else "",
    }
    return page(request, "login", context, status=status_of(error) if error else 200)


async def login(request: web.Request) -> web.Response:
    """Log in. A wrong login, a wrong password and a disabled account look and take the same."""
    form = await forms.read(request)
    try:
        name = form.line("login", label=gettext("The login"), max_length=32)
        password = form.text("password")
        usable = await credentials.account_of(request, name, password, browser=browsers.token_of(request))
        async with request.app[POOL].acquire() as connection, connection.transaction():
            leads_to = await logins.proceed(request, connection, usable, wanted=forms.own_path(form.text("next")))
            browser = await browsers.remember(request, connection, usable)
            await _renew_hash(request, connection, usable, password)
    except UsageError as error:
        return login_page(request, wanted=forms.own_path(form.text("next")), login=form.text("login"), error=error)
    redirect = web.HTTPSeeOther(leads_to)
    browsers.keep(request, redirect, browser)
    raise redirect


async def logout(request: web.Request) -> web.Response:
    async with request.app[POOL].acquire() as connection, connection.transaction():
        await browsers.forget(request, connection)
        await sessions.end(connection, request[SESSION])
    # There, somebody else may log in at a computer that is known by its address.
    leads_to = "/login?by=password" if await logins.at_address(request) else "/"
    redirect = web.HTTPSeeOther(leads_to, headers={"Clear-Site-Data": '"cache"'})
    browsers.drop(request, redirect)
    raise redirect


async def account_form(request: web.Request) -> web.Response:
    return await account_page(request)


async def account_page(
    request: web.Request, *, error: UsageError | None = None, is_changed: bool = False
) -> web.Response:
    viewer = permissions.require_viewer(request[SESSION].viewer)
    settings = request.app[SETTINGS]
    async with request.app[POOL].acquire() as connection:
        account = await accounts.by_id(connection, viewer.id)
        link = await identities.link_of(connection, viewer.id)
    context = {
        "error": sentence(error) if error else "",
        "is_changed": is_changed,
        "min_length": passwords.MIN_LENGTH,
        "has_password": account.password_hash is not None,
        "kept_locale": account.locale,
        "sign_on": settings.oidc_name if settings.oidc_issuer else "",
        "link": link,
    }
    return page(request, "account", context, status=status_of(error) if error else 200)


async def change_password(request: web.Request) -> web.Response:
    """Change one's password, which ends all other sessions of the account."""
    viewer = permissions.require_viewer(request[SESSION].viewer)
    form = await forms.read(request)
    try:
        password = _new_password(form, login=viewer.login)
        await credentials.confirm(request, viewer, form.text("old_password"))
        password_hash = await request.app[PASSWORDS].hash(password)
        async with request.app[POOL].acquire() as connection, connection.transaction():
            await accounts.set_password(connection, account_id=viewer.id, password_hash=password_hash, by=viewer.id)
            await sessions.begin(connection, request[SESSION], viewer=viewer)
    except UsageError as error:
        return await account_page(request, error=error)
    return await account_page(request, is_changed=True)


async def _renew_hash(request: web.Request, connection: Connection, account: Account, password: str) -> None:
    hasher = request.app[PASSWORDS]
    if account.password_hash is not None and hasher.is_outdated(account.password_hash):
        await accounts.rehash(connection, account_id=account.id, password_hash=await hasher.hash(password))


def _new_password(form: Form, *, login: str) -> str:
    password = form.text("password")
    passwords.check_strength(password, login=login)
    if password != form.text("password_again"):
        raise UsageError(gettext("The two passwords differ."))
    return password
