"""Tryouts: running a source on an input of one's own, and the page of what came of it."""

from __future__ import annotations

from aiohttp import web

from judge.errors import NotFound, UsageError
from judge.pipeline.compiling import clean
from judge.queueing import queue
from judge.store import tryouts
from judge.store.tryouts import Tryout
from web import filled, forms, maintenance, permissions, rates, rescue
from web.filled import Filled
from web.keys import POOL, SESSION
from web.maintenance import status_of
from web.pages import page, sentence
from web.translating import gettext
from web.views.problems import problem_page
from web.views.submitting import save, wanted

#: With the longest source it still has to fit into one form.
MOST_INPUT_BYTES = 32 * 1024


@rescue.rescued_by(save)
@maintenance.keeps_form
async def ask(request: web.Request) -> web.Response:
    """Have what the form holds run on the input in it, or show the form again with what is wrong."""
    viewer = permissions.require_viewer(request[SESSION].viewer)
    form = await forms.read(request)
    given = form.text("input")
    try:
        async with request.app[POOL].acquire() as connection:
            contest, problem, source = await wanted(request, connection, form)
            refusal = permissions.why_not_try(problem, source.language)
            if refusal is not None:
                raise UsageError(refusal)
            if len(given.encode()) > MOST_INPUT_BYTES:
                most = MOST_INPUT_BYTES // 1024
                raise UsageError(gettext("An input of your own may have %(most)s KiB at most.", most=most))
            await rates.count(connection, rates.TRY, str(viewer.id))
            async with connection.transaction():
                tryout_id = await tryouts.ask(
                    connection,
                    contest_id=contest.id,
                    problem_version_id=problem.version_id,
                    user_id=viewer.id,
                    source=source,
                    given=given.encode(),
                )
                await queue.wake(connection)
    except UsageError as error:
        refused = Filled(language=form.text("language"), source=form.text("source"), given=given, error=sentence(error))
        return await problem_page(request, refused, status=status_of(error))
    redirect = web.HTTPSeeOther(f"/tryouts/{tryout_id}")
    filled.remember_language(request, redirect, form.text("language"))
    raise redirect


async def show(request: web.Request) -> web.Response:
    """What came of one, or that it waits."""
    viewer = permissions.require_viewer(request[SESSION].viewer)
    async with request.app[POOL].acquire() as connection:
        tryout = await tryouts.by_id(connection, int(request.match_info["tryout"]), viewer_id=viewer.id)
    if not permissions.may_see_submission(viewer, tryout):
        raise NotFound(gettext("There is no such page."))
    return page(request, "tryout", {"tryout": tryout, **_streams(tryout)})


def _streams(tryout: Tryout) -> dict[str, str]:
    """What the program read and wrote, as text that can do nothing but be read."""
    return {
        "given": clean(tryout.input),
        "output": clean(tryout.tried.output),
        "errors": clean(tryout.tried.errors),
    }
