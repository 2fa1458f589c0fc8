"""For admins: what waits, and pausing it; as a page and, for programs, as JSON."""

from __future__ import annotations

from aiohttp import web

from judge.errors import NotFound, UsageError
from judge.queueing import queue
from judge.recipes.languages import languages
from judge.store import contests, problems, waiting
from judge.store.pauses import LONGEST_REASON, Scope
from web import forms, permissions
from web.forms import Form
from web.keys import POOL, SESSION, SETTINGS
from web.pages import page, sentence
from web.translating import gettext

_SCOPE = ("contest", "problem", "language")


async def show(request: web.Request) -> web.Response:
    """The queue, which the page keeps up to date, and a form for pausing."""
    permissions.require_admin(request[SESSION].viewer)
    return await _show(request, error="")


async def change(request: web.Request) -> web.Response:
    """Pause, or end a pause."""
    admin = permissions.require_admin(request[SESSION].viewer)
    form = await forms.read(request)
    try:
        await _change(request, form, by=admin.id)
    except (UsageError, NotFound) as error:
        return await _show(request, error=sentence(error))
    raise web.HTTPSeeOther("/admin/queue")


async def described(request: web.Request) -> web.Response:
    """The queue as JSON."""
    permissions.require_admin(request[SESSION].viewer)
    async with request.app[POOL].acquire() as connection:
        found = await waiting.overview(connection, lost_after_s=request.app[SETTINGS].lease_s)
    return web.json_response(queue.described(found))


async def change_by_program(request: web.Request) -> web.Response:
    """Pause, or end a pause, and tell how many judgings that held or freed."""
    admin = permissions.require_admin(request[SESSION].viewer)
    form = await forms.read(request)
    try:
        count = await _change(request, form, by=admin.id)
    except (UsageError, NotFound) as error:
        return web.json_response({"code": 409, "message": sentence(error)}, status=409)
    return web.json_response({"judgings": count})


async def _change(request: web.Request, form: Form, *, by: int) -> int:
    names = {name: form.line(name, label=gettext("The name"), max_length=64) for name in _SCOPE if form.text(name)}
    scope = Scope(**names)
    if scope.language is not None and scope.language not in languages():
        raise UsageError(gettext("there is no language “%(language)s”", language=scope.language))
    async with request.app[POOL].acquire() as connection:
        match form.text("action"):
            case "pause":
                reason = form.line("reason", label=gettext("The reason"), max_length=LONGEST_REASON)
                return await queue.pause(connection, scope, reason=reason, by=by)
            case "resume":
                return await queue.resume(connection, scope, by=by)
            case _:
                raise UsageError(gettext("the queue is paused or resumed; reload the page and try again"))


async def _show(request: web.Request, *, error: str) -> web.Response:
    async with request.app[POOL].acquire() as connection:
        found = await waiting.overview(connection, lost_after_s=request.app[SETTINGS].lease_s)
        listed = await contests.all_contests(connection)
        names = await problems.names(connection)
    context = {
        "queue": found,
        "priorities": queue.PRIORITY_NAMES,
        "contests": [(contest.name, contest.title) for contest in listed],
        "problems": [(name, name) for name in names],
        "languages": [(language, languages()[language].name) for language in request.app[SETTINGS].languages],
        "longest_reason": LONGEST_REASON,
        "error": error,
    }
    return page(request, "queue", context, status=400 if error else 200)
