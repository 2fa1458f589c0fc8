"""Problems: the statement, the samples, and the form to submit with."""

from __future__ import annotations

import asyncio
import io
import zipfile
from collections.abc import Mapping, Sequence

from aiohttp import web

from judge import languages
from judge.errors import NotFound, UsageError
from judge.models import MIB, Limits
from judge.recipe import Language
from judge.store import blobs, contests, statements, submissions
from judge.store.contests import Contest, ContestProblem
from judge.store.pool import Connection
from judge.store.sessions import Viewer
from judge.store.statements import Sample
from judge.store.submissions import Summary
from web import feedback, permissions, reading, visible
from web.filled import Filled, asked_for, guesses
from web.keys import POOL, SESSION, SETTINGS
from web.pages import file_to_keep, now, page
from web.translating import gettext

#: Samples are shown up to here; the whole file is a link away.
SAMPLE_BYTES = 4096
#: Each of them, and so together as much as anybody would want in one file.
ZIPPED_BYTES = 16 * MIB
#: Of the viewer's own, beside the statement.
_OWN_SHOWN = 5


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
    async with request.app[POOL].acquire() as connection:
        filled = await asked_for(request, connection)
    return await problem_page(request, filled, status=200)


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
                return file_to_keep(content, f"{problem.name}.{statement.format}", kind)
    raise NotFound(gettext("The problem has no such statement."))


async def sample_file(request: web.Request) -> web.Response:
    """A sample's input, answer or interaction, whole."""
    ordinal, kind = int(request.match_info["ordinal"]), request.match_info["kind"]
    async with request.app[POOL].acquire() as connection:
        _, problem = await find(request, connection)
        content = await statements.sample_file(connection, problem.version_id, ordinal=ordinal, kind=kind)
    return file_to_keep(content, f"{problem.name}-{ordinal}.{kind}", "text/plain; charset=utf-8")


async def samples_zip(request: web.Request) -> web.Response:
    """All samples in one file."""
    async with request.app[POOL].acquire() as connection:
        _, problem = await find(request, connection)
        found = await statements.samples(connection, problem.version_id, max_bytes=ZIPPED_BYTES)
    if not found:
        raise NotFound(gettext("The problem has no samples."))
    if not all(sample.is_whole for sample in found):
        raise UsageError(gettext("The samples are too large for one file; download them one by one."))
    content = await asyncio.to_thread(_zipped, found)
    return file_to_keep(content, f"{problem.name}-samples.zip", "application/zip")


async def find(request: web.Request, connection: Connection) -> tuple[Contest, ContestProblem]:
    """The contest and problem of the address, where the viewer may see them."""
    contest = await contests.by_name(connection, request.match_info["contest"])
    return contest, await visible.problem(connection, request[SESSION].viewer, contest, request.match_info["label"])


async def problem_page(request: web.Request, filled: Filled, *, status: int) -> web.Response:
    """The page of a problem, with that in its form."""
    viewer = request[SESSION].viewer
    async with request.app[POOL].acquire() as connection:
        contest, problem = await find(request, connection)
        listed = await statements.all_statements(connection, problem.version_id)
        samples = await statements.samples(connection, problem.version_id, max_bytes=SAMPLE_BYTES)
        chosen = reading.choose(request, listed)
        content = await blobs.get(connection, chosen.statement.sha256) if chosen.statement else b""
        own = await _own(connection, viewer, contest, problem)
    taken, shown = languages_taken(problem), permissions.feedback(viewer, contest.id, contest.feedback)
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
            "languages": list(taken.values()),
            "guesses": guesses(taken),
            "limits_by_language": limits_by_language(problem.limits, taken),
            "own": [feedback.of_summary(summary, shown) for summary in own],
            "filled": filled,
            "refusal": permissions.why_not_submit(viewer, contest, now()),
            "max_bytes": min(problem.limits.code_bytes, request.app[SETTINGS].max_source_bytes),
        },
        status=status,
    )
    reading.remember(request, response, chosen)
    return response


def languages_taken(problem: ContestProblem) -> dict[str, Language]:
    """The languages offered that the problem takes, by id."""
    offered = languages.offered()
    return {key: item for key, item in offered.items() if problem.languages is None or key in problem.languages}


def limits_by_language(limits: Limits, taken: Mapping[str, Language]) -> list[tuple[str, int, int]]:
    """Name, time in ms and memory in bytes, of the languages that get other limits than the problem says."""
    own = [(item.name, item.time_ms(limits.time_ms), item.memory_bytes(limits.memory_bytes)) for item in taken.values()]
    return [line for line in own if line[1:] != (limits.time_ms, limits.memory_bytes)]


async def _own(
    connection: Connection, viewer: Viewer | None, contest: Contest, problem: ContestProblem
) -> list[Summary]:
    """The viewer's latest submissions to the problem."""
    if viewer is None:
        return []
    return await submissions.page(
        connection, contest_id=contest.id, problem_id=problem.id, user_id=viewer.id, limit=_OWN_SHOWN
    )


def _zipped(samples: Sequence[Sample]) -> bytes:
    """The same bytes for the same samples."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as made:
        for number, sample in enumerate(samples, start=1):
            if sample.interaction is not None:
                parts = {"interaction": sample.interaction}
            else:
                parts = {"in": sample.input, "ans": sample.answer}
            for kind, content in parts.items():
                entry = zipfile.ZipInfo(f"{number}.{kind}")
                made.writestr(entry, content, zipfile.ZIP_DEFLATED)
    return archive.getvalue()
