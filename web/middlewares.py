"""What every request goes through: security headers, friendly errors, its session, and proof that a form is ours."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Awaitable, Callable
from contextlib import suppress
from urllib.parse import urlsplit

import structlog
from aiohttp import hdrs, web
from yarl import URL

from judge.errors import NotFound, StoreUnreachable, UsageError
from judge.store.pool import DISCONNECTED
from web import forms, permissions, rescue, translating
from web.identity import credentials, sessions, tokens
from web.identity.credentials import PROGRAM_LOGINS
from web.identity.sessions import SessionState
from web.keys import POOL, SESSION, SETTINGS
from web.maintenance import UnderMaintenance, status_of
from web.pages import page, sentence
from web.permissions import LoginNeeded
from web.rates import TooOften
from web.translating import N_, gettext

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

#: Scripts and styles come from our own files only: what slips through escaping still does nothing.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Not "no-referrer", with which browsers send "Origin: null" along with our own forms.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Server": "judge",
}
#: Maintenance takes minutes.
_RETRY_AFTER_S = "60"
_CHALLENGE = 'Basic realm="judge", Bearer realm="judge"'
_BEFORE_TWO_STEP = ("/account/two-step", "/account/locale", "/logout", "/healthz", "/metrics")
_SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
_TITLES = {
    400: N_("That did not work"),
    403: N_("Not allowed"),
    404: N_("Not found"),
    405: N_("Not allowed"),
    411: N_("That did not work"),
    413: N_("Too large"),
    429: N_("Too often"),
    500: N_("Something broke on our side"),
    503: N_("Out of order for the moment"),
}
_TEXTS = {
    403: N_("You may not do that."),
    404: N_("There is no such page, or it is not for you to see."),
    405: N_("This page does not take that kind of request."),
    411: N_("The request does not say how long it is."),
    413: N_("That is more than a submission may be. Nothing was taken."),
    429: N_("Too many requests at once. Wait a moment, then try again."),
    503: N_("The site cannot reach its database, or is too busy. Try again in a moment."),
}

_log = structlog.get_logger(__name__)


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Called before any response is sent, streams and static files included."""
    # That of an uploaded file is stricter, and set by its handler.
    response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
    for name, value in _HEADERS.items():
        response.headers[name] = value
    if request.app[SETTINGS].web_https:
        response.headers["Strict-Transport-Security"] = "max-age=31536000"
    if "Cache-Control" not in response.headers:
        is_asset = request.path.startswith("/static/") and "v" in request.query
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if is_asset else "no-store"


@web.middleware
async def sent(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Send each answer here, and let go of its body.

    A connection that waits for its next request keeps the answer to the last one: hundreds of open pages would keep
    hundreds of whole pages.
    """
    response = await handler(request)
    if isinstance(response, web.Response) and not response.prepared:
        # Whoever called us asks again, and sees to it that the connection is gone.
        with suppress(ConnectionError):
            await response.prepare(request)
            await response.write_eof()
            response.body = None
    return response


@web.middleware
async def locale(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer in the language of whoever asks, and programs in English."""
    if _is_api(request):
        translating.use(translating.DEFAULT)
    else:
        asked = request.headers.get(hdrs.ACCEPT_LANGUAGE, "")
        translating.use(translating.chosen(request.cookies) or translating.asked_for(asked))
    return await handler(request)


@web.middleware
async def errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn errors into pages that say what failed and what to do."""
    try:
        return await handler(request)
    except LoginNeeded as error:
        return _login(request, error)
    except NotFound as error:
        return _error_page(request, 404, sentence(error))
    except TooOften as error:
        return _error_page(request, 429, sentence(error), headers={"Retry-After": str(error.retry_after_s)})
    except UsageError as error:
        kept = {"Retry-After": _RETRY_AFTER_S} if isinstance(error, UnderMaintenance) else {}
        return _error_page(request, status_of(error), sentence(error), headers=kept)
    except web.HTTPException as error:
        if error.status < 400:
            raise
        kept = {name: error.headers[name] for name in ("Allow", "Retry-After") if name in error.headers}
        return _error_page(request, error.status, _words(error), headers=kept)
    except DISCONNECTED:
        _log.exception("a request failed for want of a connection", path=request.path)
        return _error_page(request, 503, gettext(_TEXTS[503]))
    except StoreUnreachable as error:
        _log.warning("a request failed for want of the object store", path=request.path, error=str(error))
        return _error_page(request, 503, gettext("The site cannot reach its store of files. Try again in a moment."))
    except Exception:  # noqa: BLE001 - the last resort: whoever asked gets a page, we get a traceback
        number = secrets.token_hex(4)
        _log.exception("a request failed", path=request.path, number=number)
        text = gettext("It has been written down as %(number)s; tell an admin that number.", number=number)
        return _error_page(request, 500, text)


@web.middleware
async def session(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Find the session that the browser's cookie stands for, and send a new cookie where it changed."""
    address, agent = credentials.address_of(request), credentials.agent_of(request)
    request[SESSION] = state = SessionState(address=address, agent=agent)
    settings = request.app[SETTINGS]
    token = request.cookies.get(sessions.cookie_name(settings), "")
    if _is_api(request) and (sent := tokens.sent_with(request)) is not None:
        state.session, state.scope = await tokens.session(request, sent)
        state.is_by_program = True
    elif token and not request.path.startswith("/static/"):
        async with request.app[POOL].acquire() as connection:
            state.session = await sessions.load(connection, token)
        if state.locale in translating.LOCALES and not _is_api(request):
            translating.use(state.locale)
    elif _is_api(request):
        state.session = await request.app[PROGRAM_LOGINS].session(request)
        state.is_by_program = state.session is not None
    try:
        response = await handler(request)
    except web.HTTPException as redirect:
        sessions.write_cookie(redirect, state, settings)
        raise
    if not response.prepared:
        sessions.write_cookie(response, state, settings)
    return response


@web.middleware
async def two_step(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Let whoever has to log in in two steps, and does not yet, do nothing but see to that."""
    state = request[SESSION]
    is_led = not state.is_by_program and permissions.needs_two_step(state.viewer, request.app[SETTINGS])
    if not is_led or request.path in _BEFORE_TWO_STEP or request.path.startswith(("/static/", "/locale/")):
        return await handler(request)
    if request.method in ("GET", "HEAD") and not _is_api(request):
        raise web.HTTPSeeOther("/account/two-step")
    return _error_page(request, 403, gettext("Your role has to log in in two steps. Add an authenticator first."))


@web.middleware
async def acting(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Have admins who look at the site as a contestant change nothing there."""
    if request[SESSION].admin is None or permissions.may_ask_as_another(request.method, request.path):
        return await handler(request)
    text = gettext("You look at the site as somebody else, and can only read. Go back to your own account first.")
    return _error_page(request, 403, text)


@web.middleware
async def csrf(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse what changes anything unless it comes from a form that this site made for this very session."""
    if request.method in _SAFE_METHODS:
        return await handler(request)
    state = request[SESSION]
    if not _is_same_origin(request):
        return _error_page(request, 403, gettext("That form was sent by another site. Nothing was done."))
    if not permissions.may_change_anything(state.scope):
        return _error_page(request, 403, gettext("This token is for reading only."))
    if state.is_by_program:
        return await handler(request)
    if _is_api(request) and state.session is None:
        raise LoginNeeded(gettext("Send a token, or your login and password by HTTP basic authentication."))
    if state.session is not None:
        form = await forms.read(request)
        if hmac.compare_digest(form.text("csrf").encode(), state.csrf_token.encode()):
            return await handler(request)
    if (answer := rescue.of(request)) is not None:
        return await answer(request)
    return _error_page(
        request, 403, gettext("The form is too old. Go back, reload the page, log in if need be, and send it again.")
    )


def _is_same_origin(request: web.Request) -> bool:
    """Browsers name the origin of every form they post; clients that are no browsers need not."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        return False
    origin = request.headers.get("Origin")
    if origin is None:
        return True
    parts = urlsplit(origin)
    return (parts.scheme, parts.netloc.lower()) == (credentials.scheme_of(request), request.host.lower())


def _login(request: web.Request, error: LoginNeeded) -> web.StreamResponse:
    """Lead whoever is not logged in to where that is done."""
    if _is_api(request):
        return _error_page(request, 401, sentence(error), headers={"WWW-Authenticate": _CHALLENGE})
    if request.method in ("GET", "HEAD"):
        raise web.HTTPSeeOther(URL("/login").with_query(next=request.path_qs)) from error
    return _error_page(request, 403, sentence(error))


def _words(error: web.HTTPException) -> str:
    known = _TEXTS.get(error.status)
    return gettext(known) if known else error.reason


def _is_api(request: web.Request) -> bool:
    return request.path.startswith("/api/")


def _error_page(
    request: web.Request, status: int, text: str, *, headers: dict[str, str] | None = None
) -> web.StreamResponse:
    if _is_api(request):
        return web.json_response({"code": status, "message": text}, status=status, headers=headers)
    title = gettext(_TITLES.get(status, _TITLES[400]))
    response = page(request, "error", {"title": title, "text": text, "code": status}, status=status)
    response.headers.update(headers or {})
    return response
