"""Who may do what with a problem, and which contests it is in: the forms of the problem's page."""

from __future__ import annotations

from aiohttp import web

from judge.errors import UsageError
from judge.store import contest_changes, problem_access
from judge.store.pool import Connection
from judge.store.problem_access import Access
from web import forms, intake, notices, permissions
from web.forms import Form
from web.keys import POOL, SESSION
from web.pages import now, sentence
from web.translating import N_, gettext
from web.views.versions import granted, problem_page

_MAX_LOGIN_CHARS = 32
_NO_SUCH_CHANGE = N_("The form says nothing that can be done; reload the page and send it again.")
_SHARED = {"nothing": None, "read": Access.READ, "write": Access.WRITE}


async def share(request: web.Request) -> web.Response:
    """Name a setter, name one no longer, or say what every setter may."""
    viewer = permissions.require_setter(request[SESSION].viewer)
    form = await forms.read(request)
    try:
        async with request.app[POOL].acquire() as connection:
            await granted(request, connection, Access.OWN)
            said = await _share(connection, request.match_info["problem"], form, by=viewer.id)
            is_still_theirs = permissions.may_use_problem(
                viewer, await problem_access.granted(connection, request.match_info["problem"], viewer.id)
            )
    except UsageError as error:
        return await problem_page(request, error=sentence(error), status=409)
    raise _to(request, said, address=None if is_still_theirs else "/packages")


async def add_to_contest(request: web.Request) -> web.Response:
    """Put the problem into a contest, under the next free letter."""
    viewer = permissions.require_setter(request[SESSION].viewer)
    try:
        contest = await intake.chosen_contest(request)
        async with request.app[POOL].acquire() as connection:
            await granted(request, connection, Access.WRITE)
            if contest is None:
                raise UsageError(gettext("Choose a contest."))
            if not permissions.may_add_to_contest(viewer, contest, now()):
                raise UsageError(gettext(intake.HAS_STARTED))
            await contest_changes.add_problem(connection, contest, name=request.match_info["problem"], by=viewer.id)
    except UsageError as error:
        return await problem_page(request, error=sentence(error), status=409)
    raise _to(request, gettext("The problem is in the contest %(title)s.", title=contest.title))


async def _share(connection: Connection, problem: str, form: Form, *, by: int) -> str:
    """Do what the form says; what to say of it.

    Raises:
        UsageError: it cannot be done.
    """
    match form.text("action"):
        case "name" if form.text("access") in set(Access):
            login = form.line("login", label=gettext("The login"), max_length=_MAX_LOGIN_CHARS)
            access = Access(form.text("access"))
            await problem_access.name_setter(connection, problem, login=login, access=access, by=by)
            return "Saved."
        case "drop" if form.text("user").isascii() and form.text("user").isdecimal() and len(form.text("user")) < 19:
            await problem_access.drop_setter(connection, problem, user_id=int(form.text("user")), by=by)
            return gettext("They are not named here any more.")
        case "share" if form.text("access") in _SHARED:
            await problem_access.share(connection, problem, setters_may=_SHARED[form.text("access")], by=by)
            return "Saved."
        case _:
            raise UsageError(gettext(_NO_SUCH_CHANGE))


def _to(request: web.Request, said: str, *, address: str | None = None) -> web.HTTPSeeOther:
    redirect = web.HTTPSeeOther(address or f"/packages/{request.match_info['problem']}/versions")
    notices.leave(request, redirect, [said])
    return redirect
