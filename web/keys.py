"""Typed keys of what the application and each request carry."""

from __future__ import annotations

from aiohttp import web

from judge.config import Settings
from judge.store.maintenance import Maintenance
from judge.store.pool import Pool
from web.boards.standings import Boards
from web.content.rendering import Renderer
from web.events.hub import Hub
from web.identity.addresses import TrustedProxies
from web.identity.oidc import Provider
from web.identity.passwords import Passwords
from web.identity.sessions import SessionState

SETTINGS = web.AppKey("settings", Settings)
POOL: web.AppKey[Pool] = web.AppKey("pool")
HUB = web.AppKey("hub", Hub)
RENDERER = web.AppKey("renderer", Renderer)
PASSWORDS = web.AppKey("passwords", Passwords)
PROVIDER: web.AppKey[Provider | None] = web.AppKey("OpenID provider")
PROXIES = web.AppKey("proxies", TrustedProxies)
BOARDS = web.AppKey("boards", Boards)

MAINTENANCE = web.RequestKey("maintenance", Maintenance)
NEWS = web.RequestKey("news", int)
SESSION = web.RequestKey("session", SessionState)
