"""Versions on pages and over HTTP: watching a verification, reading what it found, and deciding what is live."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from aiohttp import FormData, encode_basic_auth

from judge.store import verifications
from judge.store.accounts import Role
from judge.store.verifications import Claim
from judge.store.versions import State
from tests.website import PASSWORD, Page, Site, Visitor
from tests.zips import zipped

SETTER = encode_basic_auth("setter", PASSWORD)
SUBMISSION = {
    "path": "submissions/accepted/sum.py",
    "language": "python3",
    "expected": ["AC"],
    "verdict": "WA",
    "score": None,
    "slowest_cpu_ms": 12.5,
    "ok": False,
    "problems": ["gets WA on secret/1 <b> instead of AC"],
}
FOUND: dict[str, Any] = {
    "errors": [],
    "warnings": ["input_validators/: there is none"],
    "submissions": [SUBMISSION],
    "insights": {"unfailed_tests": ["secret/1"], "uncaught_submissions": [], "mixups": []},
    "runs": {"made": 2, "from_cache": 1},
}


async def _api(
    site: Site, path: str, content: bytes | None = None, *, login: str | None = SETTER, contest: str = "spring"
) -> Page:
    """What a program is answered: to a package where there is content, else to a question."""
    client = site.visitor().client
    headers = {} if login is None else {"Authorization": login}
    if content is None:
        answer = await client.get(path, headers=headers, allow_redirects=False)
    else:
        form = FormData()
        form.add_field("contest", contest)
        form.add_field("package", BytesIO(content), filename="two-sums.zip")
        answer = await client.post(path, data=form, headers=headers, allow_redirects=False)
    return Page(status=answer.status, text=await answer.text(), headers=answer.headers, url=str(answer.url))


async def _claim(site: Site) -> Claim:
    async with site.pool.acquire() as connection:
        judgehost_id = await connection.fetchval(
            "INSERT INTO judgehosts (name, slots, isolation) VALUES ('here', 1, 'local')"
            " ON CONFLICT (name) DO UPDATE SET slots = 1 RETURNING id"
        )
        claim = await verifications.claim(connection, judgehost_id=judgehost_id, lease_s=30)
    assert claim is not None
    return claim


async def _verify(site: Site, outcome: State, report: dict[str, Any]) -> None:
    """What the daemon does, as far as pages see it."""
    claim = await _claim(site)
    async with site.pool.acquire() as connection:
        await verifications.finish(connection, claim, outcome=outcome, report=report)


async def _uploaded(site: Site) -> tuple[Visitor, str]:
    """A setter, and the page of the version that they uploaded."""
    await site.contest(lasts=None)
    visitor = await site.logged_in("setter", Role.SETTER)
    answer = await _api(site, "/api/problems", zipped())
    assert answer.status == 202, answer.text
    return visitor, answer.headers["Location"].removeprefix("/api/problems").join(("/packages", ""))


async def test_no_setter_puts_a_problem_into_a_running_contest(site: Site) -> None:
    """A version uploaded before the start, for the contest, joins it after that by an admin's decision alone."""
    await site.contest(starts_in=timedelta(hours=1))
    setter, admin = await site.logged_in("setter", Role.SETTER), await site.logged_in("root", Role.ADMIN)
    answer = await _api(site, "/api/problems", zipped())
    assert answer.status == 202, answer.text
    api = answer.headers["Location"]
    version = api.removeprefix("/api/problems").join(("/packages", ""))
    async with site.pool.acquire() as connection:
        await connection.execute("UPDATE contests SET starts_at = now() - interval '1 minute'")
        count = "SELECT count(*) FROM contest_problems"
        refused = [await setter.post(version, {"decision": "confirm"})]
        await _verify(site, State.UNEXPECTED, FOUND)
        refused += [
            await setter.post(version, {"decision": "live"}),
            await setter.post_raw(f"{api}/live", csrf=await setter.token(version)),
        ]
        assert [(page.status, "only an admin" in page.words) for page in refused] == [(409, True)] * 3
        again = await _api(site, "/api/problems", zipped(), contest="")
        assert (again.status, await connection.fetchval(count)) == (400, 1)

        assert (await admin.post(version, {"decision": "live"})).status == 303
        assert await connection.fetchval(count) == 2


async def test_progress_is_shown(site: Site) -> None:
    """While it is verified the page says how far that is, submission by submission."""
    visitor, page = await _uploaded(site)
    claim = await _claim(site)
    waiting = {"path": "submissions/accepted/sum.py", "ran": 1, "tests_total": 2}
    told = {"step": "judging", "percent": 50, "warnings": [], "submissions": [waiting]}
    async with site.pool.acquire() as connection:
        await verifications.tell(connection, claim, told)

    shown = await visitor.get(page)

    assert 'value="50" max="100"' in shown.text
    assert "1 of 2 tests" in shown.words
    assert "being verified" in shown.words


async def test_what_was_found_is_shown(site: Site) -> None:
    """Verdicts, what is odd and what the tests miss; all of it as text, and the decision is left to people."""
    visitor, page = await _uploaded(site)
    await _verify(site, State.UNEXPECTED, FOUND)

    shown = await visitor.get(page)

    for words in (
        "gets WA on secret/1 <b> instead of AC",
        "there is none",
        "Test cases that no wrong submission fails (1)",
        "2 runs made, 1 known from before",
        "Make it live all the same",
    ):
        assert words in shown.words, words
    assert "<b> instead" not in shown.text


async def test_making_it_live(site: Site) -> None:
    """One button makes a version live; then the problem is in its contest and the page says so."""
    visitor, page = await _uploaded(site)
    await _verify(site, State.UNEXPECTED, FOUND)

    answer = await visitor.post(page, {"decision": "live"})
    shown = await visitor.get(page)

    assert (answer.status, answer.headers["Location"]) == (303, page)
    assert "New submissions are judged by this version" in shown.words
    assert "Two Sums" in (await visitor.get("/contests/spring")).words


@pytest.mark.parametrize("decision", ["live", "nonsense", ""])
async def test_what_cannot_be_decided(site: Site, decision: str) -> None:
    """A version with errors does not go live, and a form that says nothing changes nothing."""
    visitor, page = await _uploaded(site)
    await _verify(site, State.ERRORS, {"errors": ["data/secret/1.in: rejected"]})

    answer = await visitor.post(page, {"decision": decision})

    assert answer.status == 409
    assert 'role="alert"' in answer.text
    assert "data/secret/1.in: rejected" in answer.words
    assert "It cannot go live like this" in (await visitor.get(page)).words


async def test_replacing_asks_first(site: Site) -> None:
    """Where another version is live a new one waits to be confirmed, and what differs is shown."""
    visitor, _ = await _uploaded(site)
    await _verify(site, State.EXPECTED, FOUND)
    changed = zipped({"data/secret/1.ans": "12\n", "data/secret/2.in": "1 1\n", "data/secret/2.ans": "2\n"})
    page = (await _api(site, "/api/problems", changed)).headers["Location"].removeprefix("/api/problems")
    page = f"/packages{page}"

    shown = await visitor.get(page)
    await visitor.post(page, {"decision": "confirm"})
    confirmed = await visitor.get(page)
    await _verify(site, State.EXPECTED, FOUND)

    assert "It replaces the version that is live only if you say so" in shown.words
    assert "1 test case added" in " ".join(shown.words.split())
    assert "1 test case changed" in " ".join(shown.words.split())
    assert "It goes live once everything is as expected" in confirmed.words
    assert "New submissions are judged by this version" in (await visitor.get(page)).words


async def test_the_zip_comes_back(site: Site) -> None:
    """Byte for byte, as a download."""
    visitor, page = await _uploaded(site)

    async with visitor.client.get(f"{page}.zip") as answer:
        content = await answer.read()

    assert content == zipped()
    assert answer.headers["Content-Disposition"].startswith("attachment")


async def test_programs(site: Site) -> None:
    """Uploading, listing, watching and making live with nothing but a login and a password."""
    await site.contest(lasts=None)
    await site.account("setter", Role.SETTER)

    taken = await _api(site, "/api/problems", zipped())
    address = taken.headers["Location"]
    early = await site.visitor().client.post(f"{address}/live", headers={"Authorization": SETTER})
    await _verify(site, State.UNEXPECTED, FOUND)
    one = await _api(site, address)
    listed = await _api(site, "/api/problems/two-sums/versions")
    live = await site.visitor().client.post(f"{address}/live", headers={"Authorization": SETTER})

    assert taken.status == 202, taken.text
    assert early.status == 409
    assert one.json["state"] == "unexpected" and one.json["report"]["submissions"][0]["verdict"] == "WA"
    assert [item["url"] for item in listed.json] == [address]
    assert live.status == 200 and (await live.json())["is_live"]


async def test_programs_hear_what_is_wrong(site: Site) -> None:
    """Everything that is wrong with a package, as JSON, and nothing is kept."""
    await site.contest(lasts=None)
    await site.account("setter", Role.SETTER)

    answer = await _api(site, "/api/problems", zipped({"data/secret/1.ans": None}))

    assert answer.status == 422
    assert any(text.startswith("data/secret/1.in: ") for text in answer.json["problems"])
    assert (await _api(site, "/api/problems/two-sums/versions")).status == 404


@pytest.mark.parametrize(
    ("login", "status"),
    [
        (None, 401),
        (encode_basic_auth("setter", "wrong"), 401),
        (encode_basic_auth("ada", PASSWORD), 404),
        (encode_basic_auth("x", ""), 401),
    ],
)
async def test_programs_that_may_not(site: Site, login: str | None, status: int) -> None:
    """Without a right password it is 401, and for contestants there is no such thing."""
    await site.contest(lasts=None)
    await site.account("setter", Role.SETTER)
    await site.account("ada")

    answer = await _api(site, "/api/problems", zipped(), login=login)

    assert answer.status == status, answer.text
    async with site.pool.acquire() as connection:
        assert await connection.fetchval("SELECT count(*) FROM verifications") == 0
