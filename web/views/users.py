"""For admins: accounts, looked through and changed, one or many at a time."""

from __future__ import annotations

from collections.abc import Mapping

from aiohttp import web
from yarl import URL

from judge.errors import UsageError
from judge.roster import MAX_GROUP_CHARS
from judge.store import accounts, authenticators, directory, security
from judge.store.accounts import Role
from judge.store.directory import Wanted
from judge.store.pool import Connection
from web import forms, notices, permissions
from web.forms import Form
from web.identity import slowed
from web.keys import POOL, SESSION
from web.pages import page, sentence
from web.translating import N_, gettext

#: Each has a box to tick, and a form has so many parts at most.
PAGE = 50
_MAX_QUERY_CHARS = 100
_TICK = "account-"
#: What is said of what was done.
_SAID = {
    "disable": N_("Locked out, and logged out everywhere."),
    "enable": N_("They may log in again."),
    "log out": N_("Logged out everywhere; API tokens are revoked."),
    "reset two-step": N_("The password alone is asked for again."),
    "let try": N_("They may try to log in at once."),
}


async def index(request: web.Request) -> web.Response:
    """Accounts, a page at a time: all of them, or what is looked for."""
    permissions.require_admin(request[SESSION].viewer)
    return await _list(request, error="")


async def change_many(request: web.Request) -> web.Response:
    """Do something to all accounts that are ticked."""
    admin = permissions.require_admin(request[SESSION].viewer)
    form = await forms.read(request)
    try:
        async with request.app[POOL].acquire() as connection, connection.transaction():
            said = await _change(connection, form, account_ids=_ticked(form), by=admin.id)
    except UsageError as error:
        return await _list(request, error=sentence(error))
    redirect = web.HTTPSeeOther(_address(_wanted(request.query), _plain(request.query.get("after", ""))))
    notices.leave(request, redirect, [said])
    raise redirect


async def show(request: web.Request) -> web.Response:
    """One account."""
    permissions.require_admin(request[SESSION].viewer)
    return await _show(request, error="")


async def change(request: web.Request) -> web.Response:
    """Change an account's role or group, or who is let in to it."""
    admin = permissions.require_admin(request[SESSION].viewer)
    form = await forms.read(request)
    account_id = int(request.match_info["account"])
    try:
        async with request.app[POOL].acquire() as connection:
            said = await _change(connection, form, account_ids={account_id}, by=admin.id)
    except UsageError as error:
        return await _show(request, error=sentence(error))
    redirect = web.HTTPSeeOther(f"/admin/users/{account_id}")
    notices.leave(request, redirect, [said])
    raise redirect


async def _change(connection: Connection, form: Form, *, account_ids: set[int], by: int) -> str:
    """Change these accounts; what to say of it.

    Raises:
        UsageError: it cannot be done to one of them.
        NotFound: one of them is not there.
    """
    match form.text("action"):
        case "role" if form.text("role") in tuple(Role):
            role = Role(form.text("role"))
            for account_id in sorted(account_ids):
                await accounts.set_role(connection, account_id=account_id, role=role, by=by)
            return gettext("The role is set.")
        case "group":
            group_name = None
            if form.text("group").strip():
                group_name = form.line("group", label=gettext("The group"), max_length=MAX_GROUP_CHARS)
            await directory.set_group(connection, account_ids=account_ids, group_name=group_name, by=by)
            return gettext("The group is set.")
        case "disable" | "enable" | "log out" | "reset two-step" | "let try" as action:
            for account_id in sorted(account_ids):
                await _let(connection, action, account_id=account_id, by=by)
            return gettext(_SAID[action])
        case _:
            raise UsageError(gettext("There is no such change to an account; reload the page and try again."))


async def _let(connection: Connection, action: str, *, account_id: int, by: int) -> None:
    """Let somebody out, or in again."""
    match action:
        case "log out":
            await accounts.log_out(connection, account_id=account_id, by=by)
        case "reset two-step":
            await authenticators.remove(connection, account_id=account_id, by=by)
        case "let try":
            await slowed.let_account_try(connection, await accounts.by_id(connection, account_id), by=by)
        case _:
            is_disabled = action == "disable"
            await accounts.set_disabled(connection, account_id=account_id, is_disabled=is_disabled, by=by)


def _ticked(form: Form) -> set[int]:
    numbers = [name.removeprefix(_TICK) for name in form.fields if name.startswith(_TICK)]
    if not numbers:
        raise UsageError(gettext("Tick the accounts first."))
    if not all(number.isascii() and number.isdecimal() and len(number) <= 18 for number in numbers):
        raise UsageError(gettext("There are no such accounts; reload the page and try again."))
    return set(map(int, numbers))


def _wanted(query: Mapping[str, str]) -> Wanted:
    """What of an address is a filter; anything else in its place leaves nothing out."""
    role = query.get("role", "")
    return Wanted(
        text=_plain(query.get("text", "").strip()),
        group_name=_plain(query.get("group", "")),
        role=Role(role) if role in tuple(Role) else None,
    )


def _plain(text: str) -> str:
    return text if text.isprintable() and len(text) <= _MAX_QUERY_CHARS else ""


def _address(wanted: Wanted, after_login: str) -> str:
    """The address of that part of the list."""
    query = {"text": wanted.text, "group": wanted.group_name, "role": wanted.role or "", "after": after_login}
    return str(URL("/admin/users").with_query({name: value for name, value in query.items() if value}))


async def _list(request: web.Request, *, error: str) -> web.Response:
    wanted, after_login = _wanted(request.query), _plain(request.query.get("after", ""))
    async with request.app[POOL].acquire() as connection:
        found = await directory.page(connection, wanted=wanted, after_login=after_login, limit=PAGE + 1)
        groups = await directory.groups(connection)
        alarms = await security.open_alarms(connection)
    listed = found[:PAGE]
    context = {
        "accounts": listed,
        "wanted": wanted,
        "address": _address(wanted, after_login),
        "first": _address(wanted, "") if after_login else None,
        "next": _address(wanted, listed[-1].login) if len(found) > PAGE else None,
        "groups": groups,
        "roles": list(Role),
        "open_alarms": alarms,
        "longest_group": MAX_GROUP_CHARS,
        "error": error,
    }
    return page(request, "users", context, status=400 if error else 200)


async def _show(request: web.Request, *, error: str) -> web.Response:
    async with request.app[POOL].acquire() as connection:
        account = await accounts.by_id(connection, int(request.match_info["account"]))
        groups = await directory.groups(connection)
        slowed_down = await slowed.find(connection, account_id=account.id)
    context = {
        "account": account,
        "slowed_down": [(one, slowed.where(one)) for one in slowed_down],
        "groups": groups,
        "roles": list(Role),
        "longest_group": MAX_GROUP_CHARS,
        "error": error,
    }
    return page(request, "user", context, status=400 if error else 200)
