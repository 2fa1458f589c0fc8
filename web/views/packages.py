"""Uploading a problem package with a form."""

from __future__ import annotations

from collections.abc import Sequence

from aiohttp import web

from judge.errors import PackageError, UsageError
from judge.models import MIB
from judge.store import contests
from web import forms, intake, notices, permissions
from web.intake import Taken
from web.keys import POOL, SESSION, SETTINGS
from web.pages import now, page, sentence
from web.translating import gettext


async def upload_form(request: web.Request) -> web.Response:
    """The form to upload with."""
    return await _form_page(request)


@forms.streamed
async def upload(request: web.Request) -> web.Response:
    """Take a package, or show the form again with everything that is wrong with it."""
    viewer = permissions.require_setter(request[SESSION].viewer)
    max_bytes = request.app[SETTINGS].max_package_bytes
    try:
        taken = await intake.take(request, viewer)
    except PackageError as error:
        return await _form_page(request, wrong=error.problems, status=422)
    except UsageError as error:
        return await _form_page(request, error=sentence(error), status=400)
    except web.HTTPRequestEntityTooLarge:
        text = gettext("The file is larger than %(most)s MiB, which is the most that is taken.", most=max_bytes // MIB)
        return await _form_page(request, error=text, status=413)
    version = taken.version
    redirect = web.HTTPSeeOther(f"/packages/{version.problem}/versions/{version.id}")
    notices.leave(request, redirect, [said(taken)])
    raise redirect


def said(taken: Taken) -> str:
    """What the page of a version that was taken says of it, once."""
    name = taken.version.problem
    if not taken.is_new:
        return gettext(
            "The package %(name)s was taken: judging by it is the same as by an earlier upload,"
            " which is verified anew.",
            name=name,
        )
    if taken.version.goes_live:
        return gettext(
            "The package %(name)s was taken; it goes live once every jury submission got what it should.", name=name
        )
    return gettext(
        "The package %(name)s was taken. Confirm below that it may replace the version that is live.", name=name
    )


async def _form_page(
    request: web.Request, *, wrong: Sequence[str] = (), error: str = "", status: int = 200
) -> web.Response:
    viewer = permissions.require_setter(request[SESSION].viewer)
    form = await forms.read(request) if request.method == "POST" else forms.Form()
    async with request.app[POOL].acquire() as connection:
        listed = await contests.all_contests(connection)
    context = {
        "contests": [contest for contest in listed if permissions.may_add_to_contest(viewer, contest, now())],
        "chosen": form.text("contest"),
        "may_replace": form.text("replace") == "yes",
        "wrong": wrong,
        "error": error,
        "max_bytes": request.app[SETTINGS].max_package_bytes,
    }
    return page(request, "upload", context, status=status)
