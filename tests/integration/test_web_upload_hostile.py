"""Uploads that mean harm, or come from the wrong hands: nothing remains of them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import FormData

from judge.config import Settings
from judge.models import KIB, MIB, Blob
from judge.store import blobs
from judge.store.accounts import Role
from judge.store.pool import Pool
from tests import uploads
from tests.uploads import NOTHING, UPLOAD, csrf_of, filled_form, rows_of, upload, upload_raw
from tests.website import Site, serving
from tests.zips import HOSTILE, zipped
from web import forms, intake

scratch = uploads.scratch


@pytest_asyncio.fixture
async def small_site(dsn: str, pool: Pool) -> AsyncIterator[Site]:
    """A site that takes packages of at most 2 MiB."""
    async with serving(Settings(max_package_bytes=2 * MIB), dsn, pool) as made:
        yield made


async def test_hostile_zips(site: Site, scratch: Path) -> None:
    """Each is refused with its reason on the page; nothing of it is in the database or on the disk."""
    visitor = await site.logged_in("setter", Role.SETTER)
    for kind, (make, complaint) in HOSTILE.items():
        answer = await upload(visitor, make())

        assert answer.status == 422, (kind, answer.words)
        assert complaint in answer.words, kind
        assert list(scratch.iterdir()) == [], kind
    assert await rows_of(site) == NOTHING


# What cannot be read as a name is said in a warning that only developers see.
@pytest.mark.filterwarnings("ignore::aiohttp.multipart.BadContentDispositionParam")
@pytest.mark.parametrize(
    "name",
    [
        'filename="../../evil.zip"',
        'filename="..\\\\..\\\\evil.zip"',
        'filename=".."',
        'filename="<b>.zip"',
        'filename=" "',
        f'filename="{"x" * 5000}"',
        "filename*=UTF-8''a%00b.zip",
        "filename*=UTF-8''%2Fetc%2Fevil.zip",
        "filename*=UTF-8''%E2%80%AEgnp.zip",
        f"filename*=UTF-8''{'%F0%9F%98%80' * 100}",
        "filename*=UTF-8''%FF%FE",
        "filename*=nonsense''x",
    ],
)
async def test_hostile_names(site: Site, scratch: Path, name: str) -> None:
    """Whatever the uploaded file is called, nothing breaks, it stays where it belongs, and its name is no markup."""
    visitor = await site.logged_in("setter", Role.SETTER)

    answer = await upload_raw(visitor, b"no zip", name=name)

    assert answer.status in (400, 422), answer.words
    assert "<b>" not in answer.text
    assert await rows_of(site) == NOTHING
    assert list(scratch.iterdir()) == []


async def test_too_large(small_site: Site, scratch: Path) -> None:
    """A file over the limit is refused, whether the browser says how long it is or not."""
    visitor = await small_site.logged_in("setter", Role.SETTER)
    content = zipped() + bytes(2 * MIB)

    for answer in (await upload(visitor, content), await upload_raw(visitor, content)):
        assert answer.status == 413
        assert "larger than 2 MiB" in answer.words
        assert await rows_of(small_site) == NOTHING
        assert list(scratch.iterdir()) == []


async def test_larger_than_other_forms(small_site: Site) -> None:
    """A package may be larger than any other form, and comes through byte for byte."""
    visitor = await small_site.logged_in("setter", Role.SETTER)
    # Hashes shrink no further, so that the zip is large.
    content = b"".join(Blob.of(b"%d" % number).sha256 for number in range(60_000))

    answer = await upload(visitor, zipped({"data/secret/2.in": content, "data/secret/2.ans": ""}))

    assert len(content) > 5 * (Settings().max_source_bytes + 64 * KIB)
    assert answer.status == 303, answer.words
    async with small_site.pool.acquire() as connection:
        assert await blobs.get(connection, Blob.of(content).sha256) == content


async def test_who_may_not(site: Site, scratch: Path) -> None:
    """Contestants and strangers are turned away, and of their file nothing is kept."""
    for visitor in (site.visitor(), await site.logged_in("ada")):
        form = FormData()
        form.add_field("csrf", await csrf_of(visitor, "/account" if visitor.cookies else "/login"))
        form.add_field("package", BytesIO(zipped()), filename="a.zip")

        answer = await visitor.post_raw(UPLOAD, form, csrf=None)

        assert answer.status in (403, 404)
        assert "/packages/upload" not in (await visitor.get("/problems")).text
    assert await rows_of(site) == NOTHING


@pytest.mark.parametrize("csrf", ["wrong", "", None])
async def test_forged_forms(site: Site, csrf: str | None) -> None:
    """Without the session's token, or with it behind the file, nothing is taken."""
    visitor = await site.logged_in("setter", Role.SETTER)
    form = FormData()
    if csrf is not None:
        form.add_field("csrf", csrf)
    form.add_field("package", BytesIO(zipped()), filename="a.zip")
    if csrf is None:
        form.add_field("csrf", await csrf_of(visitor))

    answer = await visitor.post_raw(UPLOAD, form, csrf=None)

    assert answer.status == 403
    assert await rows_of(site) == NOTHING


async def test_from_another_site(site: Site) -> None:
    """A form that another site sends is refused whatever it holds."""
    visitor = await site.logged_in("setter", Role.SETTER)
    form = await filled_form(visitor, zipped())

    answer = await visitor.post_raw(UPLOAD, form, csrf=None, headers={"Origin": "https://evil.example"})

    assert answer.status == 403
    assert await rows_of(site) == NOTHING


async def test_more_after_the_file(site: Site) -> None:
    """A form with a second file is none of ours."""
    visitor = await site.logged_in("setter", Role.SETTER)
    form = await filled_form(visitor, zipped())
    form.add_field("package", BytesIO(zipped()), filename="b.zip")

    answer = await visitor.post_raw(UPLOAD, form, csrf=None)

    assert answer.status == 400
    assert await rows_of(site) == NOTHING


@pytest.mark.parametrize("end", [b"\r\n", b"\r\n--", b"\r\n--y--\r\n"])
async def test_cut_off(site: Site, scratch: Path, end: bytes) -> None:
    """A form that ends before its file does is refused, one put together by hand is not."""
    visitor = await site.logged_in("setter", Role.SETTER)

    answer = await upload_raw(visitor, zipped(), end=end)

    assert answer.status == 400, answer.words
    assert await rows_of(site) == NOTHING
    assert list(scratch.iterdir()) == []
    assert (await upload_raw(visitor, zipped())).status == 303


async def test_too_many_fields(site: Site) -> None:
    """The fields before the file are bounded in number and size."""
    visitor = await site.logged_in("setter", Role.SETTER)
    many, large = FormData(), FormData()
    for number in range(forms.MAX_PARTS + 1):
        many.add_field(f"f{number}", "x", content_type="text/plain")
    large.add_field("csrf", "x" * 100_000, content_type="text/plain")

    assert (await visitor.post_raw(UPLOAD, many, csrf=None)).status == 400
    assert (await visitor.post_raw(UPLOAD, large, csrf=None)).status == 413


async def test_too_many_at_once(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """While as many packages are being taken as is allowed, the next one is asked to come back."""
    visitor = await site.logged_in("setter", Role.SETTER)
    form = await filled_form(visitor, zipped())
    being_taken = site.server.app[intake._BEING_TAKEN]
    for _ in range(intake.MOST_AT_ONCE):
        await being_taken.acquire()

    busy = await visitor.post_raw(UPLOAD, form, csrf=None)
    being_taken.release()
    free = await upload(visitor, zipped())

    assert (busy.status, busy.headers["Retry-After"]) == (503, "60")
    assert free.status == 303


async def test_hostile_metadata(site: Site) -> None:
    """Names, flags and limits that the database could not hold are errors of the package, not of ours."""
    visitor = await site.logged_in("setter", Role.SETTER)
    for text in (
        'name: "a\\0b"\nlimits: {time_limit: 1}\n',
        'name: "\\ud800"\nlimits: {time_limit: 1}\n',
        f"name: {'x' * 100_000}\nlimits: {{time_limit: 1}}\n",
        'name: X\nlimits: {time_limit: 1}\nvalidator_flags: "\\0"\n',
        "name: X\nlimits: {time_limit: 1.0e+300}\n",
        "name: X\nlimits: {time_limit: .nan}\n",
        "a: &a [x]\n"
        + "".join(f"{chr(98 + n)}: &{chr(98 + n)} [{','.join(['*' + chr(97 + n)] * 9)}]\n" for n in range(9)),
    ):
        answer = await upload(visitor, zipped({"problem.yaml": text}))

        assert answer.status in (303, 422), (text[:80], answer.words)
