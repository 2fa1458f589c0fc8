"""For admins: who did what."""

from __future__ import annotations

import json

from aiohttp import web
from yarl import URL

from judge.store import audit
from web import permissions
from web.keys import POOL, SESSION
from web.pages import page

PAGE = 100
_MAX_CHARS = 100


async def index(request: web.Request) -> web.Response:
    """The audit log, the latest first; of one action or account if asked."""
    permissions.require_admin(request[SESSION].viewer)
    query = request.query
    action, login = _asked(query.get("action", "")), _asked(query.get("login", ""))
    before = query.get("before", "")
    before_id = int(before) if before.isascii() and before.isdecimal() and len(before) <= 18 else None
    async with request.app[POOL].acquire() as connection:
        found = await audit.page(connection, before_id=before_id, action=action, login=login, limit=PAGE + 1)
        actions = await audit.actions(connection)
    wanted = {name: value for name, value in (("action", action), ("login", login)) if value is not None}
    older = URL("/admin/audit").with_query({**wanted, "before": str(found[PAGE - 1].id)}) if len(found) > PAGE else None
    context = {
        "records": [(record, json.dumps(record.data, ensure_ascii=False, indent=None)) for record in found[:PAGE]],
        "actions": actions,
        "wanted": wanted,
        "newest": URL("/admin/audit").with_query(wanted) if before_id is not None else None,
        "older": older,
    }
    return page(request, "audit", context)


def _asked(text: str) -> str | None:
    """What somebody looks for; None for nothing."""
    text = text.strip()[:_MAX_CHARS]
    return text if text and text.isprintable() else None
