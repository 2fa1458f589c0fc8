"""Whether the site works, for load balancers and scripts."""

from __future__ import annotations

from aiohttp import web

from judge.store import pool
from web.keys import POOL


async def healthz(request: web.Request) -> web.Response:
    """200 only when the database answers: without it there is not a page to show."""
    if await pool.answers(request.app[POOL]):
        return web.Response(text="ok\n")
    return web.Response(status=503, text="the database does not answer\n")
