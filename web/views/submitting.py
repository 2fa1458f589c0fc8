"""Submitting: from a form to a submission in the queue, without losing what was written."""

from __future__ import annotations

from collections.abc import Sequence

from aiohttp import web
from yarl import URL

from judge.errors import UnknownLanguage, UsageError
from judge.models import Source, SourceFile
from judge.queueing import queue
from judge.recipes import languages
from judge.recipes.recipe import Language
from judge.store.contests import Contest, ContestProblem
from judge.store.pool import Connection
from problems.programs import ANSWERS
from web import filled, forms, maintenance, permissions, rates, rescue
from web.filled import AUTO, Filled
from web.forms import Form
from web.identity.credentials import client_address
from web.keys import POOL, SESSION, SETTINGS
from web.maintenance import status_of
from web.pages import now, page, sentence
from web.rates import TooOften
from web.translating import gettext
from web.views.problems import find, languages_taken, problem_page


async def save(request: web.Request) -> web.StreamResponse:
    """Answer a form whose session is over: with itself, or, to those not logged in, with the way back to it."""
    form = await forms.read(request)
    language, source = form.text("language"), _text(form)
    if request[SESSION].viewer is not None:
        error = gettext("The form was too old. Nothing was submitted; look at it, and send it again.")
        sent = Filled(language=language, source=source, given=form.text("input"), error=error)
        return await problem_page(request, sent, status=403)
    here, token = URL(f"/contests/{request.match_info['contest']}/problems/{request.match_info['label']}"), ""
    if source.strip():
        try:
            async with request.app[POOL].acquire() as connection:
                await rates.count(connection, rates.KEEP, client_address(request))
                token = await filled.keep(connection, language=language, source=source)
        except TooOften:
            # It can still be copied from the page.
            token = ""
    back = here.with_query({filled.KEPT: token}) if token else here
    context = {"login": URL("/login").with_query(next=str(back.with_fragment("submit"))), "source": source}
    return page(request, "expired", {**context, "is_kept": bool(token), "files": form.files}, status=403)


async def wanted(request: web.Request, connection: Connection, form: Form) -> tuple[Contest, ContestProblem, Source]:
    """What the form holds, and for what, where it may be sent.

    Raises:
        UsageError: it may not, with what stands in the way.
        NotFound: there is no such problem, or it is not for them to see.
    """
    maintenance.check(request)
    contest, problem = await find(request, connection)
    refusal = permissions.why_not_submit(request[SESSION].viewer, contest, now())
    if refusal is not None:
        raise UsageError(refusal)
    source = _answers(form) if problem.is_submit_answer else _source(form, problem)
    queue.check_source(
        source,
        problem.limits,
        max_source_bytes=request.app[SETTINGS].max_source_bytes,
        languages=None if problem.is_submit_answer else problem.languages,
    )
    return contest, problem, source


@rescue.rescued_by(save)
@maintenance.keeps_form
async def submit(request: web.Request) -> web.Response:
    """Take a submission, or show the form again with what was filled in and what is wrong with it."""
    viewer = permissions.require_viewer(request[SESSION].viewer)
    form = await forms.read(request)
    try:
        async with request.app[POOL].acquire() as connection:
            contest, problem, source = await wanted(request, connection, form)
            rate = rates.submitting(request.app[SETTINGS].submissions_per_minute)
            await rates.count(connection, rate, str(viewer.id))
            submission_id = await queue.enqueue(
                connection, contest_id=contest.id, problem_id=problem.id, user_id=viewer.id, source=source
            )
    except UsageError as error:
        refused = Filled(
            language=form.text("language"), source=form.text("source"), given=form.text("input"), error=sentence(error)
        )
        return await problem_page(request, refused, status=status_of(error))
    redirect = web.HTTPSeeOther(f"/submissions/{submission_id}")
    filled.remember_language(request, redirect, form.text("language"))
    raise redirect


def _text(form: Form) -> str:
    """The source as text: pasted, or of the only file; nothing where the file is none that could be pasted."""
    if len(form.files) == 1 and not form.text("source").strip():
        try:
            return form.files[0].content.decode()
        except UnicodeDecodeError:
            return ""
    return form.text("source")


def _source(form: Form, problem: ContestProblem) -> Source:
    """The source that the form holds, pasted or uploaded.

    Raises:
        UsageError: neither or both, too many files, or no telling what language.
    """
    chosen, text = form.text("language") or AUTO, form.text("source")
    if form.files and text.strip():
        raise UsageError(gettext("Either paste a source or choose files, not both."))
    if form.files:
        names = [file.name for file in form.files]
        language = _guessed(names, problem) if chosen == AUTO else languages.offered_language(chosen)
        files = tuple(SourceFile(name=file.name, content=file.content) for file in form.files)
        return Source(language=language.id, files=files)
    if not text.strip():
        raise UsageError(gettext("The submission is empty: paste a source or choose a file."))
    if chosen == AUTO:
        raise UnknownLanguage(gettext("Choose the language: only a file's name can tell it."))
    return languages.pasted(languages.offered_language(chosen).id, text.encode())


def _guessed(names: Sequence[str], problem: ContestProblem) -> Language:
    """The language that the files' names tell, one that the problem takes where there is a choice."""
    try:
        return languages.guess(names, among=languages_taken(problem))
    except UnknownLanguage:
        # Said later and better: the problem does not take it.
        return languages.guess(names, among=languages.offered())


def _answers(form: Form) -> Source:
    """The output files that the form holds.

    Raises:
        UsageError: there are none.
    """
    if not form.files:
        raise UsageError(gettext("The submission is empty: choose your output files."))
    files = tuple(SourceFile(name=file.name, content=file.content) for file in form.files)
    return Source(language=ANSWERS, files=files)
