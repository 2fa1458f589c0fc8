"""For admins: judgehosts, what known programs say of them, and whether they may take work."""

from __future__ import annotations

from aiohttp import web

from judge.errors import UsageError
from judge.store import judgehosts, machines
from web import forms, permissions
from web.keys import POOL, SESSION, SETTINGS
from web.pages import now, page
from web.translating import gettext

_REASON_CHARS = 200


async def index(request: web.Request) -> web.Response:
    """All judgehosts."""
    permissions.require_admin(request[SESSION].viewer)
    lost_after_s = request.app[SETTINGS].lease_s
    async with request.app[POOL].acquire() as connection:
        found = await machines.every(connection, lost_after_s=lost_after_s)
    context = {"machines": [(machine, machine.state(now(), lost_after_s)) for machine in found]}
    return page(request, "judgehosts", context)


async def change(request: web.Request) -> web.Response:
    """Take a judgehost out of service, or let it test itself and take work again."""
    admin = permissions.require_admin(request[SESSION].viewer)
    form = await forms.read(request)
    judgehost_id = int(request.match_info["judgehost"])
    async with request.app[POOL].acquire() as connection:
        match form.text("action"):
            case "disable":
                reason = f"disabled by {admin.login}"
                if form.text("reason").strip():
                    reason = form.line("reason", label=gettext("The reason"), max_length=_REASON_CHARS)
                await judgehosts.disable(connection, judgehost_id=judgehost_id, reason=reason, by=admin.id)
            case "enable":
                await judgehosts.enable(connection, judgehost_id=judgehost_id, by=admin.id)
            case _:
                raise UsageError(gettext("There is no such change to a judgehost; reload the page and try again."))
    raise web.HTTPSeeOther("/admin/judgehosts")
