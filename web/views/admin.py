"""For admins: accounts, and what judgehosts saw."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from aiohttp import web
from yarl import URL

from judge.errors import UsageError
from judge.incidents import IncidentKind, Severity
from judge.store import accounts, security
from judge.store.accounts import Role
from judge.store.pool import Connection
from judge.store.security import MOST_ACKNOWLEDGED, Filter
from web import forms, permissions
from web.forms import Form
from web.keys import POOL, SESSION
from web.pages import page

PAGE = 100
EVENTS_PAGE = 50

_E = TypeVar("_E", bound=StrEnum)


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


async def security_events(request: web.Request) -> web.Response:
    """What judgehosts saw: the newest first, by kind and severity if asked."""
    permissions.require_admin(request[SESSION].viewer)
    wanted, before_id = _filter(request.query), _number(request.query.get("before", ""))
    async with request.app[POOL].acquire() as connection:
        alarms = await security.open_alarms(connection)
        found = await security.page(connection, wanted=wanted, before_id=before_id, limit=EVENTS_PAGE + 1)
    events = found[:EVENTS_PAGE]
    context = {
        "open_alarms": alarms,
        "events": events,
        "open_ids": ",".join(str(event.id) for event in events if event.is_open),
        "wanted": wanted,
        "kinds": list(IncidentKind),
        "severities": list(Severity)[::-1],
        "address": _address(wanted, before_id),
        "newest": _address(wanted, None) if before_id is not None else None,
        "older": _address(wanted, events[-1].id) if len(found) > EVENTS_PAGE else None,
    }
    return page(request, "security", context)


async def acknowledge(request: web.Request) -> web.Response:
    """Note that an admin has looked at events, and go back to the list as it was."""
    admin = permissions.require_admin(request[SESSION].viewer)
    form = await forms.read(request)
    numbers = [_number(text) for text in form.text("events").split(",")[: MOST_ACKNOWLEDGED + 1]]
    event_ids = [number for number in numbers if number is not None]
    if len(event_ids) < len(numbers) or len(event_ids) > MOST_ACKNOWLEDGED:
        raise UsageError("There are no such events; reload the page and try again.")
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
        alarms = await security.open_alarms(connection)
    context = {
        "accounts": listed[:PAGE],
        "next_after": listed[PAGE - 1].login if len(listed) > PAGE else None,
        "roles": list(Role),
        "open_alarms": alarms,
        "error": error,
    }
    return page(request, "users", context, status=400 if error else 200)
