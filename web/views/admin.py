"""Managing accounts, for admins."""

from __future__ import annotations

from aiohttp import web

from judge.errors import UsageError
from judge.store import accounts
from judge.store.accounts import Role
from judge.store.pool import Connection
from web import forms, permissions
from web.forms import Form
from web.keys import POOL, SESSION
from web.pages import page

PAGE = 100


async def users(request: web.Request) -> web.Response:
    """All accounts, a page at a time."""
    permissions.require_admin(request[SESSION].viewer)
    return await _list(request, error="")


async def change_user(request: web.Request) -> web.Response:
    """Change an account's role, or disable or enable it."""
    admin = permissions.require_admin(request[SESSION].viewer)
    form = await forms.read(request)
    try:
        async with request.app[POOL].acquire() as connection:
            await _change(connection, form, account_id=int(request.match_info["account"]), by=admin.id)
    except UsageError as error:
        return await _list(request, error=str(error))
    raise web.HTTPSeeOther("/admin/users")


async def _change(connection: Connection, form: Form, *, account_id: int, by: int) -> None:
    match form.text("action"):
        case "role" if form.text("role") in tuple(Role):
            await accounts.set_role(connection, account_id=account_id, role=Role(form.text("role")), by=by)
        case "disable" | "enable" as action:
            is_disabled = action == "disable"
            await accounts.set_disabled(connection, account_id=account_id, is_disabled=is_disabled, by=by)
        case _:
            raise UsageError("There is no such change to an account; reload the page and try again.")


async def _list(request: web.Request, *, error: str) -> web.Response:
    after = request.query.get("after", "")
    async with request.app[POOL].acquire() as connection:
        listed = await accounts.page(connection, after_login=after if after.isprintable() else "", limit=PAGE + 1)
    context = {
        "accounts": listed[:PAGE],
        "next_after": listed[PAGE - 1].login if len(listed) > PAGE else None,
        "roles": list(Role),
        "error": error,
    }
    return page(request, "users", context, status=400 if error else 200)
