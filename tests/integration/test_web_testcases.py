"""Test data and what verifying found of it, as setters look at both; contestants see none of it."""

from __future__ import annotations

from typing import Any

import pytest

from judge.store import verifications
from judge.store.accounts import Role
from judge.store.versions import State
from judge.verdicts import Verdict
from judge.verifying.marks import marks
from tests.website import Site, Visitor

TESTS = ("sample/1", "secret/01-small", "secret/02-overflow")


def _run(name: str, verdict: str = "AC", message: str = "") -> dict[str, Any]:
    return {"name": name, "verdict": verdict, "cpu_ms": 12.5, "memory_bytes": 4096, "reason": "", "message": message}


REPORT: dict[str, Any] = {
    "errors": [],
    "warnings": [],
    "tests": list(TESTS),
    "submissions": [
        {
            "path": "submissions/accepted/sum.py",
            "language": "python3",
            "expected": ["AC"],
            "verdict": "AC",
            "score": None,
            "slowest_cpu_ms": 12.5,
            "ok": True,
            "problems": [],
            "tests": [_run(name) for name in TESTS],
        },
        {
            "path": "submissions/wrong_answer/<i>.py",
            "language": "python3",
            "expected": ["WA"],
            "verdict": "WA",
            "score": None,
            "slowest_cpu_ms": 12.5,
            "ok": True,
            "problems": [],
            "tests": [_run(TESTS[0]), _run(TESTS[1]), _run(TESTS[2], "WA", "word 1: <b>4</b>, not 5")],
        },
    ],
    "times": {
        "limit_ms": 1000,
        "inferred": False,
        "suggested_ms": 500,
        "languages": [
            {
                "language": "python3",
                "slowest_cpu_ms": 12.5,
                "path": "submissions/accepted/sum.py",
                "test": "secret/01-small",
                "suggested_ms": 500,
            }
        ],
        "near_the_limit": [],
    },
    "insights": {"unfailed_tests": [], "uncaught_submissions": [], "mixups": []},
    "runs": {"made": 6, "from_cache": 0},
}


async def _verified(site: Site, report: dict[str, Any], *, is_over: bool = True) -> tuple[Visitor, str]:
    """A setter, and the address of a version of which that was found."""
    seeded = await site.contest()
    setter = await site.logged_in("setter", Role.SETTER)
    async with site.pool.acquire() as connection:
        user_id = await connection.fetchval("SELECT id FROM users WHERE login = 'setter'")
        await verifications.ask(connection, version_id=seeded.version_id, by=user_id, contest_id=None, goes_live=False)
        host = await connection.fetchval(
            "INSERT INTO judgehosts (name, slots, isolation) VALUES ('here', 1, 'local') RETURNING id"
        )
        claim = await verifications.claim(connection, judgehost_id=host, lease_s=60)
        assert claim is not None
        if is_over:
            await verifications.finish(connection, claim, outcome=State.EXPECTED, report=report)
        else:
            await verifications.tell(connection, claim, report)
    return setter, f"/packages/sum/versions/{seeded.version_id}"


async def test_the_matrix(site: Site) -> None:
    """The version's page shows what each submission got on each test case, and links to both."""
    setter, version = await _verified(site, REPORT)

    shown = await setter.get(version)

    cells = shown.text.split("cells", 1)[1].split("</table>", 1)[0]
    assert cells.count('class="v-AC"') == 5
    assert cells.count('class="v-WA"') == 1
    assert [f'href="{version}/tests/{ordinal}"' in cells for ordinal in (1, 2, 3)] == [True] * 3
    assert f"{version}/submission?path=submissions/wrong_answer/%3Ci%3E.py" in shown.text
    assert "By the package's own margins the slowest submission that has to pass asks for 0.5 s" in shown.words


async def test_the_matrix_while_it_grows(site: Site) -> None:
    """While verifying goes on the table has the verdicts that there are."""
    verdicts = {TESTS[0]: Verdict.AC, TESTS[2]: Verdict.TLE}
    waiting = {"path": "submissions/accepted/sum.py", "ran": 2, "tests_total": 3, "marks": marks(verdicts, TESTS)}
    told = {"step": "judging", "percent": 66, "warnings": [], "tests": list(TESTS), "submissions": [waiting]}
    setter, version = await _verified(site, told, is_over=False)

    cells = (await setter.get(version)).text.split("scroll cells", 1)[1].split("</table>", 1)[0]

    assert [part.split("<")[0] for part in cells.split("<td")[1:]] == [' class="v-AC">AC', ">", ' class="v-TLE">TLE']


async def test_large_matrices(site: Site) -> None:
    """Of a table that is too large those test cases are shown that some submission fails, and the page says so."""
    names = [f"secret/{number:04}" for number in range(4000)]
    line = {**REPORT["submissions"][1], "tests": [_run(name, "WA" if name.endswith("7") else "AC") for name in names]}
    setter, version = await _verified(site, {**REPORT, "tests": names, "submissions": [line]})

    shown = await setter.get(version)

    assert "these are 400 of 4000" in shown.words
    assert shown.text.count('class="v-WA"') == 400 and shown.text.count('class="v-AC"') == 0


async def test_word_of_changes(site: Site) -> None:
    """Whoever follows a version is told of what is new, once, and no more when its verification is over."""
    told = {"step": "judging", "percent": 10, "warnings": [], "submissions": []}
    setter, version = await _verified(site, told, is_over=False)
    page = await setter.get(version)
    address = page.text.split('data-follow="')[1].split('"')[0]
    async with site.pool.acquire() as connection:
        revision = await connection.fetchval("SELECT revision FROM verifications")
        answer = await setter.open(address)
        await connection.execute(
            "UPDATE verifications SET report = '{}', state = 'done', lease_until = NULL, outcome = 'expected'"
        )
    first = await answer.content.readuntil(b"event: changed")
    over = await setter.open(f"{version}/events?after={revision + 1}")

    assert f"after={revision}" in address
    assert f"id: {revision + 1}\n".encode() in first
    assert over.status == 204


async def test_renewing_a_lease_is_no_news(site: Site) -> None:
    """What pages do not show does not make them ask again."""
    await _verified(site, {"step": "judging", "percent": 10}, is_over=False)
    async with site.pool.acquire() as connection:
        before = await connection.fetchval("SELECT revision FROM verifications")
        await connection.execute("UPDATE verifications SET lease_until = lease_until + interval '1 second'")
        after = await connection.fetchval("SELECT revision FROM verifications")

    assert before == after


async def test_a_jury_submission(site: Site) -> None:
    """What one submission got on each test case, with the checker's words, as text."""
    setter, version = await _verified(site, REPORT)

    shown = await setter.get(f"{version}/submission?path=submissions/wrong_answer/%3Ci%3E.py")
    missing = [await setter.get(f"{version}/submission{query}") for query in ("", "?path=nothing", "?path=%00")]

    assert "word 1: <b>4</b>, not 5" in shown.words
    assert "<b>4" not in shown.text and "<i>" not in shown.text
    assert shown.text.count("/tests/") >= 3
    assert [answer.status for answer in missing] == [404] * 3


async def test_looking_through_tests(site: Site) -> None:
    """The list has each test case with sizes, its group and how many fail it; its page has data and verdicts."""
    setter, version = await _verified(site, REPORT)

    listed = await setter.get(f"{version}/tests")
    one = await setter.get(f"{version}/tests/3")
    missing = await setter.get(f"{version}/tests/4")
    async with setter.client.get(f"{version}/tests/3.ans") as file:
        content, headers = await file.read(), file.headers

    assert [name in listed.words for name in ("01-small", "02-overflow", "1 submission", "6 B")] == [True] * 4
    assert "2\n1 3\n" in one.text
    assert "word 1: <b>4</b>, not 5" in one.words and "<b>4" not in one.text
    assert "test case 3 of 3" in one.words
    assert missing.status == 404
    assert content == b"4\n"
    assert headers["Content-Disposition"] == 'attachment; filename="sum-3.ans"'
    assert headers["Content-Type"] == "application/octet-stream"


async def test_pages_of_tests(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """A long list comes in pages."""
    monkeypatch.setattr("web.views.testcases.PAGE", 2)
    setter, version = await _verified(site, REPORT)

    first, second = await setter.get(f"{version}/tests"), await setter.get(f"{version}/tests?after=2")
    odd = [await setter.get(f"{version}/tests?after={after}") for after in ("x", "9" * 19, "-1", "²")]

    assert ("02-overflow" in first.text, 'tests?after=2">Further ones' in first.text) == (False, True)
    assert ("02-overflow" in second.text, "Further ones" in second.text) == (True, False)
    assert [answer.status for answer in odd] == [200] * 4


async def test_data_that_is_no_text(site: Site) -> None:
    """Bytes that are no text are shown as such, whatever they would mean to a browser."""
    setter, version = await _verified(site, REPORT)
    content = b"<script>\x00\xff" + bytes(3000)
    async with site.pool.acquire() as connection:
        await connection.execute(
            "INSERT INTO blobs (sha256, size, content) VALUES (sha256($1), length($1), $1)", content
        )
        await connection.execute(
            "UPDATE testcases SET input_sha256 = sha256($1), input_size = $2", content, len(content)
        )

    shown = await setter.get(f"{version}/tests/1")
    as_text = await setter.get(f"{version}/tests/1?as=text")

    assert "00000000  3c 73 63 72 69 70 74 3e 00 ff" in shown.words
    assert "Only the beginning is shown" in shown.words
    for page in (shown, as_text):
        assert "<script>\\" not in page.text and "<script>.." not in page.text and "<script>\ufffd" not in page.text


async def test_contestants_see_no_tests(site: Site) -> None:
    """Not even of a contest that is over."""
    _, version = await _verified(site, REPORT)
    contestant = await site.logged_in("ada")

    paths = ("/tests", "/tests/1", "/tests/1.in", "/tests/1.ans", "/events", "/submission?path=x")
    assert [(await contestant.get(version + path)).status for path in paths] == [404] * 6
