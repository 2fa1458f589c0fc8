"""What the form to submit with holds when it is shown: the language of last time, or a source from before."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from aiohttp import web

from judge.errors import NotFound, UnknownLanguage
from judge.recipes import languages
from judge.recipes.recipe import Language
from judge.store import blobs, kept, submissions, tryouts
from judge.store.kept import Kept
from judge.store.pool import Connection
from problems.programs import ANSWERS
from web import permissions
from web.keys import SESSION, SETTINGS
from web.translating import gettext

AUTO = "auto"
#: In the address of a problem's page: the token of a kept source, the submission to begin with, or the tryout.
KEPT, FROM, TRIED = "kept", "from", "tried"

_COOKIE = "language"
_COOKIE_KEPT_S = 365 * 24 * 3600
_TOKEN_BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """What is filled in."""

    language: str = AUTO
    source: str = ""
    #: The input to run it on.
    given: str = ""
    #: What is wrong with it.
    error: str = ""
    #: Where it comes from.
    note: str = ""
    #: Files that are to be chosen again, by name and address: a page cannot choose them without script.
    files: tuple[tuple[str, str], ...] = ()


def remember_language(request: web.Request, response: web.StreamResponse, language: str) -> None:
    """Have the browser choose the language the next time."""
    response.set_cookie(
        _COOKIE,
        language or AUTO,
        max_age=_COOKIE_KEPT_S,
        secure=request.app[SETTINGS].web_https,
        httponly=True,
        samesite="Lax",
    )


async def keep(connection: Connection, *, language: str, source: str) -> str:
    """Keep what somebody sent without being logged in; the token to find it by, or nothing where there is no room."""
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    known = language if language in languages.offered() else AUTO
    is_kept = await kept.keep(connection, token_hash=_hash(token), kept=Kept(language=known, source=source.encode()))
    return token if is_kept else ""


async def asked_for(request: web.Request, connection: Connection) -> Filled:
    """What the address says to fill in.

    Raises:
        NotFound: a submission that is not there, or is not theirs.
    """
    if request[SESSION].viewer is not None and (token := request.query.get(KEPT)):
        found = await kept.find(connection, _hash(token))
        if found is not None:
            note = gettext("What you sent is here again. It has not been submitted yet.")
            return Filled(language=found.language, source=found.source.decode(), note=note)
    if (submission_id := _number(request.query.get(FROM, ""))) is not None:
        return await _again(request, connection, submission_id)
    if (tryout_id := _number(request.query.get(TRIED, ""))) is not None:
        return await _tried(request, connection, tryout_id)
    remembered = request.cookies.get(_COOKIE, AUTO)
    return Filled(language=remembered if remembered in languages.offered() else AUTO)


async def _again(request: web.Request, connection: Connection, submission_id: int) -> Filled:
    viewer = permissions.require_viewer(request[SESSION].viewer)
    summary = await submissions.by_id(connection, submission_id, viewer_id=viewer.id)
    if not permissions.may_see_submission(viewer, summary):
        raise NotFound(gettext("There is no such submission."))
    files = await submissions.files(connection, submission_id)
    note = gettext("This is the source of submission %(number)s.", number=submission_id)
    if len(files) == 1 and summary.language != ANSWERS:
        content = await blobs.get(connection, files[0].sha256)
        return Filled(language=summary.language, source=content.decode(errors="replace"), note=note)
    addresses = tuple(
        (file.name, f"/submissions/{submission_id}/files/{number}") for number, file in enumerate(files, start=1)
    )
    note = gettext("These are the files of submission %(number)s.", number=submission_id)
    return Filled(language=summary.language, files=addresses, note=note)


async def _tried(request: web.Request, connection: Connection, tryout_id: int) -> Filled:
    viewer = permissions.require_viewer(request[SESSION].viewer)
    tryout = await tryouts.by_id(connection, tryout_id, viewer_id=viewer.id)
    if not permissions.may_see_submission(viewer, tryout):
        raise NotFound(gettext("There is no such page."))
    source = tryout.files[0].content.decode() if len(tryout.files) == 1 else ""
    return Filled(language=tryout.language, source=source, given=tryout.input.decode())


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None


def guesses(taken: Mapping[str, Language]) -> dict[str, str]:
    """The language that each extension of a file's name tells, by the languages that a problem takes."""
    found = {}
    for extension in {each for item in taken.values() for each in item.extensions}:
        try:
            found[extension] = languages.guess([f"main.{extension}"], among=taken).id
        except UnknownLanguage:
            continue
    return found


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode(errors="replace")).digest()
