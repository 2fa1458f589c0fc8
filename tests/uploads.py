"""Uploading packages as browsers do, and otherwise."""

from __future__ import annotations

from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path

import pytest
from aiohttp import FormData

from judge.models import MIB
from tests.website import Page, Site, Visitor

UPLOAD = "/packages/upload"


@pytest.fixture(autouse=True)
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where uploads are unpacked, to see that nothing stays there."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    return tmp_path


async def csrf_of(visitor: Visitor, page: str = "/account") -> str:
    return (await visitor.get(page)).text.split('name="csrf" value="')[1].split('"')[0]


async def filled_form(visitor: Visitor, content: bytes | None, *, name: str = "a.zip", contest: str = "") -> FormData:
    """The form as a browser sends it: the fields in the order of the page, the file last."""
    form = FormData(quote_fields=False)
    form.add_field("csrf", await csrf_of(visitor))
    form.add_field("contest", contest)
    form.add_field("package", BytesIO(content or b""), filename=name if content is not None else "")
    return form


async def upload(visitor: Visitor, content: bytes | None, *, name: str = "a.zip", contest: str = "") -> Page:
    return await visitor.post_raw(UPLOAD, await filled_form(visitor, content, name=name, contest=contest), csrf=None)


async def upload_raw(visitor: Visitor, content: bytes, *, name: str = 'filename="a.zip"', end: bytes = b"") -> Page:
    """Send a form put together by hand, in pieces, without saying how long it will be."""
    token = await csrf_of(visitor)

    async def pieces() -> AsyncIterator[bytes]:
        yield f'--x\r\nContent-Disposition: form-data; name="csrf"\r\n\r\n{token}\r\n'.encode()
        yield f'--x\r\nContent-Disposition: form-data; name="package"; {name}\r\n\r\n'.encode()
        for start in range(0, len(content), MIB):
            yield content[start : start + MIB]
        yield end or b"\r\n--x--\r\n"

    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    async with visitor.client.post(UPLOAD, data=pieces(), headers=headers, allow_redirects=False) as answer:
        return Page(status=answer.status, text=await answer.text(), headers=answer.headers, url=str(answer.url))


async def rows_of(site: Site) -> dict[str, int]:
    tables = ("problems", "problem_versions", "testcases", "blobs", "audit_log")
    async with site.pool.acquire() as connection:
        return {table: await connection.fetchval(f"SELECT count(*) FROM {table}") for table in tables}


NOTHING = {"problems": 0, "problem_versions": 0, "testcases": 0, "blobs": 0, "audit_log": 0}
