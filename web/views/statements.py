"""What a problem's statement shows, and its files, in a contest and for setters before it is live."""

from __future__ import annotations

import asyncio
import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass

from aiohttp import web

from judge.errors import NotFound, UsageError
from judge.models import MIB
from judge.store import blobs, contests, problems, statements
from judge.store.pool import Connection
from judge.store.statements import Sample
from web import visible
from web.content import reading
from web.content.reading import Chosen, Reading, Turn
from web.keys import POOL, SESSION
from web.pages import file_to_keep, page
from web.translating import gettext
from web.views import versions

#: Samples are shown up to here; the whole file is a link away.
SAMPLE_BYTES = 4096
#: All of them together: they are in memory at once, for whoever asks.
ZIPPED_BYTES = 16 * MIB


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A statement as templates show it."""

    #: The address below which its files are.
    here: str
    chosen: Chosen
    reading: Reading
    #: Input and answer as text, the turns of a dialogue that is shown instead, and what they come from.
    samples: Sequence[tuple[str, str, Sequence[Turn], Sample]]


async def preview(request: web.Request) -> web.Response:
    """The statement of a version that need not be live, for setters."""
    async with request.app[POOL].acquire() as connection:
        version = await versions.find(request, connection)
        problem = await problems.load(connection, version.id) if version.is_complete else None
    here = f"/packages/{version.problem}/versions/{version.id}/statement"
    statement = await statement_of(request, version.id, here=here)
    limits = problem.limits if problem else None
    response = page(request, "preview", {"version": version, "limits": limits, "statement": statement})
    reading.remember(request, response, statement.chosen)
    return response


async def statement_of(request: web.Request, version_id: int, *, here: str) -> Statement:
    """The statement of a version in the reader's language, with its samples.

    Args:
        request: the reader's, who may see it.
        version_id: the version's.
        here: the address below which its files are.
    """
    async with request.app[POOL].acquire() as connection:
        chosen = reading.choose(request, await statements.all_statements(connection, version_id))
        samples = await statements.samples(connection, version_id, max_bytes=SAMPLE_BYTES)
        content = await blobs.get(connection, chosen.statement.sha256) if chosen.statement else b""
    return Statement(
        here=here,
        chosen=chosen,
        reading=await reading.read(request, chosen, content, here=here, samples=len(samples)),
        samples=[
            (s.input.decode(errors="replace"), s.answer.decode(errors="replace"), reading.dialogue(s), s)
            for s in samples
        ],
    )


async def shown(request: web.Request, connection: Connection) -> tuple[str, int]:
    """Name and version of the address's problem, in a contest or among its versions, where the viewer may see it."""
    info = request.match_info
    if "version" in info:
        version = await versions.find(request, connection)
        return version.problem, version.id
    contest = await contests.by_name(connection, info["contest"])
    problem = await visible.problem(connection, request[SESSION].viewer, contest, info["label"])
    return problem.name, problem.version_id


async def statement_file(request: web.Request) -> web.Response:
    """A statement as it was written, as a file to keep."""
    info = request.match_info
    async with request.app[POOL].acquire() as connection:
        name, version_id = await shown(request, connection)
        for statement in await statements.all_statements(connection, version_id):
            if (statement.language, statement.format) == (info["language"], info["format"]):
                content = await blobs.get(connection, statement.sha256)
                is_text = statement.format != "pdf"
                kind = "text/plain; charset=utf-8" if is_text else "application/pdf"
                return file_to_keep(content, f"{name}.{statement.format}", kind)
    raise NotFound(gettext("The problem has no such statement."))


async def sample_file(request: web.Request) -> web.Response:
    """A sample's input, answer or interaction, whole."""
    ordinal, kind = int(request.match_info["ordinal"]), request.match_info["kind"]
    async with request.app[POOL].acquire() as connection:
        name, version_id = await shown(request, connection)
        content = await statements.sample_file(connection, version_id, ordinal=ordinal, kind=kind)
    return file_to_keep(content, f"{name}-{ordinal}.{kind}", "text/plain; charset=utf-8")


async def samples_zip(request: web.Request) -> web.Response:
    """All samples in one file."""
    async with request.app[POOL].acquire() as connection:
        name, version_id = await shown(request, connection)
        if await statements.samples_size(connection, version_id) > ZIPPED_BYTES:
            raise UsageError(gettext("The samples are too large for one file; download them one by one."))
        found = await statements.samples(connection, version_id, max_bytes=ZIPPED_BYTES)
    if not found:
        raise NotFound(gettext("The problem has no samples."))
    content = await asyncio.to_thread(_zipped, found)
    return file_to_keep(content, f"{name}-samples.zip", "application/zip")


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
