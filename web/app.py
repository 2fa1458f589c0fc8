"""The web application: built here, with everything that lives as long as it does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

import structlog
from aiohttp import web

from judge.config import Settings
from judge.store import kept, sessions, throttles, tryouts
from judge.store.objects import ObjectStore, open_store
from judge.store.pool import Heard, open_pool
from web import forms, maintenance, middlewares, pages, rates, routes
from web.boards.standings import Boards
from web.content.rendering import Renderer
from web.events.hub import Hub
from web.identity.addresses import TrustedProxies
from web.identity.credentials import PROGRAM_LOGINS, ProgramLogins
from web.identity.oidc import Provider
from web.identity.passwords import Passwords
from web.keys import BOARDS, HUB, PASSWORDS, POOL, PROVIDER, PROXIES, RENDERER, SETTINGS
from web.views import clarifications

PRUNE_EVERY = timedelta(minutes=10)
#: A connection that asks for nothing costs memory and a descriptor; by itself aiohttp keeps one for an hour.
KEPT_OPEN_S = 75.0

_log = structlog.get_logger(__name__)


def make_app(settings: Settings, dsn: str, *, heard: Heard | None = None) -> web.Application:
    """The whole site over the database at ``dsn``; ``heard`` is told of all that it asks there."""
    app = web.Application(
        middlewares=[
            *(
                middlewares.sent,
                middlewares.locale,
                middlewares.errors,
                middlewares.session,
                middlewares.acting,
                middlewares.csrf,
                middlewares.two_step,
            ),
            *(maintenance.read_only, clarifications.news),
        ],
        client_max_size=settings.max_source_bytes + forms.OVERHEAD_BYTES,
    )
    app[SETTINGS] = settings
    app[BOARDS] = Boards()
    app[HUB] = Hub(dsn, forget=app[BOARDS].forget)
    app[RENDERER] = Renderer()
    app[PASSWORDS] = Passwords()
    app[PROGRAM_LOGINS] = ProgramLogins()
    app[PROXIES] = TrustedProxies(settings.web_trusted_proxies)
    app[PROVIDER] = provider = Provider(settings) if settings.oidc_issuer else None
    app[maintenance.KNOWN] = maintenance.Known()
    pages.set_up(app)
    routes.set_up(app)
    app.on_response_prepare.append(middlewares.add_headers)
    app.on_shutdown.append(_end_streams)
    if provider is not None:
        app.cleanup_ctx.append(provider.running)
    app.cleanup_ctx.extend((_renderer, _pool(dsn, open_store(settings), heard), _background))
    return app


def run(settings: Settings, dsn: str) -> None:
    """Serve until interrupted."""
    web.run_app(
        make_app(settings, dsn),
        host=settings.web_host,
        port=settings.web_port,
        print=None,
        shutdown_timeout=5.0,
        keepalive_timeout=KEPT_OPEN_S,
    )


@asynccontextmanager
async def serving(
    settings: Settings, dsn: str, *, port: int, heard: Heard | None = None
) -> AsyncIterator[web.Application]:
    """Serve on a port of this host from within this process, until the block ends."""
    app = make_app(settings, dsn, heard=heard)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port).start()
        yield app
    finally:
        await runner.cleanup()


def paths(app: web.Application, method: str = "GET") -> set[str]:
    """The patterns of all addresses that can be asked for by that method."""
    routes = app.router.routes()
    return {route.resource.canonical for route in routes if route.resource and route.method == method}


def _pool(
    dsn: str, objects: ObjectStore | None, heard: Heard | None
) -> Callable[[web.Application], AsyncIterator[None]]:
    async def context(app: web.Application) -> AsyncIterator[None]:
        async with open_pool(dsn, objects=objects, heard=heard) as pool:
            app[POOL] = pool
            yield

    return context


async def _renderer(app: web.Application) -> AsyncIterator[None]:
    yield
    await app[RENDERER].close()


async def _background(app: web.Application) -> AsyncIterator[None]:
    """What goes on beside requests: hearing the database, ending what nobody reads, forgetting what has expired."""
    tasks = [
        asyncio.create_task(app[HUB].run(), name="live updates"),
        asyncio.create_task(app[HUB].end_left(), name="end streams"),
        asyncio.create_task(_prune(app), name="prune"),
    ]
    yield
    for task in tasks:
        task.cancel()
    for task in tasks:
        with suppress(asyncio.CancelledError):
            await task


async def _end_streams(app: web.Application) -> None:
    app[HUB].close()


async def _prune(app: web.Application) -> None:
    while True:
        try:
            async with app[POOL].acquire() as connection:
                await sessions.prune(connection)
                await kept.prune(connection)
                await tryouts.prune(connection)
                await throttles.prune(connection, older_than=2 * rates.LONGEST_WINDOW)
        # Nothing waits for it, and it comes round again; a database out of order is for those who need it to report.
        except Exception as error:  # noqa: BLE001
            _log.warning("expired sessions were not pruned", error=str(error) or type(error).__name__)
        await asyncio.sleep(PRUNE_EVERY.total_seconds())
