"""For admins: who helps with a contest, and as what."""

from __future__ import annotations

from aiohttp import web

from judge.errors import NotFound, UsageError
from judge.store import contests, staff
from judge.store.staff import ContestRole
from web import forms, notices, permissions
from web.forms import Form
from web.keys import POOL, SESSION
from web.pages import page, sentence
from web.translating import gettext


async def show(request: web.Request) -> web.Response:
    """Everybody who helps, and a form for one more."""
    permissions.require_admin(request[SESSION].viewer)
    return await _show(request, error="")


async def change(request: web.Request) -> web.Response:
    """Have somebody help, or help no longer."""
    admin = permissions.require_admin(request[SESSION].viewer)
    form = await forms.read(request)
    async with request.app[POOL].acquire() as connection:
        contest = await contests.by_name(connection, request.match_info["contest"])
    try:
        said = await _change(request, form, contest_id=contest.id, by=admin.id)
    except (UsageError, NotFound) as error:
        return await _show(request, error=sentence(error), filled=form)
    redirect = web.HTTPSeeOther(f"/admin/contests/{contest.name}/staff")
    notices.leave(request, redirect, [said])
    raise redirect


async def _change(request: web.Request, form: Form, *, contest_id: int, by: int) -> str:
    async with request.app[POOL].acquire() as connection:
        match form.text("action"):
            case "set" if form.text("role") in tuple(ContestRole):
                login = form.line("login", label=gettext("The login"), max_length=32)
                role = ContestRole(form.text("role"))
                await staff.set_role(connection, contest_id=contest_id, login=login, role=role, by=by)
                return gettext("%(login)s helps with this contest now.", login=login)
            case "remove" if (user_id := form.number("account")) is not None:
                await staff.remove(connection, contest_id=contest_id, user_id=user_id, by=by)
                return gettext("They help with this contest no longer.")
            case _:
                raise UsageError(gettext("There is no such change to the staff; reload the page and try again."))


async def _show(request: web.Request, *, error: str, filled: Form | None = None) -> web.Response:
    async with request.app[POOL].acquire() as connection:
        contest = await contests.by_name(connection, request.match_info["contest"])
        helpers = await staff.of_contest(connection, contest.id)
    context = {
        "contest": contest,
        "helpers": helpers,
        "login": filled.text("login") if filled is not None and filled.text("action") == "set" else "",
        "error": error,
    }
    return page(request, "staff", context, status=400 if error else 200)
