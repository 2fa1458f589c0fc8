"""For admins: making contests, their times and rules, and what problems they have."""

from __future__ import annotations

import dataclasses
import hashlib
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from aiohttp import web

from judge.colours import COLOURS
from judge.config import Isolation
from judge.errors import UsageError
from judge.recipes import languages
from judge.scoring import Scoring
from judge.store import contest_changes, contest_gaps, contests
from judge.store.contest_changes import MAX_PENALTY_MINUTES, MAX_POINTS, MAX_TITLE_CHARS, Plan
from judge.store.contest_gaps import Gap
from judge.store.contests import Contest, Feedback
from judge.store.pool import Connection
from web import forms, notices, permissions
from web.forms import Form
from web.keys import POOL, SESSION
from web.pages import now, page, sentence
from web.translating import gettext

#: Walls that a contest may ask for; ``local`` has none.
LEVELS = tuple(level.value for level in Isolation if level is not Isolation.LOCAL)
MAX_EXTENSION_MINUTES = 24 * 60

_DEFAULT_POOL = "default"
#: What the boxes for languages are called, before the language's id.
_LANGUAGE = "language-"
#: The field that tells which plan the form was shown with.
_SEEN = "seen"
_LABEL = re.compile(r"[A-Za-z0-9_-]{1,16}")
#: As browsers send ``datetime-local``.
_TIME = "%Y-%m-%dT%H:%M"
_FIVE_HOURS = timedelta(hours=5)
_ONE_HOUR = timedelta(hours=1)


async def index(request: web.Request) -> web.Response:
    """All contests, and a form for one more."""
    permissions.require_admin(request[SESSION].viewer)
    starts_at = now().replace(second=0, microsecond=0) + _ONE_HOUR
    ends_at = starts_at + _FIVE_HOURS
    offered = {"starts": _shown(starts_at), "ends": _shown(ends_at), "freezes": _shown(ends_at - _ONE_HOUR)}
    return await _index(request, {"penalty": "20", **offered}, error="")


async def create(request: web.Request) -> web.Response:
    """Make a contest, and go to its settings."""
    admin = permissions.require_admin(request[SESSION].viewer)
    form = await forms.read(request)
    name = form.text("name").strip()
    try:
        wanted = _plan(form)
        async with request.app[POOL].acquire() as connection:
            await contest_changes.create(connection, name=name, wanted=wanted, by=admin.id)
    except UsageError as error:
        return await _index(request, form.fields, error=sentence(error))
    raise _to(request, name, gettext("The contest is made. Give it problems now."))


async def show(request: web.Request) -> web.Response:
    """A contest's settings and problems."""
    permissions.require_admin(request[SESSION].viewer)
    return await _show(request, error="")


async def change(request: web.Request) -> web.Response:
    """Do what one of the page's buttons says."""
    admin = permissions.require_admin(request[SESSION].viewer)
    form = await forms.read(request)
    try:
        async with request.app[POOL].acquire() as connection:
            contest = await contests.by_name(connection, request.match_info["contest"])
            said = await _change(connection, contest, form, by=admin.id)
    except UsageError as error:
        return await _show(request, error=sentence(error), filled=form)
    raise _to(request, contest.name, said)


async def _change(connection: Connection, contest: Contest, form: Form, *, by: int) -> str:
    """Change the contest; what to say of it."""
    if form.text("action") in ("add", "relabel", "points", "remove"):
        return await _change_problems(connection, contest, form, by=by)
    if form.text("action") in ("cut", "put-back"):
        return await _change_gaps(connection, contest, form, by=by)
    # Two who put off the end at once put it off twice.
    async with connection.transaction():
        wanted, said = _changed(await contest_changes.plan(connection, contest), form)
        await contest_changes.change(connection, contest, wanted, by=by)
    return said


def _changed(before: Plan, form: Form) -> tuple[Plan, str]:
    """What the contest is to be like, and what to say of it.

    Raises:
        UsageError: something in the form is not what it should be.
    """
    moment = now()
    _check_up_to_date(before, form, moment)
    match form.text("action"):
        case "save":
            return _exactly(_plan(form), before), gettext("Saved.")
        case "start":
            return dataclasses.replace(before, starts_at=moment), gettext("The contest has started.")
        case "freeze":
            frozen = dataclasses.replace(before, freeze_at=moment, unfrozen_at=None)
            return frozen, gettext("The scoreboard is frozen.")
        case "unfreeze":
            return dataclasses.replace(before, unfrozen_at=moment), gettext("Everybody sees the scoreboard as it is.")
        case "end":
            freeze_at = before.freeze_at and min(before.freeze_at, moment)
            return dataclasses.replace(before, ends_at=moment, freeze_at=freeze_at), gettext("The contest is over.")
        case "extend":
            minutes = _number(form, "minutes", label=gettext("The extension"), most=MAX_EXTENSION_MINUTES)
            if before.ends_at is None:
                raise UsageError(gettext("The contest has no end that could be put off."))
            ends_at = before.ends_at + timedelta(minutes=minutes)
            return dataclasses.replace(before, ends_at=ends_at), gettext(
                "The contest ends %(minutes)s minutes later.", minutes=minutes
            )
        case _:
            raise UsageError(gettext("There is no such change to a contest; reload the page and try again."))


def _check_up_to_date(before: Plan, form: Form, moment: datetime) -> None:
    """Refuse what was meant for the contest as it was: pressed twice, or on a page from before somebody else's change.

    Raises:
        UsageError: it was.
    """
    match form.text("action"):
        case "save" if _is_outdated(form, before):
            raise UsageError(
                gettext("Somebody has changed the settings since. They are shown as they are now; nothing was saved.")
            )
        case "start" if before.starts_at <= moment:
            raise UsageError(gettext("The contest has started already."))
        # Frozen from now on only, the scoreboard would show what was sent since.
        case "freeze" if before.freeze_at is not None and before.freeze_at <= moment and before.unfrozen_at is None:
            raise UsageError(gettext("The scoreboard is frozen already."))
        # Unfrozen before it was frozen, it never would be.
        case "unfreeze" if before.freeze_at is None or before.freeze_at > moment:
            raise UsageError(gettext("The scoreboard is not frozen."))
        case "end" if before.ends_at is not None and before.ends_at <= moment:
            raise UsageError(gettext("The contest is over already."))


async def _change_problems(connection: Connection, contest: Contest, form: Form, *, by: int) -> str:
    if form.text("action") == "add":
        name = form.text("problem")
        await contest_changes.add_problem(connection, contest, name=name if name.isprintable() else "", by=by)
        return gettext("The problem is in the contest.")
    problem_id = _number(form, "problem", label=gettext("The problem"), most=2**63 - 1)
    if form.text("action") == "remove":
        await contest_changes.remove_problem(connection, contest, problem_id=problem_id, by=by)
        return gettext("The problem is out of the contest.")
    if form.text("action") == "points":
        points = _number(form, "points", label=gettext("The number of points"), least=1, most=MAX_POINTS)
        await contest_changes.set_points(connection, contest, problem_id=problem_id, points=points, by=by)
        return gettext("An accepted submission gives %(points)s points.", points=points)
    label = form.text("label").strip()
    if not _LABEL.fullmatch(label):
        raise UsageError(gettext("A problem's label is at most 16 letters, digits, dashes and underscores."))
    colour = form.text("colour") or None
    if colour is not None and colour not in COLOURS:
        raise UsageError(gettext("There is no such colour; reload the page and try again."))
    await contest_changes.relabel(connection, contest, problem_id=problem_id, label=label, colour=colour, by=by)
    return gettext("The problem is called %(label)s.", label=label)


async def _change_gaps(connection: Connection, contest: Contest, form: Form, *, by: int) -> str:
    begin = _time(form.line("from", label=gettext("The beginning"), max_length=40), gettext("The beginning"))
    if form.text("action") == "put-back":
        await contest_gaps.put_back(connection, contest, begin, by=by)
        return gettext("The span is part of the contest again.")
    end = _time(form.line("until", label=gettext("The end"), max_length=40), gettext("The end"))
    await contest_gaps.cut_out(connection, contest, Gap(starts_at=begin, ends_at=end), by=by)
    return gettext("The span is cut out: what was sent within does not count.")


def _exactly(wanted: Plan, before: Plan) -> Plan:
    """The plan with times to the second where the form, which has minutes, was left as it was.

    A freeze that was left alone stays unfrozen.
    """
    kept = {
        name: getattr(before, name)
        for name in ("starts_at", "ends_at", "freeze_at")
        if _shown(getattr(wanted, name)) == _shown(getattr(before, name))
    }
    return dataclasses.replace(
        wanted, **kept, unfrozen_at=before.unfrozen_at if "freeze_at" in kept and wanted.freeze_at else None
    )


def _is_outdated(form: Form, plan: Plan) -> bool:
    """Whether the form was shown while the plan was another one, which saving would bring back."""
    return form.text(_SEEN) not in ("", _digest(plan))


def _digest(plan: Plan) -> str:
    return hashlib.sha256(repr(plan).encode()).hexdigest()


def _plan(form: Form) -> Plan:
    """What was filled in.

    Raises:
        UsageError: something is missing, or is not what it should be.
    """
    isolation = form.text("isolation")
    if isolation and isolation not in LEVELS:
        raise UsageError(gettext("There is no such isolation level."))
    feedback = form.text("feedback")
    if feedback not in tuple(Feedback):
        raise UsageError(gettext("There is no such rule for what contestants see; reload the page and try again."))
    scoring = form.text("scoring")
    if scoring not in tuple(Scoring):
        raise UsageError(gettext("There is no such way of scoring; reload the page and try again."))
    return Plan(
        title=form.line("title", label=gettext("The title"), max_length=MAX_TITLE_CHARS),
        starts_at=_time(form.line("starts", label=gettext("The start"), max_length=30), gettext("The start")),
        ends_at=_time_or_none(form, "ends", gettext("The end")),
        freeze_at=_time_or_none(form, "freezes", gettext("The freezing of the scoreboard")),
        penalty_minutes=_number(form, "penalty", label=gettext("The penalty"), most=MAX_PENALTY_MINUTES),
        isolation=isolation or None,
        pool=form.text("pool").strip() or _DEFAULT_POOL,
        languages=_languages(form),
        feedback=Feedback(feedback),
        scoring=Scoring(scoring),
        unfrozen_at=None,
    )


def _languages(form: Form) -> tuple[str, ...] | None:
    """Those that are ticked, in the order in which they are offered; None: none is, which means all.

    Raises:
        UsageError: one is not known.
    """
    ticked = {name.removeprefix(_LANGUAGE) for name in form.fields if name.startswith(_LANGUAGE)}
    known = languages.languages()
    if not ticked <= known.keys():
        raise UsageError(gettext("There is no such language; reload the page and try again."))
    return tuple(language for language in known if language in ticked) or None


def _time_or_none(form: Form, name: str, label: str) -> datetime | None:
    text = form.text(name).strip()
    return _time(text, label) if text else None


def _time(text: str, label: str) -> datetime:
    try:
        parsed = datetime.fromisoformat(text)
        return parsed.astimezone(UTC) if parsed.tzinfo else parsed.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise UsageError(
            gettext("%(field)s is no time; write it like 2030-05-01T09:00, in UTC.", field=label)
        ) from None


def _number(form: Form, name: str, *, label: str, most: int, least: int = 0) -> int:
    text = form.text(name).strip()
    if not (text.isascii() and text.isdecimal() and len(text) < 20 and least <= int(text) <= most):
        raise UsageError(
            gettext("%(field)s is a number from %(least)s to %(most)s.", field=label, least=least, most=most)
        )
    return int(text)


def _shown(moment: datetime | None) -> str:
    return "" if moment is None else moment.astimezone(UTC).strftime(_TIME)


def _fields(plan: Plan) -> dict[str, str]:
    """What the form has when nobody has changed it."""
    return {
        "title": plan.title,
        "starts": _shown(plan.starts_at),
        "ends": _shown(plan.ends_at),
        "freezes": _shown(plan.freeze_at),
        "penalty": str(plan.penalty_minutes),
        "isolation": plan.isolation or "",
        "pool": plan.pool,
        "feedback": plan.feedback,
        "scoring": plan.scoring,
        **{_LANGUAGE + language: "1" for language in plan.languages or ()},
    }


async def _index(request: web.Request, filled: Mapping[str, str], *, error: str) -> web.Response:
    async with request.app[POOL].acquire() as connection:
        everything = await contests.all_contests(connection)
        choices = await _choices(connection, filled)
    context = {"contests": everything, "filled": filled, **choices, "error": error}
    return page(request, "contests_admin", context, status=400 if error else 200)


async def _show(request: web.Request, *, error: str, filled: Form | None = None) -> web.Response:
    async with request.app[POOL].acquire() as connection:
        contest = await contests.by_name(connection, request.match_info["contest"])
        plan = await contest_changes.plan(connection, contest)
        fields: Mapping[str, str] = _fields(plan)
        places = await contest_changes.places(connection, contest)
        others = await contest_changes.others(connection, contest)
        gaps = await contest_gaps.of_contest(connection, contest)
        # What is not ticked is not sent.
        if filled is not None and filled.text("action") == "save" and not _is_outdated(filled, plan):
            fields = filled.fields
        choices = await _choices(connection, fields)
    context = {
        "contest": contest,
        "filled": fields,
        "seen": _digest(plan),
        "places": places,
        "others": others,
        "gaps": gaps,
        "colours": COLOURS,
        **choices,
        "error": error,
    }
    return page(request, "contest_admin", context, status=400 if error else 200)


async def _choices(connection: Connection, filled: Mapping[str, str]) -> dict[str, object]:
    """What the fields of a plan may be; languages that are ticked though they are offered no longer stay."""
    known, offered = languages.languages(), languages.offered()
    return {
        "levels": LEVELS,
        "pools": await contest_changes.pools(connection),
        "languages": [item for key, item in known.items() if key in offered or _LANGUAGE + key in filled],
        "ticked": [item for key, item in known.items() if _LANGUAGE + key in filled],
    }


def _to(request: web.Request, name: str, said: str) -> web.HTTPSeeOther:
    redirect = web.HTTPSeeOther(f"/admin/contests/{name}")
    notices.leave(request, redirect, [said])
    return redirect
