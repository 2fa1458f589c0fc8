"""Sessions: the cookie in the browser and the row it stands for.

The token is new with every login and with every change of password, so one that was planted or seen before is worth
nothing afterwards.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from aiohttp import web

from judge.config import Settings
from judge.store import sessions as store
from judge.store.pool import Connection
from judge.store.sessions import Session, Viewer
from judge.store.tokens import Scope

LOGGED_IN_LIFETIME = timedelta(days=7)
#: Long enough to fill in a login form.
ANONYMOUS_LIFETIME = timedelta(hours=2)
#: Long enough to find the phone.
PENDING_LIFETIME = timedelta(minutes=10)
#: How long a login is proof enough for those who have no password to give again.
FRESH = timedelta(minutes=15)

TOKEN_BYTES = 32


@dataclass(slots=True, kw_only=True)
class SessionState:
    """The session of one request, and what the response has to tell the browser about it."""

    session: Session | None = None
    #: Set where the browser is to be given a cookie; with how long it is to keep it.
    new_token: str | None = None
    new_lifetime: timedelta = ANONYMOUS_LIFETIME
    is_ended: bool = False
    #: Whether a program sent a password or token with the request, which no other site can make a browser do.
    is_by_program: bool = False
    #: What its token may do; None where it has none, and may do all that its role may.
    scope: Scope | None = None
    #: Where the request came from, and what sent it.
    address: str = ""
    agent: str = ""

    @property
    def viewer(self) -> Viewer | None:
        return self.session.viewer if self.session else None

    @property
    def admin(self) -> Viewer | None:
        """The admin who looks at the site as the viewer does, if it is one."""
        return self.session.admin if self.session else None

    @property
    def locale(self) -> str | None:
        """The language of pages that goes with the account, if one does."""
        return self.session.locale if self.session else None

    @property
    def csrf_token(self) -> str:
        return self.session.csrf_token if self.session else ""


def is_fresh(session: Session) -> bool:
    """Whether its owner has logged in so recently that nobody else will be sitting there."""
    return datetime.now(UTC) - session.created_at < FRESH


def cookie_name(settings: Settings) -> str:
    """The ``__Host-`` prefix makes browsers refuse a cookie that another site of the domain has set."""
    return "__Host-session" if settings.web_https else "session"


async def load(connection: Connection, token: str) -> Session | None:
    """The session that a cookie stands for."""
    return await store.find(connection, _hash(token)) if token else None


async def begin(
    connection: Connection, state: SessionState, *, viewer: Viewer | None, pending_id: int | None = None
) -> None:
    """Begin a session in place of the one there was.

    Args:
        connection: where it is kept.
        state: the request's.
        viewer: whose session it is; None: nobody's yet.
        pending_id: the account that it will be of once a one-time code was right.
    """
    if state.session is not None:
        await store.delete(connection, state.session.token_hash)
    token, csrf_token = secrets.token_urlsafe(TOKEN_BYTES), secrets.token_urlsafe(TOKEN_BYTES)
    lifetime = LOGGED_IN_LIFETIME if viewer else PENDING_LIFETIME if pending_id else ANONYMOUS_LIFETIME
    created_at = await store.create(
        connection,
        token_hash=_hash(token),
        csrf_token=csrf_token,
        user_id=viewer.id if viewer else None,
        pending_id=pending_id,
        lifetime=lifetime,
        address=state.address,
        agent=state.agent,
    )
    state.session = Session(
        token_hash=_hash(token), csrf_token=csrf_token, viewer=viewer, pending_id=pending_id, created_at=created_at
    )
    state.new_token, state.new_lifetime, state.is_ended = token, lifetime, False


async def end(connection: Connection, state: SessionState) -> None:
    """End the session, here and in the browser."""
    if state.session is not None:
        await store.delete(connection, state.session.token_hash)
    state.session, state.new_token, state.is_ended = None, None, True


def write_cookie(response: web.StreamResponse, state: SessionState, settings: Settings) -> None:
    """Tell the browser what became of its session."""
    name = cookie_name(settings)
    if state.new_token is not None:
        response.set_cookie(
            name,
            state.new_token,
            max_age=int(state.new_lifetime.total_seconds()),
            path="/",
            secure=settings.web_https,
            httponly=True,
            samesite="Lax",
        )
    elif state.is_ended:
        response.del_cookie(name, path="/", secure=settings.web_https, httponly=True, samesite="Lax")


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode(errors="replace")).digest()
