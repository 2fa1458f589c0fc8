"""Forms as browsers send them, read within fixed bounds: into memory, but for one large file that goes to disk.

Everything here is hostile until parsed: sizes, the number of parts, names, encodings. A field is text, a file is bytes.
"""

from __future__ import annotations

import asyncio
import re
import unicodedata
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl

from aiohttp import BodyPartReader, MultipartReader, web
from aiohttp.http_exceptions import HttpProcessingError

from judge.errors import UsageError
from judge.models import KIB, MIB
from web.translating import gettext

#: For the fields beside a source, and what multipart adds to each part.
OVERHEAD_BYTES = 64 * 1024
#: A contest's form has a box for each language, of which there may be many.
MAX_PARTS = 256
#: Each may take four bytes, and names of files 255 in all.
MAX_NAME_CHARS = 60
#: A form that takes longer to arrive is not being sent by a browser.
READ_TIMEOUT_S = 60.0
#: A large file may come over a slow line.
SAVE_TIMEOUT_S = 1800.0

#: Browsers read two slashes, or a slash and a backslash, as another host.
_OWN_PATH = re.compile(r"/(?![/\\])[^\\\s\x00-\x1f]{0,500}")
_UNSHOWN = ("Cc", "Cs", "Zl", "Zp")
#: These turn the direction of what stands behind them, in files and titles beyond the line's end.
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
#: Letters and a symbol by their category, and blank all the same.
_BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0")
_CHUNK_BYTES = 64 * KIB
_WRITE_BYTES = MIB


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file as uploaded, under the last part of the name its browser gave."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What was filled in."""

    fields: Mapping[str, str] = field(default_factory=dict)
    files: tuple[Upload, ...] = ()

    def text(self, name: str) -> str:
        """A field as it was typed, newlines as this side of the wire writes them; empty where it is missing."""
        return self.fields.get(name, "").replace("\r\n", "\n")

    def number(self, name: str) -> int | None:
        """The id of a row, as pages send them; None for what is none."""
        text = self.fields.get(name, "")
        return int(text) if text.isascii() and text.isdecimal() and len(text) <= 18 else None

    def line(self, name: str, *, label: str, max_length: int) -> str:
        """A field of one line, without blanks around it.

        Raises:
            UsageError: it is empty, too long, or has characters that are none.
        """
        value = self.fields.get(name, "").strip()
        if not value:
            raise UsageError(gettext("%(label)s is missing.", label=label))
        if len(value) > max_length:
            raise UsageError(gettext("%(label)s is longer than %(most)s characters.", label=label, most=max_length))
        if any(unicodedata.category(char) in _UNSHOWN or char in _TURNING for char in value) or not _is_seen(value):
            raise UsageError(gettext("%(label)s has characters that cannot be shown.", label=label))
        return value


Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_FORM = web.RequestKey("form", Form)
_STREAM: web.RequestKey[tuple[MultipartReader, BodyPartReader]] = web.RequestKey("stream")
_STREAMED: set[object] = set()


def streamed(handler: Handler) -> Handler:
    """Mark a handler whose form ends in large files: ``read`` stops before them, ``save`` and ``save_several`` go on.

    Until then nothing of a file has been read, so that those who may not send one make nobody keep it.
    """
    _STREAMED.add(handler)
    return handler


async def read(request: web.Request) -> Form:
    """The request's form; read once, then remembered. Of a streamed one, the fields before its file.

    Raises:
        UsageError: it is not a form that this site has sent.
        web.HTTPRequestEntityTooLarge: more than the application takes.
    """
    if _FORM not in request:
        is_streamed = request.match_info.handler in _STREAMED
        if not is_streamed:
            _check_length(request, request.client_max_size)
        async with _arriving(READ_TIMEOUT_S):
            request[_FORM] = await (_parse_head(request) if is_streamed else _parse(request, request.client_max_size))
    return request[_FORM]


async def save(request: web.Request, folder: Path, *, max_bytes: int) -> Path:
    """Write the file of a streamed form into ``folder``, under the name it was uploaded by as far as that is safe.

    Raises:
        UsageError: there is none, or it did not arrive whole.
        web.HTTPRequestEntityTooLarge: it is larger than that.
    """
    await read(request)
    if _STREAM not in request or not request[_STREAM][1].filename:
        raise UsageError(gettext("Choose a file to upload."))
    _check_length_of_files(request, max_bytes)
    reader, part = request[_STREAM]
    path = folder / _safe_name(part.filename or "")
    async with _arriving(SAVE_TIMEOUT_S):
        await _write_part(part, path, max_bytes)
        if await reader.next() is not None:
            raise UsageError(gettext("The form goes on after its file; reload the page and send it again."))
    return path


async def save_several(
    request: web.Request, folder: Path, names: Collection[str], *, max_bytes: int
) -> dict[str, Path]:
    """Write the files of a streamed form that ends in several into ``folder``, each called like its field.

    Fields where no file was chosen are left out. All of them together may have that many bytes.

    Raises:
        UsageError: it is not a form that this site has sent, or did not arrive whole.
        web.HTTPRequestEntityTooLarge: they are larger than that.
    """
    await read(request)
    if _STREAM not in request:
        return {}
    _check_length_of_files(request, max_bytes)
    found: dict[str, Path] = {}
    reader, part = request[_STREAM]
    async with _arriving(SAVE_TIMEOUT_S):
        following: object = part
        while following is not None:
            name = following.name if isinstance(following, BodyPartReader) else None
            if not isinstance(following, BodyPartReader) or name is None or name not in names or name in found:
                raise UsageError(gettext("The form is not as this site sends it; reload the page and send it again."))
            path = folder / name
            await _write_part(following, path, max_bytes)
            size = path.stat().st_size
            if following.filename or size:
                found[name] = path
                max_bytes -= size
            following = await reader.next()
    return found


@asynccontextmanager
async def _arriving(timeout_s: float) -> AsyncIterator[None]:
    """What goes wrong while a form is on its way, said to whoever sends it."""
    try:
        async with asyncio.timeout(timeout_s):
            yield
    except TimeoutError as error:
        raise UsageError(gettext("The form took too long to arrive; send it again.")) from error
    # What aiohttp raises over a malformed body differs by version; all of it means the same to whoever sent it.
    except (HttpProcessingError, ValueError, AssertionError, RuntimeError, LookupError) as error:
        raise UsageError(gettext("The form arrived garbled; reload the page and send it again.")) from error


def _check_length(request: web.Request, max_bytes: int) -> None:
    """Browsers always say how long a form is; this spares reading one that is too long anyway."""
    if request.content_length is None and request.body_exists:
        raise web.HTTPLengthRequired
    if (request.content_length or 0) > max_bytes:
        raise web.HTTPRequestEntityTooLarge(max_size=max_bytes, actual_size=request.content_length or 0)


def _check_length_of_files(request: web.Request, max_bytes: int) -> None:
    if (request.content_length or 0) > max_bytes + OVERHEAD_BYTES:
        raise web.HTTPRequestEntityTooLarge(max_size=max_bytes, actual_size=request.content_length or 0)


async def _parse(request: web.Request, max_bytes: int) -> Form:
    match request.content_type:
        case "application/x-www-form-urlencoded":
            body = (await _read_all(request, max_bytes)).decode("ascii")
            pairs = parse_qsl(body, keep_blank_values=True, errors="strict", max_num_fields=MAX_PARTS)
            return Form(fields=_once(pairs))
        case "multipart/form-data":
            return await _parse_multipart(request, max_bytes)
        case _ if not request.body_exists:
            return Form()
        case other:
            raise UsageError(gettext("A form cannot be sent as %(other)s.", other=other[:50]))


async def _read_all(request: web.Request, max_bytes: int) -> bytes:
    body = bytearray()
    async for chunk in request.content.iter_any():
        body += chunk
        if len(body) > max_bytes:
            raise web.HTTPRequestEntityTooLarge(max_size=max_bytes, actual_size=len(body))
    return bytes(body)


async def _parse_multipart(request: web.Request, max_bytes: int) -> Form:
    pairs: list[tuple[str, str]] = []
    files: list[Upload] = []
    left = max_bytes
    reader = await request.multipart()
    while (part := await reader.next()) is not None:
        if not isinstance(part, BodyPartReader) or part.name is None:
            raise UsageError(gettext("The form has a part without a name."))
        if len(pairs) + len(files) >= MAX_PARTS:
            raise UsageError(gettext("The form has more than %(most)s parts; upload fewer files.", most=MAX_PARTS))
        content = await _read_part(part, left)
        left -= len(content)
        if part.filename is None:
            pairs.append((part.name, content.decode("utf-8")))
        elif part.filename or content:
            files.append(Upload(name=_base_name(part.filename), content=content))
    return Form(fields=_once(pairs), files=tuple(files))


async def _parse_head(request: web.Request) -> Form:
    """The fields before the first file, which is left where it is."""
    pairs: list[tuple[str, str]] = []
    left = OVERHEAD_BYTES
    reader = await request.multipart()
    while (part := await reader.next()) is not None:
        if not isinstance(part, BodyPartReader) or part.name is None:
            raise UsageError(gettext("The form has a part without a name."))
        if part.filename is not None:
            request[_STREAM] = reader, part
            break
        if len(pairs) >= MAX_PARTS:
            raise UsageError(gettext("The form has more than %(most)s parts.", most=MAX_PARTS))
        content = await _read_part(part, left)
        left -= len(content)
        pairs.append((part.name, content.decode("utf-8")))
    return Form(fields=_once(pairs))


async def _write_part(part: BodyPartReader, path: Path, max_bytes: int) -> None:
    """In pieces large enough to be worth a thread, for a disk may be slow."""
    size, piece = 0, bytearray()
    with path.open("xb") as file:
        while chunk := await part.read_chunk(_CHUNK_BYTES):
            size += len(chunk)
            if size > max_bytes:
                raise web.HTTPRequestEntityTooLarge(max_size=max_bytes, actual_size=size)
            piece += chunk
            if len(piece) >= _WRITE_BYTES:
                await asyncio.to_thread(file.write, piece)
                piece = bytearray()
        await asyncio.to_thread(file.write, piece)


async def _read_part(part: BodyPartReader, max_bytes: int) -> bytes:
    """The part as it is: transfer encodings, which could unpack to anything, are not for browsers."""
    body = bytearray()
    while chunk := await part.read_chunk():
        body += chunk
        if len(body) > max_bytes:
            raise web.HTTPRequestEntityTooLarge(max_size=max_bytes, actual_size=len(body))
    return bytes(body)


def _once(pairs: list[tuple[str, str]]) -> dict[str, str]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise UsageError(gettext("The form has a field twice."))
    return fields


def _is_seen(text: str) -> bool:
    """Whether there is anything to see in it: a name of nothing but blanks would be anybody's."""
    return any(unicodedata.category(char)[0] in "LNPS" and char not in _BLANK for char in text)


def own_path(text: str) -> str:
    """Where a form or link may lead next: that path of this site, and the first page instead of anywhere else."""
    return text if _OWN_PATH.fullmatch(text) else "/"


def _safe_name(file_name: str) -> str:
    """A name for a file of our own, as much like the one given as a file system takes."""
    shown = "".join(char if char.isprintable() else "_" for char in _base_name(file_name))[-MAX_NAME_CHARS:]
    return "_" if shown in ("", ".", "..") else shown


def _base_name(file_name: str) -> str:
    """Some browsers send the whole path, with either kind of slash."""
    return file_name.replace("\\", "/").rsplit("/", 1)[-1]
