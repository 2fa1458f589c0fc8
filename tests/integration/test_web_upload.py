"""Uploading packages: what becomes of a good one, and that of a bad one nothing remains."""

from __future__ import annotations

from pathlib import Path

import pytest

from judge.models import Blob, CheckerSpec, Limits
from judge.store import blobs, problems, versions
from judge.store.accounts import Role
from judge.store.versions import State
from tests import uploads
from tests.uploads import NOTHING, UPLOAD, rows_of, upload
from tests.website import Site
from tests.zips import zipped

scratch = uploads.scratch


async def test_a_good_package(site: Site, scratch: Path) -> None:
    """It becomes a version of its problem, whole, which waits to be verified; the audit log says by whom."""
    seeded = await site.contest(lasts=None)
    visitor = await site.logged_in("setter", Role.SETTER)

    answer = await upload(visitor, zipped(), contest="spring")

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
    answer = await upload(visitor, zipped(changes), contest="spring")

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
    answer = await upload(visitor, zipped(names))

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
    await upload(visitor, zipped())

    assert "was taken" not in (await other.get("/packages", cookies={"notice": visitor.cookies["notice"]})).words
    assert "was taken" in (await visitor.get("/packages")).words


async def test_without_a_contest(site: Site) -> None:
    """A package may be kept for later; named by the zip where that has no folder."""
    visitor = await site.logged_in("root", Role.ADMIN)

    answer = await upload(visitor, zipped(top=""), name="C:\\Users\\me\\two-sums.zip")

    assert answer.status == 303, answer.words
    assert "Two Sums" in (await visitor.get("/packages")).words
    async with site.pool.acquire() as connection:
        assert await connection.fetchval("SELECT name FROM problems") == "two-sums"
        assert await connection.fetchval("SELECT count(*) FROM contest_problems") == 0


async def test_the_same_twice(site: Site) -> None:
    """The same package uploaded again is the same version of the same problem under the same letter."""
    await site.contest(lasts=None)
    visitor = await site.logged_in("setter", Role.SETTER)
    first = await upload(visitor, zipped(), contest="spring")
    before = await rows_of(site)

    second = await upload(visitor, zipped(), contest="spring")

    assert second.headers["Location"] == first.headers["Location"]
    assert await rows_of(site) == {**before, "audit_log": 2}


async def test_a_new_version(site: Site) -> None:
    """A changed package is a new version; the earlier one stays as it was."""
    await site.contest(lasts=None)
    visitor = await site.logged_in("setter", Role.SETTER)
    for answer in ("11\n", "12\n"):
        await upload(visitor, zipped({"data/secret/1.ans": answer}), contest="spring")

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

    answer = await upload(visitor, zipped(changes))

    assert answer.status == 422
    assert "2 things have to be mended" in answer.words
    assert "data/secret/1.in: " in answer.words and "problem.yaml:3: " in answer.words
    assert await rows_of(site) == NOTHING
    assert list(scratch.iterdir()) == []


async def test_no_file(site: Site) -> None:
    """A form without a file says so, and keeps the contest that was chosen."""
    await site.contest(lasts=None)
    visitor = await site.logged_in("setter", Role.SETTER)

    answer = await upload(visitor, None, contest="spring")

    assert answer.status == 400
    assert "Choose a file" in answer.words
    assert '<option value="spring" selected>' in answer.text


@pytest.mark.parametrize("contest", ["nowhere", "<b>", "spring\0", "x" * 1000])
async def test_no_such_contest(site: Site, contest: str) -> None:
    """A contest that is not there is said so before the file is looked at."""
    await site.contest(lasts=None)
    before = await rows_of(site)
    visitor = await site.logged_in("setter", Role.SETTER)

    answer = await upload(visitor, zipped(), contest=contest)

    assert answer.status == 400
    assert "no such contest" in answer.words
    assert await rows_of(site) == before


async def test_the_way_there(site: Site) -> None:
    """Setters and admins find the page from the list of packages, and that from the list of problems."""
    for role in (Role.SETTER, Role.ADMIN):
        visitor = await site.logged_in(role.value, role)

        assert 'href="/packages"' in (await visitor.get("/problems")).text
        assert 'href="/packages/upload"' in (await visitor.get("/packages")).text
        assert "256 MiB" in (await visitor.get(UPLOAD)).words
