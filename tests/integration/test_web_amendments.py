"""Small changes that setters make on pages: each makes a version, and none changes one that is there."""

from __future__ import annotations

import asyncio
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from aiohttp import FormData

from judge.models import Blob
from judge.store import problems, versions
from judge.store.accounts import Role
from judge.store.versions import State
from problems.package import load
from tests import polygons
from tests.integration.test_cli import judge
from tests.integration.test_web_sharing import upload
from tests.packages import write
from tests.website import Page, Site, Visitor

Given = dict[str, str | bytes]


@pytest.fixture(autouse=True)
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where packages are unpacked, to see that nothing stays there."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    return tmp_path


async def _uploaded(site: Site) -> tuple[Visitor, str]:
    setter = await site.logged_in("ann", Role.SETTER)
    return setter, (await upload(setter)).headers["Location"]


async def _send(visitor: Visitor, address: str, given: Given) -> Page:
    """The form as a browser sends it: its text first, then its files, also where none was chosen."""
    form = FormData(quote_fields=False)
    form.add_field("csrf", (await visitor.get("/account")).text.split('name="csrf" value="')[1].split('"')[0])
    for name in ("name", "input_text", "answer_text", "keep_answer"):
        form.add_field(name, str(given.get(name, "")))
    for name in ("input", "answer"):
        content = given.get(name)
        assert not isinstance(content, str)
        form.add_field(name, BytesIO(content or b""), filename="x" if content is not None else "")
    return await visitor.post_raw(address, form, csrf=None)


async def _tests(site: Site, address: str) -> dict[str, tuple[Blob, Blob]]:
    async with site.pool.acquire() as connection:
        problem = await problems.load(connection, int(address.rsplit("/", 1)[1]))
    return {case.name: (case.input, case.answer) for case in problem.testcases}


async def _count(site: Site) -> int:
    async with site.pool.acquire() as connection:
        count: int = await connection.fetchval("SELECT count(*) FROM problem_versions")
    return count


BEFORE = {
    "sample/1": (Blob.of(b"1 2\n"), Blob.of(b"3\n")),
    "secret/1": (Blob.of(b"5 6\n"), Blob.of(b"11\n")),
}


async def test_replacing_a_test(site: Site, scratch: Path) -> None:
    """Another answer makes a version that waits to be verified and replaces nothing by itself; the old one stays."""
    setter, version = await _uploaded(site)
    async with site.pool.acquire() as connection:
        await connection.execute("UPDATE problem_versions SET live_at = now()")

    answer = await _send(setter, f"{version}/tests/2", {"answer": b"12\n"})
    made = answer.headers["Location"]

    assert answer.status == 303 and made != version
    assert await _tests(site, version) == BEFORE
    assert await _tests(site, made) == {**BEFORE, "secret/1": (Blob.of(b"5 6\n"), Blob.of(b"12\n"))}
    async with site.pool.acquire() as connection:
        new = await versions.by_id(connection, "two-sums", int(made.rsplit("/", 1)[1]))
    assert (new.state, new.goes_live, new.created_by, new.file_name) == (State.QUEUED, False, "Ann", "two-sums.zip")
    assert list(scratch.iterdir()) == []


async def test_adding_a_test(site: Site) -> None:
    """One more test case, pasted or as files; what is pasted ends like a line."""
    setter, version = await _uploaded(site)

    pasted = await _send(
        setter, f"{version}/tests", {"name": "secret/2", "input_text": "7\r\n8", "answer_text": "15\r\n"}
    )
    files = await _send(
        setter, f"{pasted.headers['Location']}/tests", {"name": "secret/g/3", "input": b"", "answer": b"\xff"}
    )

    assert await _tests(site, files.headers["Location"]) == {
        **BEFORE,
        "secret/2": (Blob.of(b"7\n8\n"), Blob.of(b"15\n")),
        "secret/g/3": (Blob.of(b""), Blob.of(b"\xff")),
    }


@pytest.mark.parametrize(
    ("path", "given", "status", "words"),
    [
        ("/tests", {"name": "../evil", "input": b"x", "answer": b"x"}, 409, "Call the test case like"),
        ("/tests", {"name": "secret/1", "input": b"x", "answer": b"x"}, 409, "change it on its own page"),
        ("/tests", {"name": "secret/2", "answer": b"x"}, 422, "give the input as well"),
        ("/tests", {"name": "secret/1.in/x", "input": b"x", "answer": b"x"}, 422, "secret/1"),
        ("/tests", {"name": "Secret/2", "input": b"x", "answer": b"x"}, 409, "Call the test case like"),
        ("/tests", {"name": "secret/2", "input": b"x", "answer": b"x", "input_text": "y"}, 409, "not both"),
        ("/tests/2", {}, 409, "Nothing was given"),
    ],
)
async def test_what_is_refused(site: Site, scratch: Path, path: str, given: Given, status: int, words: str) -> None:
    """What makes no package is said on the page, and nothing is kept."""
    setter, version = await _uploaded(site)

    answer = await _send(setter, version + path, given)

    assert (answer.status, await _count(site)) == (status, 1), answer.words
    assert words in answer.words
    assert list(scratch.iterdir()) == []


async def test_another_time_limit(site: Site) -> None:
    """The suggested limit, or any other, is a button away, and makes a version."""
    setter, version = await _uploaded(site)

    answer = await setter.post(f"{version}/time-limit", {"seconds": "2.25"}, form_on="/account")
    refused = [
        await setter.post(f"{version}/time-limit", {"seconds": seconds}, form_on="/account")
        for seconds in ("", "0", "-1", "nan", "1e3", "1_0", "9999", "٣")
    ]

    async with site.pool.acquire() as connection:
        made = await versions.by_id(connection, "two-sums", int(answer.headers["Location"].rsplit("/", 1)[1]))
        problem = await problems.load(connection, made.id)
    assert (problem.limits.time_ms, problem.limits.wall_ms) == (2250, 5500)
    assert not made.goes_live
    assert [each.status for each in refused] == [409] * 8
    assert await _count(site) == 2


async def test_answers_that_are_made(site: Site) -> None:
    """An input alone makes a version whose answer is open; one that keeps the answer is whole at once."""
    setter, version = await _uploaded(site)

    answers = [
        await _send(setter, f"{version}/tests", {"name": "secret/2", "input_text": "7 8"}),
        await _send(setter, f"{version}/tests/2", {"input_text": "7 8"}),
        await _send(setter, f"{version}/tests/2", {"input_text": "6 5", "keep_answer": "yes"}),
    ]

    numbers = [int(answer.headers["Location"].rpartition("/")[2]) for answer in answers]
    async with site.pool.acquire() as connection:
        made = [await versions.by_id(connection, "two-sums", number) for number in numbers]
    assert [(each.is_complete, each.state) for each in made] == [
        (False, State.QUEUED),
        (False, State.QUEUED),
        (True, State.QUEUED),
    ]
    assert (await _tests(site, answers[2].headers["Location"]))["secret/1"] == (Blob.of(b"6 5\n"), Blob.of(b"11\n"))
    # What is open may be changed further before it is verified.
    further = await _send(setter, f"{answers[0].headers['Location']}/tests", {"name": "secret/3", "input_text": "1 1"})
    again = await _send(setter, f"{answers[0].headers['Location']}/tests", {"name": "secret/2", "input_text": "1 1"})
    assert (further.status, again.status) == (303, 422)
    assert "is there already" in again.words


async def test_packages_of_polygon(site: Site, dsn: str, tmp_path: Path) -> None:
    """Tests and time limit of a package that Polygon made are changed like any other's."""
    changes = {"tests/02": "42\n", "tests/02.a": "84\n", "tests/03.a": "10\n"}
    folder = str(polygons.write(tmp_path, changes))
    assert (await asyncio.to_thread(judge, "problem", "import", folder, JUDGE_DATABASE_URL=dsn)).returncode == 0
    admin = await site.logged_in("ann", Role.ADMIN)
    async with site.pool.acquire() as connection:
        live = await versions.live(connection, "double")
    assert live is not None
    version = f"/packages/double/versions/{live.id}"

    answers = [
        await _send(admin, f"{version}/tests/2", {"input_text": "8", "answer_text": "16"}),
        await _send(admin, f"{version}/tests", {"name": "secret/04", "input_text": "9", "answer_text": "18"}),
        await _send(admin, f"{version}/tests", {"name": "secret/group1/03x", "input_text": "9", "answer_text": "18"}),
        await admin.post(f"{version}/time-limit", {"seconds": "2.5"}, form_on=version),
    ]

    assert [answer.status for answer in answers] == [303, 303, 422, 303]
    before = await _tests(site, version)
    changed, more = [await _tests(site, answer.headers["Location"]) for answer in answers[:2]]
    assert changed == {**before, "secret/02": (Blob.of(b"8\n"), Blob.of(b"16\n"))}
    assert more == {**before, "secret/04": (Blob.of(b"9\n"), Blob.of(b"18\n"))}
    assert "call the next one secret/04" in answers[2].words
    async with site.pool.acquire() as connection:
        problem = await problems.load(connection, int(answers[3].headers["Location"].rpartition("/")[2]))
    assert problem.limits.time_ms == 2500


async def test_versions_without_a_zip(site: Site) -> None:
    """Where no zip of a version was kept, its pages offer nothing, and say what to do."""
    seeded = await site.contest()
    setter = await site.logged_in("ann", Role.SETTER)
    version = f"/packages/sum/versions/{seeded.version_id}"

    answer = await _send(setter, f"{version}/tests/1", {"answer": b"12\n"})

    pages = [await setter.get(version + path) for path in ("", "/tests", "/tests/1")]
    assert answer.status == 409 and "was not kept" in answer.words
    assert ["Import or upload it again" in page.words for page in pages] == [True] * 3
    assert not any("<textarea" in page.text or 'id="seconds"' in page.text for page in pages)


async def test_packages_of_the_command_line(site: Site, dsn: str, tmp_path: Path) -> None:
    """A folder that was imported, and one of which no zip had been kept before, can be changed like an upload."""
    folder = write(tmp_path)
    (folder / "data" / "secret" / "again.in").symlink_to("1.in")
    (folder / "data" / "secret" / "again.ans").symlink_to("1.ans")
    (folder / ".git").mkdir()
    (folder / ".git" / "config").write_text("of no interest")
    async with site.pool.acquire() as connection:
        old_id = await problems.publish(connection, load(folder))
    setter = await site.logged_in("ann", Role.ADMIN)
    version = f"/packages/two-sums/versions/{old_id}"
    assert "Import or upload it again" in (await setter.get(version)).words

    assert (await asyncio.to_thread(judge, "problem", "import", str(folder), JUDGE_DATABASE_URL=dsn)).returncode == 0
    answer = await _send(setter, f"{version}/tests/3", {"answer": b"12\n"})
    limited = await setter.post(f"{version}/time-limit", {"seconds": "3"}, form_on=version)

    assert (answer.status, limited.status) == (303, 303)
    assert await _tests(site, answer.headers["Location"]) == {
        **BEFORE,
        "secret/1": (Blob.of(b"5 6\n"), Blob.of(b"11\n")),
        "secret/again": (Blob.of(b"5 6\n"), Blob.of(b"12\n")),
    }
    content = await (await setter.open(f"{version}.zip")).read()
    with zipfile.ZipFile(BytesIO(content)) as kept:
        assert "two-sums/data/secret/again.in" in kept.namelist()
        assert not any(".git" in name for name in kept.namelist())


async def test_readers_change_nothing(site: Site) -> None:
    """Who may only read a problem is offered no form, and answered as if there were nothing."""
    owner, version = await _uploaded(site)
    other = await site.logged_in("bob", Role.SETTER)
    naming: dict[str, Any] = {"action": "name", "login": "bob", "access": "read"}
    await owner.post("/packages/two-sums/setters", naming, form_on="/packages/two-sums/versions")

    answers = [
        await _send(other, f"{version}/tests", {"name": "secret/2", "input": b"1 1\n", "answer": b"2\n"}),
        await _send(other, f"{version}/tests/1", {"answer": b"12\n"}),
        await other.post(f"{version}/time-limit", {"seconds": "2"}, form_on="/account"),
    ]

    assert [answer.status for answer in answers] == [404] * 3
    assert "<textarea" not in (await other.get(f"{version}/tests")).text
    assert await _count(site) == 1
