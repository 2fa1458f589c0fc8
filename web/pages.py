"""Making a page: a template, what every template may use, and how values read."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import aiohttp_jinja2
import jinja2
from aiohttp import web
from markupsafe import Markup

from judge.errors import JudgeError, UnknownLanguage
from judge.models import KIB, MIB
from judge.recipes import languages
from judge.store.contests import Contest
from judge.store.problem_access import Access
from judge.store.submissions import Seen, Summary
from judge.verdicts import Verdict
from web import notices, permissions, translating, wording
from web.content import differences
from web.identity.sessions import SessionState
from web.keys import MAINTENANCE, NEWS, SESSION, SETTINGS
from web.translating import gettext

HERE = Path(__file__).parent
STATIC = HERE / "static"

#: Beside the words, so that nobody needs to tell colours apart.
_SIGNS = {Verdict.AC: "✓", Verdict.CE: "!", Verdict.JE: "!"}


def set_up(app: web.Application) -> None:
    """Give the application its templates."""
    aiohttp_jinja2.setup(
        app,
        loader=jinja2.FileSystemLoader(HERE / "templates"),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment = aiohttp_jinja2.get_env(app)
    translating.set_up(environment)
    environment.globals["asset"] = _Assets()
    for shown in (when, at, clock, seconds, size, mebibytes, points, score, timer, verdict):
        environment.filters[shown.__name__] = shown
    environment.filters["shortest"] = translating.shortest
    environment.filters["decimal"] = translating.decimal
    environment.filters["words"] = translating.words
    environment.filters["beside"] = differences.beside
    environment.filters["reason"] = wording.reason
    environment.filters["scope"] = wording.scope
    environment.filters["language"] = language_name


def page(
    request: web.Request, template: str, context: Mapping[str, object] | None = None, *, status: int = 200
) -> web.Response:
    """The template, filled in, and below its head the notice that was left for this page, if any."""
    notice = notices.read(request)
    filled = {**_common(request, context or {}), "notice": notice, **(context or {})}
    response = aiohttp_jinja2.render_template(f"{template}.html", request, filled, status=status)
    notices.forget(request, response)
    return response


def file_to_keep(content: bytes, name: str, content_type: str) -> web.Response:
    """An uploaded file under a plain name, which the browser keeps and never opens as a page of this site."""
    headers = {"Content-Type": content_type, "Content-Disposition": f'attachment; filename="{name}"'}
    return web.Response(body=content, headers=headers)


def now() -> datetime:
    return datetime.now(UTC)


def sentence(error: JudgeError) -> str:
    """An error's text in the reader's language; those from below the web begin small and stop without a stop."""
    text = translating.of_error(error)
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")


def when(moment: datetime) -> Markup:
    """A time in UTC, which the page's script turns into the reader's own."""
    iso = moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return Markup('<time datetime="{}">{}</time>').format(iso, at(moment))


def at(moment: datetime) -> str:
    """A time in UTC, where there is room for nothing but text."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")


def clock(until: datetime) -> Markup:
    """How long until then, which the page's script keeps counting down."""
    return Markup('<span class="countdown" data-until="{}">{}</span>').format(
        until.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), span((until - now()).total_seconds())
    )


def span(total_s: float) -> str:
    """A length of time in its two largest units: ``2 d 3 h``, ``2 h 5 min``, ``4 min 10 s``."""
    left = max(0, int(total_s))
    units = [("d", left // 86400), ("h", left // 3600 % 24), ("min", left // 60 % 60), ("s", left % 60)]
    while len(units) > 2 and units[0][1] == 0:
        units.pop(0)
    return " ".join(f"{amount} {unit}" for unit, amount in units[:2])


def seconds(cpu_us: int | None) -> str:
    return "" if cpu_us is None else f"{translating.decimal(cpu_us / 1_000_000, 3)} s"


def size(size_bytes: int) -> str:
    """How many bytes, in the largest unit that gives a whole one."""
    for unit, name in ((MIB, "MiB"), (KIB, "KiB")):
        if size_bytes >= unit:
            return f"{translating.decimal(size_bytes / unit, 1)} {name}"
    return f"{size_bytes} B"


def mebibytes(size_bytes: int | None) -> str:
    if size_bytes is None:
        return ""
    return f"{translating.decimal(size_bytes / MIB, 1)} MiB" if size_bytes < 100 * MIB else f"{size_bytes // MIB} MiB"


def points(score: float) -> str:
    return gettext("1 point") if score == 1 else gettext("%(score)s points", score=translating.shortest(score))


def score(value: float) -> str:
    """Points as scoreboards show them."""
    return f"{round(value, 2):.12g}"


def timer(total_s: int) -> str:
    """Seconds as a clock that ran so long shows them: ``1:02:03``."""
    return f"{total_s // 3600}:{total_s // 60 % 60:02}:{total_s % 60:02}"


def verdict(value: Verdict) -> Markup:
    """A verdict in words, with its sign and the class that colours it."""
    return Markup('<span class="verdict verdict-{}"><span aria-hidden="true">{}</span> {}</span>').format(
        value.value, _SIGNS.get(value, "✗"), gettext(value.words)
    )


def language_name(language_id: str) -> str:
    """Its name, or its id where a recipe was removed since."""
    try:
        return languages.language(language_id).name
    except UnknownLanguage:
        return language_id


def _about(context: Mapping[str, object]) -> tuple[int | None, Access | None]:
    """The contest that a page is about, and what the viewer was given of the problem, where it is a submission's."""
    match context:
        case {"contest": Contest(id=contest_id)}:
            return contest_id, None
        case {"submission": Summary(contest_id=contest_id, granted=granted)}:
            return contest_id, granted
    return None, None


def _common(request: web.Request, context: Mapping[str, object]) -> dict[str, object]:
    # A request may be refused before its session was looked at.
    state = request.get(SESSION) or SessionState()
    contest_id, granted = _about(context)
    return {
        "viewer": state.viewer,
        "admin": state.admin,
        "is_judge": permissions.is_judge(state.viewer, contest_id, granted),
        "is_setter": permissions.is_setter(state.viewer),
        "submissions_title": _submissions_title(permissions.submissions_seen(state.viewer, contest_id)),
        "brings_balloons": contest_id is not None and permissions.may_bring_balloons(state.viewer, contest_id),
        "is_admin": permissions.is_admin(state.viewer),
        "csrf_token": state.csrf_token,
        "maintenance": request.get(MAINTENANCE),
        "registration_open": request.app[SETTINGS].registration_open,
        "clarification_news": request.get(NEWS, 0),
        "path": request.path,
        # What answers a form may have no page of its own to come back to.
        "path_again": request.path_qs if request.method == "GET" else "/",
        "locale": translating.current(),
        "locales": translating.LOCALES,
        "words": translating.for_scripts(),
        "now": now(),
    }


def _submissions_title(seen: Seen) -> str:
    """What a contest's list of submissions is called for whoever sees these."""
    match seen:
        case Seen.ALL:
            return gettext("All submissions")
        case Seen.GRANTED:
            return gettext("Submissions")
        case Seen.OWN:
            return gettext("My submissions")


class _Assets:
    """Addresses of static files, with their digest: a browser may keep what it has until the file changes."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def __call__(self, name: str) -> str:
        if name not in self._known:
            digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]
            self._known[name] = f"/static/{name}?v={digest}"
        return self._known[name]
