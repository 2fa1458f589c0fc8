"""Problems: the statement, the samples, and the form to submit with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aiohttp import web

from judge import languages, queue
from judge.errors import NotFound, UnknownLanguage, UsageError
from judge.models import Source, SourceFile
from judge.recipe import Language
from judge.store import blobs, contests, statements
from judge.store.contests import Contest, ContestProblem
from judge.store.pool import Connection
from problems.programs import ANSWERS
from web import forms, maintenance, permissions, rates, reading, visible
from web.forms import Form
from web.keys import POOL, SESSION, SETTINGS
from web.maintenance import status_of
from web.pages import now, page, sentence

#: Samples are shown up to here; the whole file is a link away.
SAMPLE_BYTES = 4096
AUTO = "auto"
_LANGUAGE_COOKIE = "language"
_LANGUAGE_KEPT_S = 365 * 24 * 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """What the form to submit with holds when it is shown."""

    language: str = AUTO
    source: str = ""
    error: str = ""


async def index(request: web.Request) -> web.Response:
    """All problems of the contests that have started."""
    viewer = request[SESSION].viewer
    async with request.app[POOL].acquire() as connection:
        listed = await contests.all_contests(connection)
        problems = await visible.by_contest(connection, viewer, listed)
    shown = [(contest, problems[contest.id]) for contest in listed if contest.id in problems]
    return page(request, "problems", {"listed": shown})


async def show(request: web.Request) -> web.Response:
    """The statement with its samples, and the form to submit with."""
    remembered = request.cookies.get(_LANGUAGE_COOKIE, AUTO)
    filled = Filled(language=remembered if remembered in languages.offered() else AUTO)
    return await _problem_page(request, filled, status=200)


@maintenance.keeps_form
async def submit(request: web.Request) -> web.Response:
    """Take a submission, or show the form again with what was filled in and what is wrong with it."""
    viewer = permissions.require_viewer(request[SESSION].viewer)
    settings, pool = request.app[SETTINGS], request.app[POOL]
    form = await forms.read(request)
    try:
        maintenance.check(request)
        async with pool.acquire() as connection:
            contest, problem = await find(request, connection)
            refusal = permissions.why_not_submit(viewer, contest, now())
            if refusal is not None:
                raise UsageError(refusal)
            source = _answers(form) if problem.is_submit_answer else _source(form, problem)
            queue.check_source(
                source,
                problem.limits,
                max_source_bytes=settings.max_source_bytes,
                languages=None if problem.is_submit_answer else problem.languages,
            )
            await rates.count(connection, rates.submitting(settings.submissions_per_minute), str(viewer.id))
            submission_id = await queue.enqueue(
                connection, contest_id=contest.id, problem_id=problem.id, user_id=viewer.id, source=source
            )
    except UsageError as error:
        filled = Filled(language=form.text("language"), source=form.text("source"), error=sentence(error))
        return await _problem_page(request, filled, status=status_of(error))
    redirect = web.HTTPSeeOther(f"/submissions/{submission_id}")
    redirect.set_cookie(
        _LANGUAGE_COOKIE,
        form.text("language") or AUTO,
        max_age=_LANGUAGE_KEPT_S,
        secure=settings.web_https,
        httponly=True,
        samesite="Lax",
    )
    raise redirect


async def statement_file(request: web.Request) -> web.Response:
    """A statement as it was written, as a file to keep."""
    info = request.match_info
    async with request.app[POOL].acquire() as connection:
        _, problem = await find(request, connection)
        for statement in await statements.all_statements(connection, problem.version_id):
            if (statement.language, statement.format) == (info["language"], info["format"]):
                content = await blobs.get(connection, statement.sha256)
                is_text = statement.format != "pdf"
                kind = "text/plain; charset=utf-8" if is_text else "application/pdf"
                return _file(content, f"{problem.name}.{statement.format}", kind)
    raise NotFound("The problem has no such statement.")


async def sample_file(request: web.Request) -> web.Response:
    """A sample's input, answer or interaction, whole."""
    ordinal, kind = int(request.match_info["ordinal"]), request.match_info["kind"]
    async with request.app[POOL].acquire() as connection:
        _, problem = await find(request, connection)
        content = await statements.sample_file(connection, problem.version_id, ordinal=ordinal, kind=kind)
    return _file(content, f"{problem.name}-{ordinal}.{kind}", "text/plain; charset=utf-8")


async def find(request: web.Request, connection: Connection) -> tuple[Contest, ContestProblem]:
    """The contest and problem of the address, where the viewer may see them."""
    contest = await contests.by_name(connection, request.match_info["contest"])
    return contest, await visible.problem(connection, request[SESSION].viewer, contest, request.match_info["label"])


async def _problem_page(request: web.Request, filled: Filled, *, status: int) -> web.Response:
    viewer = request[SESSION].viewer
    async with request.app[POOL].acquire() as connection:
        contest, problem = await find(request, connection)
        listed = await statements.all_statements(connection, problem.version_id)
        samples = await statements.samples(connection, problem.version_id, max_bytes=SAMPLE_BYTES)
        chosen = reading.choose(request, listed)
        content = await blobs.get(connection, chosen.statement.sha256) if chosen.statement else b""
    here = f"/contests/{contest.name}/problems/{problem.label}"
    response = page(
        request,
        "problem",
        {
            "contest": contest,
            "problem": problem,
            "chosen": chosen,
            "reading": await reading.read(request, chosen, content, here=here, samples=len(samples)),
            "samples": [
                (s.input.decode(errors="replace"), s.answer.decode(errors="replace"), reading.dialogue(s), s)
                for s in samples
            ],
            "languages": list(_taken(problem).values()),
            "filled": filled,
            "refusal": permissions.why_not_submit(viewer, contest, now()),
            "max_bytes": min(problem.limits.code_bytes, request.app[SETTINGS].max_source_bytes),
        },
        status=status,
    )
    reading.remember(request, response, chosen)
    return response


def _source(form: Form, problem: ContestProblem) -> Source:
    """The source that the form holds, pasted or uploaded.

    Raises:
        UsageError: neither or both, too many files, or no telling what language.
    """
    chosen, text = form.text("language") or AUTO, form.text("source")
    if form.files and text.strip():
        raise UsageError("Either paste a source or choose files, not both.")
    if form.files:
        names = [file.name for file in form.files]
        language = _guessed(names, problem) if chosen == AUTO else languages.offered_language(chosen)
        files = tuple(SourceFile(name=file.name, content=file.content) for file in form.files)
        return Source(language=language.id, files=files)
    if not text.strip():
        raise UsageError("The submission is empty: paste a source or choose a file.")
    if chosen == AUTO:
        raise UnknownLanguage("Choose the language: only a file's name can tell it.")
    return languages.pasted(languages.offered_language(chosen).id, text.encode())


def _guessed(names: Sequence[str], problem: ContestProblem) -> Language:
    """The language that the files' names tell, one that the problem takes where there is a choice."""
    try:
        return languages.guess(names, among=_taken(problem))
    except UnknownLanguage:
        # Said later and better: the problem does not take it.
        return languages.guess(names, among=languages.offered())


def _taken(problem: ContestProblem) -> Mapping[str, Language]:
    """The languages offered that the problem takes, by id."""
    offered = languages.offered()
    return {key: item for key, item in offered.items() if problem.languages is None or key in problem.languages}


def _answers(form: Form) -> Source:
    """The output files that the form holds.

    Raises:
        UsageError: there are none.
    """
    if not form.files:
        raise UsageError("The submission is empty: choose your output files.")
    files = tuple(SourceFile(name=file.name, content=file.content) for file in form.files)
    return Source(language=ANSWERS, files=files)


def _file(content: bytes, name: str, content_type: str) -> web.Response:
    """An uploaded file, which the browser keeps and never opens as a page of this site."""
    headers = {"Content-Type": content_type, "Content-Disposition": f'attachment; filename="{name}"'}
    return web.Response(body=content, headers=headers)
