"""Files of a problem beside its statement: pictures that it shows, and attachments to download."""

from __future__ import annotations

from pathlib import PurePosixPath
from urllib.parse import quote

from aiohttp import web

from judge.store import blobs, statements
from web.keys import POOL
from web.views.statements import shown

#: What browsers may show by themselves. Whatever else an upload holds is a file to keep, and never a page of this site.
_SHOWN = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
    ".webp": "image/webp",
    ".svg": "image/svg+xml",
    ".pdf": "application/pdf",
}
#: A picture in SVG may hold scripts, which run when it is opened by itself.
_HARMLESS = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox"


async def picture(request: web.Request) -> web.Response:
    """A picture that a statement shows."""
    info = request.match_info
    async with request.app[POOL].acquire() as connection:
        _, version_id = await shown(request, connection)
        content = await statements.picture(
            connection, version_id, language=info["language"], format_=info["format"], name=_name(info["name"])
        )
    return stored_file(content, info["name"])


async def attachment(request: web.Request) -> web.Response:
    """A file for contestants."""
    name = request.match_info["name"]
    async with request.app[POOL].acquire() as connection:
        _, version_id = await shown(request, connection)
        sha256 = await statements.attachment(connection, version_id, name=_name(name))
    content = await blobs.fetch(request.app[POOL], sha256)
    return stored_file(content, name)


def stored_file(content: bytes, name: str) -> web.Response:
    """An uploaded file, shown where that is harmless, else for keeping."""
    content_type = _SHOWN.get(PurePosixPath(name).suffix.lower())
    disposition = "inline" if content_type else "attachment"
    headers = {
        "Content-Type": content_type or "application/octet-stream",
        "Content-Disposition": f"{disposition}; filename*=UTF-8''{quote(PurePosixPath(name).name, safe='')}",
        "Content-Security-Policy": "default-src 'none'" if content_type == "application/pdf" else _HARMLESS,
    }
    return web.Response(body=content, headers=headers)


def _name(text: str) -> str:
    """A name to look for; one that the database does not take is none there is."""
    return text if "\0" not in text and text.isprintable() else ""
