"""Uploading packages: what becomes of a good one, and that of a bad one nothing remains."""

from __future__ import annotations

from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import FormData

from judge.config import Settings
from judge.models import KIB, MIB, Blob, CheckerSpec, Limits
from judge.store import blobs, problems, versions
from judge.store.accounts import Role
from judge.store.pool import Pool
from judge.store.versions import State
from tests.website import Page, Site, Visitor, serving
from tests.zips import HOSTILE, zipped
from web import forms, intake

UPLOAD = "/packages/upload"


@pytest_asyncio.fixture
async def small_site(dsn: str, pool: Pool) -> AsyncIterator[Site]:
    """A site that takes packages of at most 2 MiB."""
    async with serving(Settings(max_package_bytes=2 * MIB), dsn, pool) as made:
        yield made


@pytest.fixture(autouse=True)
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where uploads are unpacked, to see that nothing stays there."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    return tmp_path


async def _token(visitor: Visitor, page: str = "/account") -> str:
    return (await visitor.get(page)).text.split('name="csrf" value="')[1].split('"')[0]


async def _form(visitor: Visitor, content: bytes | None, *, name: str = "a.zip", contest: str = "") -> FormData:
    """The form as a browser sends it: the fields in the order of the page, the file last."""
    form = FormData(quote_fields=False)
    form.add_field("csrf", await _token(visitor))
    form.add_field("contest", contest)
    form.add_field("package", BytesIO(content or b""), filename=name if content is not None else "")
    return form


async def _upload(visitor: Visitor, content: bytes | None, *, name: str = "a.zip", contest: str = "") -> Page:
    return await visitor.post_raw(UPLOAD, await _form(visitor, content, name=name, contest=contest), csrf=None)


async def _upload_raw(visitor: Visitor, content: bytes, *, name: str = 'filename="a.zip"', end: bytes = b"") -> Page:
    """Send a form put together by hand, in pieces, without saying how long it will be."""
    token = await _token(visitor)

    async def pieces() -> AsyncIterator[bytes]:
        yield f'--x\r\nContent-Disposition: form-data; name="csrf"\r\n\r\n{token}\r\n'.encode()
        yield f'--x\r\nContent-Disposition: form-data; name="package"; {name}\r\n\r\n'.encode()
        for start in range(0, len(content), MIB):
            yield content[start : start + MIB]
        yield end or b"\r\n--x--\r\n"

    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    async with visitor.client.post(UPLOAD, data=pieces(), headers=headers, allow_redirects=False) as answer:
        return Page(status=answer.status, text=await answer.text(), headers=answer.headers, url=str(answer.url))


async def _rows(site: Site) -> dict[str, int]:
    tables = ("problems", "problem_versions", "testcases", "blobs", "audit_log")
    async with site.pool.acquire() as connection:
        return {table: await connection.fetchval(f"SELECT count(*) FROM {table}") for table in tables}


NOTHING = {"problems": 0, "problem_versions": 0, "testcases": 0, "blobs": 0, "audit_log": 0}


async def test_a_good_package(site: Site, scratch: Path) -> None:
    """It becomes a version of its problem, whole, which waits to be verified; the audit log says by whom."""
    seeded = await site.contest(lasts=None)
    visitor = await site.logged_in("setter", Role.SETTER)

    answer = await _upload(visitor, zipped(), contest="spring")

    async with site.pool.acquire() as connection:
        setter = await connection.fetchval("SELECT id FROM users WHERE login = 'setter'")
        row = await connection.fetchrow("SELECT * FROM problem_versions WHERE id <> $1", seeded.version_id)
        assert row is not None
        problem = await problems.load(connection, row["id"])
        tests = [(await blobs.get(connection, t.input.sha256), t.answer) for t in problem.testcases]
        log = await connection.fetchrow("SELECT user_id, action, data FROM audit_log")
        version = await versions.by_id(connection, "two-sums", row["id"])
    assert log is not None
    assert (answer.status, answer.headers["Location"]) == (303, f"/packages/two-sums/versions/{row['id']}")
    assert (row["title"], row["created_by"]) == ("Two Sums", setter)
    assert (problem.name, problem.checker) == ("two-sums", CheckerSpec(name="tokens"))
    assert problem.limits == Limits(time_ms=1500, wall_ms=4000)
    assert tests == [(b"1 2\n", Blob.of(b"3\n")), (b"5 6\n", Blob.of(b"11\n"))]
    assert (version.state, version.goes_live, version.is_live) == (State.QUEUED, True, False)
    assert version.contest == "spring"
    assert (log["user_id"], log["action"]) == (setter, "upload package")
    assert log["data"] == {
        "problem": "two-sums",
        "problem_version_id": row["id"],
        "contest": "spring",
        "file": "a.zip",
    }
    assert list(scratch.iterdir()) == []


async def test_what_is_shown_afterwards(site: Site) -> None:
    """The version's page says once that the package was taken, and always what was odd about it; all of it as text."""
    await site.contest(lasts=None)
    visitor = await site.logged_in("setter", Role.SETTER)
    changes = {"data/secret/<b>x": "", "problem.yaml": "name: <img src=x>\nlimits: {time_limit: 1}\nodd: 1\n"}
    answer = await _upload(visitor, zipped(changes), contest="spring")

    shown = await visitor.get(answer.headers["Location"])
    again = await visitor.get(answer.headers["Location"])

    assert "The package two-sums was taken" in shown.words
    for page in (shown, again):
        assert "data/secret/<b>x: ignored" in page.words and "problem.yaml:3:" in page.words
        assert "waits for an idle slot" in page.words
        assert "<b>x" not in page.text and "<img" not in page.text
    assert "was taken;" not in again.words


async def test_many_warnings(site: Site) -> None:
    """All warnings are kept, however many there are, up to the number that is ever said of a package."""
    visitor = await site.logged_in("setter", Role.SETTER)
    names = {f"data/secret/{'odd ' * 20}{number}": "" for number in range(90)}
    answer = await _upload(visitor, zipped(names))

    shown = await visitor.get(answer.headers["Location"])

    assert shown.words.count("data/secret/odd") == 90


@pytest.mark.parametrize("forged", ["x", "a.b", "0.WyJmb3JnZWQiXQ==", "\u00e9.\u00e9", ".", "0.!!!!"])
async def test_a_planted_notice(site: Site, forged: str) -> None:
    """A cookie that we did not make for this session says nothing."""
    visitor = await site.logged_in("setter", Role.SETTER)

    answer = await visitor.get("/problems", cookies={"notice": forged})

    assert answer.status == 200
    assert 'role="status"' not in answer.text


async def test_a_notice_of_another_session(site: Site) -> None:
    """A notice left for one session is nothing to another."""
    visitor, other = await site.logged_in("setter", Role.SETTER), await site.logged_in("other", Role.SETTER)
    await _upload(visitor, zipped())

    assert "was taken" not in (await other.get("/packages", cookies={"notice": visitor.cookies["notice"]})).words
    assert "was taken" in (await visitor.get("/packages")).words


async def test_without_a_contest(site: Site) -> None:
    """A package may be kept for later; named by the zip where that has no folder."""
    visitor = await site.logged_in("root", Role.ADMIN)

    answer = await _upload(visitor, zipped(top=""), name="C:\\Users\\me\\two-sums.zip")

    assert answer.status == 303, answer.words
    assert "Two Sums" in (await visitor.get("/packages")).words
    async with site.pool.acquire() as connection:
        assert await connection.fetchval("SELECT name FROM problems") == "two-sums"
        assert await connection.fetchval("SELECT count(*) FROM contest_problems") == 0


async def test_the_same_twice(site: Site) -> None:
    """The same package uploaded again is the same version of the same problem under the same letter."""
    await site.contest(lasts=None)
    visitor = await site.logged_in("setter", Role.SETTER)
    first = await _upload(visitor, zipped(), contest="spring")
    before = await _rows(site)

    second = await _upload(visitor, zipped(), contest="spring")

    assert second.headers["Location"] == first.headers["Location"]
    assert await _rows(site) == {**before, "audit_log": 2}


async def test_a_new_version(site: Site) -> None:
    """A changed package is a new version; the earlier one stays as it was."""
    await site.contest(lasts=None)
    visitor = await site.logged_in("setter", Role.SETTER)
    for answer in ("11\n", "12\n"):
        await _upload(visitor, zipped({"data/secret/1.ans": answer}), contest="spring")

    async with site.pool.acquire() as connection:
        rows = await connection.fetch(
            "SELECT v.id FROM problem_versions v JOIN problems p ON p.id = problem_id WHERE p.name = 'two-sums'"
            " ORDER BY v.id"
        )
        loaded = [await problems.load(connection, row["id"]) for row in rows]
    assert [problem.testcases[1].answer for problem in loaded] == [Blob.of(b"11\n"), Blob.of(b"12\n")]


async def test_a_missing_answer(site: Site, scratch: Path) -> None:
    """Everything wrong with a package is listed with its file and line, and nothing is written anywhere."""
    visitor = await site.logged_in("setter", Role.SETTER)
    changes = {"data/secret/1.ans": None, "problem.yaml": "name: X\nlimits:\n  time_limit: soon\n"}

    answer = await _upload(visitor, zipped(changes))

    assert answer.status == 422
    assert "2 things have to be mended" in answer.words
    assert "data/secret/1.in: " in answer.words and "problem.yaml:3: " in answer.words
    assert await _rows(site) == NOTHING
    assert list(scratch.iterdir()) == []


async def test_hostile_zips(site: Site, scratch: Path) -> None:
    """Each is refused with its reason on the page; nothing of it is in the database or on the disk."""
    visitor = await site.logged_in("setter", Role.SETTER)
    for kind, (make, complaint) in HOSTILE.items():
        answer = await _upload(visitor, make())

        assert answer.status == 422, (kind, answer.words)
        assert complaint in answer.words, kind
        assert list(scratch.iterdir()) == [], kind
    assert await _rows(site) == NOTHING


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

    answer = await _upload_raw(visitor, b"no zip", name=name)

    assert answer.status in (400, 422), answer.words
    assert "<b>" not in answer.text
    assert await _rows(site) == NOTHING
    assert list(scratch.iterdir()) == []


async def test_no_file(site: Site) -> None:
    """A form without a file says so, and keeps the contest that was chosen."""
    await site.contest(lasts=None)
    visitor = await site.logged_in("setter", Role.SETTER)

    answer = await _upload(visitor, None, contest="spring")

    assert answer.status == 400
    assert "Choose a file" in answer.words
    assert '<option value="spring" selected>' in answer.text


@pytest.mark.parametrize("contest", ["nowhere", "<b>", "spring\0", "x" * 1000])
async def test_no_such_contest(site: Site, contest: str) -> None:
    """A contest that is not there is said so before the file is looked at."""
    await site.contest(lasts=None)
    before = await _rows(site)
    visitor = await site.logged_in("setter", Role.SETTER)

    answer = await _upload(visitor, zipped(), contest=contest)

    assert answer.status == 400
    assert "no such contest" in answer.words
    assert await _rows(site) == before


async def test_too_large(small_site: Site, scratch: Path) -> None:
    """A file over the limit is refused, whether the browser says how long it is or not."""
    visitor = await small_site.logged_in("setter", Role.SETTER)
    content = zipped() + bytes(2 * MIB)

    for answer in (await _upload(visitor, content), await _upload_raw(visitor, content)):
        assert answer.status == 413
        assert "larger than 2 MiB" in answer.words
        assert await _rows(small_site) == NOTHING
        assert list(scratch.iterdir()) == []


async def test_larger_than_other_forms(small_site: Site) -> None:
    """A package may be larger than any other form, and comes through byte for byte."""
    visitor = await small_site.logged_in("setter", Role.SETTER)
    # Hashes shrink no further, so that the zip is large.
    content = b"".join(Blob.of(b"%d" % number).sha256 for number in range(60_000))

    answer = await _upload(visitor, zipped({"data/secret/2.in": content, "data/secret/2.ans": ""}))

    assert len(content) > 5 * (Settings().max_source_bytes + 64 * KIB)
    assert answer.status == 303, answer.words
    async with small_site.pool.acquire() as connection:
        assert await blobs.get(connection, Blob.of(content).sha256) == content


async def test_who_may_not(site: Site, scratch: Path) -> None:
    """Contestants and strangers are turned away, and of their file nothing is kept."""
    for visitor in (site.visitor(), await site.logged_in("ada")):
        form = FormData()
        form.add_field("csrf", await _token(visitor, "/account" if visitor.cookies else "/login"))
        form.add_field("package", BytesIO(zipped()), filename="a.zip")

        answer = await visitor.post_raw(UPLOAD, form, csrf=None)

        assert answer.status in (403, 404)
        assert "/packages/upload" not in (await visitor.get("/problems")).text
    assert await _rows(site) == NOTHING


@pytest.mark.parametrize("csrf", ["wrong", "", None])
async def test_forged_forms(site: Site, csrf: str | None) -> None:
    """Without the session's token, or with it behind the file, nothing is taken."""
    visitor = await site.logged_in("setter", Role.SETTER)
    form = FormData()
    if csrf is not None:
        form.add_field("csrf", csrf)
    form.add_field("package", BytesIO(zipped()), filename="a.zip")
    if csrf is None:
        form.add_field("csrf", await _token(visitor))

    answer = await visitor.post_raw(UPLOAD, form, csrf=None)

    assert answer.status == 403
    assert await _rows(site) == NOTHING


async def test_from_another_site(site: Site) -> None:
    """A form that another site sends is refused whatever it holds."""
    visitor = await site.logged_in("setter", Role.SETTER)
    form = await _form(visitor, zipped())

    answer = await visitor.post_raw(UPLOAD, form, csrf=None, headers={"Origin": "https://evil.example"})

    assert answer.status == 403
    assert await _rows(site) == NOTHING


async def test_more_after_the_file(site: Site) -> None:
    """A form with a second file is none of ours."""
    visitor = await site.logged_in("setter", Role.SETTER)
    form = await _form(visitor, zipped())
    form.add_field("package", BytesIO(zipped()), filename="b.zip")

    answer = await visitor.post_raw(UPLOAD, form, csrf=None)

    assert answer.status == 400
    assert await _rows(site) == NOTHING


@pytest.mark.parametrize("end", [b"\r\n", b"\r\n--", b"\r\n--y--\r\n"])
async def test_cut_off(site: Site, scratch: Path, end: bytes) -> None:
    """A form that ends before its file does is refused, one put together by hand is not."""
    visitor = await site.logged_in("setter", Role.SETTER)

    answer = await _upload_raw(visitor, zipped(), end=end)

    assert answer.status == 400, answer.words
    assert await _rows(site) == NOTHING
    assert list(scratch.iterdir()) == []
    assert (await _upload_raw(visitor, zipped())).status == 303


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
    form = await _form(visitor, zipped())
    being_taken = site.server.app[intake._BEING_TAKEN]
    for _ in range(intake.MOST_AT_ONCE):
        await being_taken.acquire()

    busy = await visitor.post_raw(UPLOAD, form, csrf=None)
    being_taken.release()
    free = await _upload(visitor, zipped())

    assert (busy.status, busy.headers["Retry-After"]) == (503, "60")
    assert free.status == 303


async def test_the_way_there(site: Site) -> None:
    """Setters and admins find the page from the list of packages, and that from the list of problems."""
    for role in (Role.SETTER, Role.ADMIN):
        visitor = await site.logged_in(role.value, role)

        assert 'href="/packages"' in (await visitor.get("/problems")).text
        assert 'href="/packages/upload"' in (await visitor.get("/packages")).text
        assert "256 MiB" in (await visitor.get(UPLOAD)).words


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
        answer = await _upload(visitor, zipped({"problem.yaml": text}))

        assert answer.status in (303, 422), (text[:80], answer.words)
