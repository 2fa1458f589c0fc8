"""Clarifications of a contest: contestants ask, the jury answers and announces."""

from __future__ import annotations

import unicodedata
from typing import Any

from aiohttp import web

from judge.errors import NotFound, UsageError
from judge.store import clarifications, contests
from judge.store.clarifications import MAX_TEXT_CHARS, Clarification
from judge.store.contests import Contest
from judge.store.pool import Connection
from judge.store.sessions import Viewer
from web import forms, maintenance, notices, permissions, rates, visible
from web.forms import Form, Handler
from web.keys import NEWS, POOL, SESSION
from web.pages import now, page, sentence
from web.translating import N_, gettext

#: What the jury answers most often.
CANNED = (N_("Yes."), N_("No."), N_("No comment."), N_("Read the problem statement."), N_("We are looking into it."))


async def index(request: web.Request) -> web.Response:
    """What the viewer may read, and a form to ask or announce with."""
    permissions.require_viewer(request[SESSION].viewer)
    return await _list(request, written="", error="", status=200)


async def described(request: web.Request) -> web.Response:
    """What the viewer may read, as JSON. It counts as read only where a page has shown it."""
    viewer = permissions.require_viewer(request[SESSION].viewer)
    async with request.app[POOL].acquire() as connection:
        contest = await contests.by_name(connection, request.match_info["contest"])
        found = await _readable(connection, contest, viewer)
    return web.json_response({"contest": contest.name, "clarifications": [_described(each) for each in found]})


@maintenance.keeps_form
async def write(request: web.Request) -> web.Response:
    """Take a contestant's question, or the jury's announcement."""
    viewer = permissions.require_viewer(request[SESSION].viewer)
    form = await forms.read(request)
    try:
        maintenance.check(request)
        async with request.app[POOL].acquire() as connection:
            contest = await contests.by_name(connection, request.match_info["contest"])
            is_jury = permissions.is_jury(viewer, contest.id)
            if (refusal := permissions.why_not_ask(viewer, contest, now())) is not None:
                raise UsageError(refusal)
            text, problem_id = _text(form), await _problem(connection, viewer, contest, form.text("problem"))
            if is_jury:
                await clarifications.announce(
                    connection, contest_id=contest.id, problem_id=problem_id, text=text, by=viewer.id
                )
            else:
                await rates.count(connection, rates.ASK, str(viewer.id))
                await clarifications.ask(
                    connection, contest_id=contest.id, problem_id=problem_id, user_id=viewer.id, text=text
                )
    except UsageError as error:
        status = maintenance.status_of(error)
        return await _list(request, written=form.text("text"), error=sentence(error), status=status)
    said = (
        gettext("Everybody in the contest can read it now.")
        if is_jury
        else gettext("The jury has been asked; its answer appears here.")
    )
    raise _back(request, said)


async def answer(request: web.Request) -> web.Response:
    """Answer a question, to whoever asked or to everybody."""
    viewer = permissions.require_viewer(request[SESSION].viewer)
    form = await forms.read(request)
    try:
        async with request.app[POOL].acquire() as connection:
            contest = await contests.by_name(connection, request.match_info["contest"])
            judge = permissions.require_jury(viewer, contest.id)
            text, is_public = _text(form), form.text("to") == "everybody"
            await clarifications.answer(
                connection,
                contest_id=contest.id,
                question_id=int(request.match_info["clarification"]),
                text=text,
                is_public=is_public,
                by=judge.id,
            )
    except UsageError as error:
        return await _list(request, written=form.text("text"), error=sentence(error), status=400)
    raise _back(request, gettext("Answered, to everybody.") if is_public else gettext("Answered, to whoever asked."))


@web.middleware
async def news(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Have every page of a contest know how many clarifications wait for the viewer."""
    viewer, contest = request[SESSION].viewer, request.match_info.get("contest")
    # Pictures, samples and other files have more in their addresses, and show nothing of it.
    is_page = request.match_info.keys() <= {"contest", "label"}
    if viewer is not None and contest is not None and is_page and request.method == "GET":
        async with request.app[POOL].acquire() as connection:
            is_jury = permissions.is_judge(viewer, None)
            if viewer.staff:
                is_jury = permissions.is_judge(viewer, (await contests.by_name(connection, contest)).id)
            request[NEWS] = await clarifications.news(connection, contest=contest, user_id=viewer.id, is_jury=is_jury)
    return await handler(request)


async def _list(request: web.Request, *, written: str, error: str, status: int) -> web.Response:
    viewer = permissions.require_viewer(request[SESSION].viewer)
    async with request.app[POOL].acquire() as connection:
        contest = await contests.by_name(connection, request.match_info["contest"])
        problems = await visible.problems(connection, viewer, contest)
        found = await _readable(connection, contest, viewer)
        # An admin who looks on has not read anything for them.
        if request[SESSION].admin is None:
            await clarifications.see_all(connection, contest_id=contest.id, user_id=viewer.id)
    context = {
        "contest": contest,
        "problems": problems,
        "clarifications": found,
        "is_jury": permissions.is_jury(viewer, contest.id),
        "canned": [gettext(text) for text in CANNED],
        "max_chars": MAX_TEXT_CHARS,
        "refusal": permissions.why_not_ask(viewer, contest, now()),
        "written": written,
        "error": error,
    }
    return page(request, "clarifications", context, status=status)


async def _readable(connection: Connection, contest: Contest, viewer: Viewer) -> list[Clarification]:
    sees_all = permissions.is_judge(viewer, contest.id)
    return await clarifications.listed(connection, contest_id=contest.id, user_id=None if sees_all else viewer.id)


def _described(each: Clarification) -> dict[str, Any]:
    return {
        "id": each.id,
        "text": each.text,
        "created_at": each.created_at.isoformat(),
        "problem": each.label,
        "asker": each.asker,
        "is_public": each.is_public,
        "answers": [_described(answer) for answer in each.answers],
    }


async def _problem(connection: Connection, viewer: Viewer, contest: Contest, label: str) -> int | None:
    """What it is about; before the start nobody finds out by asking which problems there will be."""
    if not label:
        return None
    try:
        return (await visible.problem(connection, viewer, contest, label if label.isprintable() else "")).id
    except NotFound as error:
        raise UsageError(gettext("The contest has no such problem any more; choose another one.")) from error


def _text(form: Form) -> str:
    """Some lines of what can be shown.

    Raises:
        UsageError: it is empty, too long, or has characters that are none.
    """
    text = form.text("text").strip()
    if not text:
        raise UsageError(gettext("The text is missing."))
    if len(text) > MAX_TEXT_CHARS:
        raise UsageError(
            gettext(
                "The text is %(length)s characters long; at most %(most)s are allowed.",
                length=len(text),
                most=MAX_TEXT_CHARS,
            )
        )
    if any(unicodedata.category(each) in ("Cc", "Cs") and each not in "\n\t" for each in text):
        raise UsageError(gettext("The text has characters that cannot be shown."))
    return text


def _back(request: web.Request, said: str) -> web.HTTPSeeOther:
    redirect = web.HTTPSeeOther(f"/contests/{request.match_info['contest']}/clarifications")
    notices.leave(request, redirect, [said])
    return redirect
