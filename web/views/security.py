"""For admins: what judgehosts saw."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from aiohttp import web
from yarl import URL

from judge.errors import UsageError
from judge.incidents import IncidentKind, Severity
from judge.store import security
from judge.store.security import MOST_ACKNOWLEDGED, Filter
from web import forms, permissions
from web.keys import POOL, SESSION
from web.pages import page
from web.translating import gettext

PAGE = 50

_E = TypeVar("_E", bound=StrEnum)


async def index(request: web.Request) -> web.Response:
    """What judgehosts saw: the newest first, by kind and severity if asked."""
    permissions.require_admin(request[SESSION].viewer)
    wanted, before_id = _filter(request.query), _number(request.query.get("before", ""))
    async with request.app[POOL].acquire() as connection:
        alarms = await security.open_alarms(connection)
        found = await security.page(connection, wanted=wanted, before_id=before_id, limit=PAGE + 1)
    events = found[:PAGE]
    context = {
        "open_alarms": alarms,
        "events": events,
        "open_ids": ",".join(str(event.id) for event in events if event.is_open),
        "wanted": wanted,
        "kinds": list(IncidentKind),
        "severities": list(Severity)[::-1],
        "address": _address(wanted, before_id),
        "newest": _address(wanted, None) if before_id is not None else None,
        "older": _address(wanted, events[-1].id) if len(found) > PAGE else None,
    }
    return page(request, "security", context)


async def acknowledge(request: web.Request) -> web.Response:
    """Note that an admin has looked at events, and go back to the list as it was."""
    admin = permissions.require_admin(request[SESSION].viewer)
    form = await forms.read(request)
    numbers = [_number(text) for text in form.text("events").split(",")[: MOST_ACKNOWLEDGED + 1]]
    event_ids = [number for number in numbers if number is not None]
    if len(event_ids) < len(numbers) or len(event_ids) > MOST_ACKNOWLEDGED:
        raise UsageError(gettext("There are no such events; reload the page and try again."))
    async with request.app[POOL].acquire() as connection:
        await security.acknowledge(connection, event_ids=event_ids, by=admin.id)
    raise web.HTTPSeeOther(_address(_filter(request.query), _number(request.query.get("before", ""))))


def _filter(query: Mapping[str, str]) -> Filter:
    """What of an address is a filter; anything else in its place leaves nothing out."""
    return Filter(
        kind=_member(IncidentKind, query.get("kind", "")),
        severity=_member(Severity, query.get("severity", "")),
        is_open=query.get("open") == "1",
    )


def _address(wanted: Filter, before_id: int | None) -> str:
    """The address of that part of the list."""
    query = {
        "kind": wanted.kind,
        "severity": wanted.severity,
        "open": "1" if wanted.is_open else None,
        "before": None if before_id is None else str(before_id),
    }
    return str(URL("/admin/security").with_query({name: value for name, value in query.items() if value is not None}))


def _member(kinds: type[_E], text: str) -> _E | None:
    return kinds(text) if text in tuple(kinds) else None


def _number(text: str) -> int | None:
    """An event's id that somebody sent; None for what is none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 18 else None
