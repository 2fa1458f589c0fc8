"""Rejudgings for admins: the list, choosing what to judge again, the preview, and applying or undoing it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp import web
from yarl import URL

from judge.errors import UsageError
from judge.queueing import plans, rejudging
from judge.recipes import languages
from judge.store import contests, judgehosts, previews, problems, rejudgings, selections
from judge.store.pool import Connection
from judge.store.rejudgings import Part, Rejudging
from judge.verdicts import Verdict
from web import forms, notices, permissions
from web.boards.effects import effects
from web.keys import POOL, SESSION
from web.pages import now, page, sentence
from web.translating import gettext, ngettext

PAGE = 50
CHANGES_PAGE = 100
#: A rejudging of more is looked at less often while it goes on, and what it does to scoreboards at its end only.
MANY = 2000
#: Of the form and of addresses that lead to it.
FIELDS = (
    *("contest", "problem", "language", "team", "verdicts", "judgehost", "who", "ids", "judged_version", "stale"),
    *("submitted_from", "submitted_until", "judged_from", "judged_until", "version", "repeats", "fresh", "reason"),
)
_PART = ("contest", "problem", "language", "team", "old", "new", "changed")


async def index(request: web.Request) -> web.Response:
    """All rejudgings, the newest first."""
    permissions.require_admin(request[SESSION].viewer)
    before = request.query.get("before", "")
    before_id = int(before) if before.isascii() and before.isdecimal() and len(before) <= 18 else None
    async with request.app[POOL].acquire() as connection:
        listed = await rejudgings.page(connection, before_id=before_id, limit=PAGE + 1)
    context = {
        "rejudgings": listed[:PAGE],
        "next_before": listed[PAGE - 1].id if len(listed) > PAGE else None,
        "is_first_page": before_id is None,
    }
    return page(request, "rejudgings", context)


async def form(request: web.Request) -> web.Response:
    """The form for a new one, filled in as the address says, and how many submissions it chooses."""
    permissions.require_admin(request[SESSION].viewer)
    return await _form_page(request, {name: request.query.get(name, "") for name in FIELDS})


async def create(request: web.Request) -> web.Response:
    """Make one, and lead to its preview."""
    admin = permissions.require_admin(request[SESSION].viewer)
    sent = await forms.read(request)
    fields = {name: sent.text(name) for name in FIELDS}
    try:
        async with request.app[POOL].acquire() as connection:
            rejudging_id = await rejudging.create(connection, plans.plan(fields), by=admin.id)
    except UsageError as error:
        return await _form_page(request, fields, error=sentence(error))
    raise web.HTTPSeeOther(address(rejudging_id))


async def show(request: web.Request) -> web.Response:
    """The preview: verdicts old and new, what changes, and what becomes of the standings."""
    permissions.require_admin(request[SESSION].viewer)
    return await _preview_page(request)


async def decide(request: web.Request) -> web.Response:
    """Apply all or a part, undo, or cancel."""
    admin = permissions.require_admin(request[SESSION].viewer)
    sent = await forms.read(request)
    try:
        async with request.app[POOL].acquire() as connection:
            said = await decided(connection, number_of(request), sent.fields, by=admin.id)
    except UsageError as error:
        return await _preview_page(request, error=sentence(error))
    redirect = web.HTTPSeeOther(request.path)
    notices.leave(request, redirect, [said])
    raise redirect


async def compare(request: web.Request) -> web.Response:
    """One submission's runs, old and new side by side."""
    permissions.require_admin(request[SESSION].viewer)
    submission_id = int(request.match_info["submission"])
    async with request.app[POOL].acquire() as connection:
        found = await rejudgings.by_id(connection, number_of(request))
        change, runs = await previews.side_by_side(connection, found.id, submission_id)
    return page(request, "comparison", {"rejudging": found, "change": change, "runs": runs})


async def decided(connection: Connection, rejudging_id: int, fields: Mapping[str, str], *, by: int) -> str:
    """Do what the form says, and say what was done.

    Raises:
        NotFound: there is no such rejudging.
        UsageError: it cannot be done.
    """
    match fields.get("decision"):
        case "apply":
            done = await rejudging.apply(
                connection,
                rejudging_id,
                by=by,
                part=plans.part(fields),
                is_partial=fields.get("unfinished") == "1",
            )
            left = done.errors + done.overridden
            said = ngettext(
                "The verdicts of %(num)s submission count now.",
                "The verdicts of %(num)s submissions count now.",
                done.submissions,
            )
            spared = gettext("%(count)s with judge errors or verdicts set by a person were left alone.", count=left)
            return f"{said} {spared}" if left else said
        case "undo":
            number = await rejudging.undo(connection, rejudging_id, by=by)
            return ngettext(
                "The verdicts from before are back, those of %(num)s submission.",
                "The verdicts from before are back, those of %(num)s submissions.",
                number,
            )
        case "cancel":
            number = await rejudging.cancel(connection, rejudging_id, by=by)
            return gettext("Cancelled; %(count)s judgings are spared.", count=number)
        case _:
            raise UsageError(gettext("the form says nothing that can be done; reload the page and send it again"))


def number_of(request: web.Request) -> int:
    """The rejudging's id in the address."""
    return int(request.match_info["rejudging"])


def address(rejudging_id: int) -> str:
    """Of its preview."""
    return f"/admin/rejudgings/{rejudging_id}"


async def _form_page(request: web.Request, fields: Mapping[str, str], *, error: str = "") -> web.Response:
    is_asked = any(fields.values())
    async with request.app[POOL].acquire() as connection:
        count = None
        try:
            if is_asked:
                count = await selections.count(connection, plans.selection(fields), plans.target(fields))
        except UsageError as refused:
            error = error or sentence(refused)
        context = {
            "fields": fields,
            "count": count,
            "error": error,
            "contests": [(each.name, each.title) for each in await contests.all_contests(connection)],
            "problems": [(name, name) for name in await problems.names(connection)],
            "judgehosts": [(each.name, each.name) for each in await judgehosts.every(connection)],
            "languages": [(each.id, each.name) for each in languages.languages().values()],
        }
    return page(request, "rejudge", context, status=400 if error else 200)


async def _preview_page(request: web.Request, *, error: str = "") -> web.Response:
    part, after_id = _part(request.query), _after(request.query)
    async with (
        request.app[POOL].acquire() as connection,
        connection.transaction(isolation="repeatable_read", readonly=True),
    ):
        found = await rejudgings.by_id(connection, number_of(request))
        listed = await previews.changes(connection, found.id, part, after_id=after_id, limit=CHANGES_PAGE + 1)
        shows_effects = found.plan.repeats == 1 and (not found.unfinished or found.total <= MANY)
        context = {
            "rejudging": found,
            **_grid(await previews.matrix(connection, found.id)),
            "changes": listed[:CHANGES_PAGE],
            "older": _address(request, after=str(listed[CHANGES_PAGE - 1].submission_id))
            if len(listed) > CHANGES_PAGE
            else None,
            "part": part,
            "query": {name: request.query[name] for name in _PART if request.query.get(name)},
            "chosen": _chosen_words(found),
            "steadiness": await previews.steadiness(connection, found.id) if found.plan.repeats > 1 else [],
            "effects": await effects(connection, found.id, now()) if shows_effects else None,
            "refresh_s": 2 if found.total <= MANY else 20,
            "error": error,
        }
    return page(request, "rejudging", context, status=409 if error else 200)


def _chosen_words(found: Rejudging) -> list[str]:
    """What a rejudging was asked for, in words."""
    selection, target = found.plan.selection, found.plan.target
    ids = ", ".join(map(str, selection.submission_ids[:10]))
    more = len(selection.submission_ids) - 10
    times = {
        gettext("submitted from"): selection.submitted_from,
        gettext("submitted before"): selection.submitted_until,
        gettext("judged from"): selection.judged_from,
        gettext("judged before"): selection.judged_until,
    }
    said = {
        gettext("submissions"): gettext("%(ids)s and %(count)s more", ids=ids, count=more) if more > 0 else ids,
        gettext("contest"): selection.contest,
        gettext("problem"): selection.problem,
        gettext("language"): selection.language,
        gettext("team"): selection.login,
        gettext("verdict"): gettext(" or ").join(selection.verdicts),
        gettext("judgehost"): selection.judgehost,
        **{name: f"{moment:%Y-%m-%d %H:%M} UTC" if moment else None for name, moment in times.items()},
        gettext("judged with version"): selection.version_id,
    }
    words = [f"{name} {value}" for name, value in said.items() if value]
    if selection.is_stale:
        words.append(gettext("judged with other tests, limits or checker"))
    if selection.is_jury is not None:
        words.append(gettext("the jury's") if selection.is_jury else gettext("contestants'"))
    words = words or [gettext("every submission")]
    if target.version_id is not None:
        words.append(gettext("judged with version %(version)s", version=target.version_id))
    if target.keeps_versions:
        words.append(gettext("judged with the same versions again"))
    return words


def _grid(cells: Mapping[tuple[Verdict | None, Verdict | None], int]) -> dict[str, Any]:
    """The matrix with its rows and columns: verdicts in their own order, those without one at the end."""
    order = [*Verdict, None]
    return {
        "cells": cells,
        "olds": sorted({old for old, _ in cells}, key=order.index),
        "news": sorted({new for _, new in cells}, key=order.index),
    }


def _part(query: Mapping[str, str]) -> Part:
    """What of the list is shown: what changes, unless the address says otherwise."""
    fields = {name: query.get(name, "") for name in _PART}
    if not any(fields.values()):
        return Part(is_changed=True)
    return plans.part(fields)


def _after(query: Mapping[str, str]) -> int:
    text = query.get("after", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 18 else 0


def _address(request: web.Request, **more: str) -> str:
    kept = {name: request.query[name] for name in _PART if request.query.get(name)}
    return str(URL(request.path).with_query({**kept, **more}))
