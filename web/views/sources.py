"""Submitted sources beside the page of a submission: as files, for printing, and what differs between two."""

from __future__ import annotations

from aiohttp import web

from judge.errors import NotFound
from judge.store import blobs, submissions
from judge.store.pool import Connection
from judge.store.submissions import Summary
from web import permissions
from web.keys import POOL, RENDERER, SESSION
from web.pages import file_to_keep, page
from web.translating import gettext

#: A longer file is for no printer, and is shown as it is.
_NUMBERED_LINES = 5000


async def find(request: web.Request, connection: Connection, submission_id: int) -> Summary:
    """A submission, where the viewer may see it."""
    viewer = permissions.require_viewer(request[SESSION].viewer)
    summary = await submissions.by_id(connection, submission_id, viewer_id=viewer.id)
    if not permissions.may_see_submission(viewer, summary):
        raise NotFound(gettext("There is no such submission."))
    return summary


async def file(request: web.Request) -> web.Response:
    """A submitted file, as it was sent."""
    number = int(request.match_info["number"])
    async with request.app[POOL].acquire() as connection:
        summary = await find(request, connection, int(request.match_info["submission"]))
        files = await submissions.files(connection, summary.id)
        if number > len(files):
            raise NotFound(gettext("The submission has no such file."))
        content = await blobs.get(connection, files[number - 1].sha256)
    return file_to_keep(content, files[number - 1].name, "application/octet-stream")


async def listing(request: web.Request) -> web.Response:
    """The source for printing: whose it is, and each line with its number."""
    async with request.app[POOL].acquire() as connection:
        summary = await find(request, connection, int(request.match_info["submission"]))
        texts = await _texts(connection, summary)
    listed = [(name, text, text.splitlines()) for name, text in texts.items()]
    return page(request, "listing", {"submission": summary, "files": listed, "most_lines": _NUMBERED_LINES})


async def difference(request: web.Request) -> web.Response:
    """What differs between a submission and the one that the address names as ``with``."""
    other_id = request.query.get("with", "")
    if not (other_id.isascii() and other_id.isdecimal() and len(other_id) < 19):
        raise NotFound(gettext("There is no such submission."))
    async with request.app[POOL].acquire() as connection:
        pair = [
            await find(request, connection, submission_id)
            for submission_id in sorted((int(request.match_info["submission"]), int(other_id)))
        ]
        old, new = [await _texts(connection, summary) for summary in pair]
    if len(old) == 1 and len(new) == 1:
        # Whatever they are called, they are what has to be compared.
        old = {next(iter(new)): next(iter(old.values()))}
    names = list(dict.fromkeys((*old, *new)))
    found = await request.app[RENDERER].differences([(old.get(name, ""), new.get(name, "")) for name in names])
    compared = list(zip(names, found, strict=True))
    context = {"old": pair[0], "new": pair[1], "compared": compared, "is_beside": is_beside(request)}
    return page(request, "difference", context)


def is_beside(request: web.Request) -> bool:
    """Whether a difference is asked for in two columns."""
    return request.query.get("view") == "beside"


async def _texts(connection: Connection, summary: Summary) -> dict[str, str]:
    """The text of each file, by name."""
    files = await submissions.files(connection, summary.id)
    contents = await blobs.get_all(connection, {file.sha256 for file in files})
    return {file.name: contents[file.sha256].decode(errors="replace") for file in files}
