"""Rejudgings on pages and over HTTP: choosing, looking at what would change, applying, undoing, overriding."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import encode_basic_auth

from judge.models import Compilation, Judged, Run
from judge.queueing import queue
from judge.scoring import Scoring
from judge.store import accounts, contest_changes, judgehosts
from judge.store.accounts import Role
from judge.verdicts import Verdict
from tests.website import PASSWORD, Seeded, Site, Visitor, a_run

AC, WA = Verdict.AC, Verdict.WA


async def _judge(site: Site, *verdicts: Verdict, runs: tuple[Run, ...] = ()) -> None:
    """Give the first judgings in the queue these verdicts."""
    async with site.pool.acquire() as connection:
        host_id = await judgehosts.register(connection, name="host", slots=1, isolation="local")
        for verdict in verdicts:
            claim = await queue.claim(connection, judgehost_id=host_id, lease_s=30)
            assert claim is not None
            made = runs or (a_run("sample/1", verdict),)
            judged = Judged(verdict=verdict, compilation=Compilation(is_ok=True), runs=made)
            await queue.complete(connection, claim, judged)


async def _solved(site: Site, seeded: Seeded, login: str, *, minutes_ago: int, verdict: Verdict) -> int:
    async with site.pool.acquire() as connection:
        account = await accounts.by_login(connection, login)
    user_id = account.id if account else await site.account(login)
    at = datetime.now(UTC) - timedelta(minutes=minutes_ago)
    submission_id = await site.submission(seeded, user_id, submitted_at=at)
    await site.judge(submission_id, verdict, [a_run("sample/1"), a_run("secret/02-overflow", verdict)])
    return submission_id


async def _made(admin: Visitor, **fields: str) -> str:
    """The address of a new rejudging's preview."""
    answer = await admin.post(
        "/admin/rejudgings", {"reason": "the answer was wrong", **fields}, form_on="/admin/rejudgings/new"
    )
    assert answer.status == 303, answer.words
    return str(answer.headers["Location"])


async def test_from_choosing_to_undoing(site: Site) -> None:
    """An admin counts, makes, looks at, applies and undoes a rejudging on pages alone; contestants see applied ones."""
    spring = await site.contest()
    ada = await _solved(site, spring, "ada", minutes_ago=30, verdict=WA)
    bob = await _solved(site, spring, "bob", minutes_ago=20, verdict=AC)
    admin = await site.logged_in("root", Role.ADMIN)
    contestant = site.visitor()
    await contestant.log_in("ada")
    assert "Nothing was judged again yet" in (await admin.get("/admin/rejudgings")).words
    counted = await admin.get("/admin/rejudgings/new?contest=spring&verdicts=WA,AC")
    assert "2 submissions are like that" in counted.words

    address = await _made(admin, contest="spring")
    assert "0 of 2 judged" in (await admin.get(address)).words
    assert "not judged yet" not in (await admin.get("/admin/rejudgings")).words
    await _judge(site, AC, AC, runs=(a_run("sample/1"), a_run("secret/02-overflow")))

    preview = await admin.get(address)
    assert "2 of 2 judged" in preview.words
    assert f'href="{address}?old=WA&amp;new=AC">1</a>' in preview.text
    assert f"#{ada} " in preview.words and f"#{bob} " not in preview.words
    words = " ".join(preview.words.split())
    assert "Bob 1 → 2" in words.replace("rank ", "")
    assert "First to solve A : Bob → Ada" in words
    everything = await admin.get(f"{address}?old=AC&new=AC")
    assert f"#{bob} " in everything.words and f"#{ada} " not in everything.words
    sides = await admin.get(f"{address}/submissions/{ada}")
    assert sides.text.count("secret/02-overflow") == 1 and 'class="changed"' in sides.text
    assert "Wrong answer" in (await contestant.get(f"/submissions/{ada}")).words

    done = await admin.post(address, {"decision": "apply"})
    assert done.status == 303
    assert "The verdicts of 2 submissions count now" in (await admin.get(address)).words
    page = await contestant.get(f"/submissions/{ada}")
    assert "Accepted" in page.words and "Wrong answer" not in page.words and "Judgings" not in page.words
    history = await admin.get(f"/submissions/{ada}")
    assert "rejudging 1" in history.words and "Wrong answer" in history.words

    again = await admin.post(address, {"decision": "apply"}, form_on="/admin/rejudgings/new")
    assert again.status == 409 and "There is nothing to apply" in again.words
    await admin.post(address, {"decision": "undo"})
    assert "Wrong answer" in (await contestant.get(f"/submissions/{ada}")).words
    await admin.post(address, {"decision": "cancel"})
    assert "It is cancelled" in (await admin.get(address)).words


async def test_a_frozen_scoreboard(site: Site) -> None:
    """The preview says what of it the public would not see, since its scoreboard is frozen."""
    spring = await site.contest(freezes_in=timedelta(minutes=-25))
    await _solved(site, spring, "before", minutes_ago=30, verdict=WA)
    await _solved(site, spring, "after", minutes_ago=20, verdict=WA)
    admin = await site.logged_in("root", Role.ADMIN)
    address = await _made(admin, contest="spring")
    await _judge(site, WA, AC)

    words = " ".join((await admin.get(address)).words.split())

    # One solved it after the freeze, and the other is no longer beside them.
    assert "frozen for the public" in words
    assert words.count("sees nothing") == 2 and "sees a change" not in words


async def test_applying_what_is_shown(site: Site) -> None:
    """On a part of the matrix the button applies that part alone."""
    spring = await site.contest()
    ada = await _solved(site, spring, "ada", minutes_ago=30, verdict=WA)
    bob = await _solved(site, spring, "bob", minutes_ago=20, verdict=Verdict.TLE)
    admin = await site.logged_in("root", Role.ADMIN)
    address = await _made(admin, contest="spring")
    await _judge(site, AC, AC)
    shown = await admin.get(f"{address}?old=TLE&new=AC")
    assert "Apply only what is shown above" in shown.words

    await admin.post(f"{address}?old=TLE&new=AC", {"decision": "apply", "old": "TLE", "new": "AC"})

    assert "Wrong answer" in (await admin.get(f"/submissions/{ada}")).words.split("Judgings")[0]
    assert "Accepted" in (await admin.get(f"/submissions/{bob}")).words.split("Judgings")[0]


async def test_several_times(site: Site) -> None:
    """Judged several times, a submission shows how often it got what, and there is nothing to apply."""
    spring = await site.contest()
    await _solved(site, spring, "ada", minutes_ago=30, verdict=WA)
    admin = await site.logged_in("root", Role.ADMIN)
    address = await _made(admin, repeats="3", contest="spring")
    await _judge(site, AC, Verdict.TLE, AC)

    preview = await admin.get(address)

    words = " ".join(preview.words.split())
    assert "✓ Accepted" in words and "✗ Time limit exceeded" in words and "not steady" in words
    assert "Apply" not in preview.words


async def test_setting_a_verdict(site: Site) -> None:
    """A verdict set by hand is marked as such for everybody; why, and who, only for the jury; it can be taken back."""
    spring = await site.contest()
    ada = await _solved(site, spring, "ada", minutes_ago=30, verdict=WA)
    admin = await site.logged_in("root", Role.ADMIN)
    contestant = site.visitor()
    await contestant.log_in("ada")
    page = f"/submissions/{ada}"

    refused = await admin.post(f"{page}/verdict", {"verdict": "JE", "reason": "x"}, form_on=page)
    assert refused.status == 400
    done = await admin.post(f"{page}/verdict", {"verdict": "AC", "reason": "printer caught <fire>"}, form_on=page)
    assert done.status == 303, done.words

    seen, judged = await contestant.get(page), await admin.get(page)
    assert "Accepted" in seen.words and "The jury set this verdict" in seen.words and "fire" not in seen.words
    assert "set by Root : printer caught <fire>" in " ".join(judged.words.split())
    assert "by the jury" in (await contestant.get("/contests/spring/submissions")).words
    await admin.post(f"{page}/verdict", {"verdict": ""}, form_on=page)
    assert "Wrong answer" in (await contestant.get(page)).words


async def test_offers(site: Site) -> None:
    """A version says how many submissions were judged otherwise; one click fills in the form that judges them again."""
    spring = await site.contest()
    ada = await _solved(site, spring, "ada", minutes_ago=30, verdict=WA)
    async with site.pool.acquire() as connection:
        newer = await connection.fetchval(
            "INSERT INTO problem_versions (problem_id, digest, title, document, live_at) SELECT problem_id,"
            " sha256(digest), title, document, clock_timestamp() FROM problem_versions RETURNING id"
        )
    admin, setter = await site.logged_in("root", Role.ADMIN), await site.logged_in("setter", Role.SETTER)

    page = f"/packages/sum/versions/{newer}"
    assert "1 submission was judged with other tests, limits or checker" in (await setter.get(page)).words
    assert "/admin/rejudgings/new" not in (await setter.get(page)).text
    offered = await admin.get(page)
    assert 'href="/admin/rejudgings/new?problem=sum&amp;stale=1"' in offered.text
    form = await admin.get("/admin/rejudgings/new?problem=sum&stale=1")
    assert "1 submission is like that" in form.words and "checked" in form.text
    await _made(admin, problem="sum", stale="1")
    assert "judged with other tests" not in (await admin.get("/packages/sum/versions/1")).words
    assert ada


async def _api(site: Site, path: str, fields: dict[str, str] | None = None, *, login: str = "root") -> tuple[int, Any]:
    client = site.visitor().client
    headers = {"Authorization": encode_basic_auth(login, PASSWORD)}
    if fields is None:
        answer = await client.get(path, headers=headers)
    else:
        answer = await client.post(path, data=fields, headers=headers)
    return answer.status, await answer.json()


async def test_points(site: Site) -> None:
    """Of a contest that gives points the preview tells these."""
    spring = await site.contest()
    await _solved(site, spring, "ada", minutes_ago=30, verdict=WA)
    admin = await site.logged_in("root", Role.ADMIN)
    async with site.pool.acquire() as connection:
        await contest_changes.alter(connection, "spring", by=None, scoring=Scoring.ATCODER)
    _, made = await _api(site, "/api/rejudgings", {"contest": "spring", "reason": "why not"})
    await _judge(site, AC)

    _, shown = await _api(site, f"/api/rejudgings/{made['id']}")
    page = await admin.get(f"/admin/rejudgings/{made['id']}")

    assert shown["standings"][0]["teams"][0]["score"] == {"old": 0, "new": 100}
    assert "Points 0 → 100" in re.sub(r"\s+", " ", page.words)


async def test_programs(site: Site) -> None:
    """Everything that pages do a program can do too."""
    spring = await site.contest()
    ada = await _solved(site, spring, "ada", minutes_ago=30, verdict=WA)
    await site.account("root", Role.ADMIN)
    words = {"contest": "spring", "reason": "from a program"}

    assert await _api(site, "/api/rejudgings", {**words, "dry_run": "1"}) == (200, {"submissions": 1})
    assert (await _api(site, "/api/rejudgings", {"contest": "spring"}))[0] == 400
    status, made = await _api(site, "/api/rejudgings", words)
    assert (status, made["state"], made["submissions"], made["created_by"]) == (201, "open", 1, "Root")
    address = f"/api/rejudgings/{made['id']}"
    assert (await _api(site, f"{address}/apply", {}))[0] == 409
    await _judge(site, AC)

    _, shown = await _api(site, address)
    assert shown["matrix"] == [{"old": "WA", "new": "AC", "submissions": 1}]
    assert [(each["submission_id"], each["new"]["verdict"]) for each in shown["changes"]] == [(ada, "AC")]
    assert shown["standings"][0]["teams"][0]["solved"] == {"old": 0, "new": 1}
    assert shown["standings"][0]["first_to_solve"] == [{"problem": "A", "old": None, "new": "Ada"}]
    for decision, state in (("apply", "applied"), ("undo", "open"), ("cancel", "cancelled")):
        status, done = await _api(site, f"{address}/{decision}", {})
        assert (status, done["state"]) == (200, state)
    assert [each["id"] for each in (await _api(site, "/api/rejudgings"))[1]["rejudgings"]] == [made["id"]]
    verdict = f"/api/submissions/{ada}/verdict"
    assert (await _api(site, verdict, {"verdict": "AC", "reason": "so"}))[1]["is_overridden"] is True
    assert (await _api(site, verdict, {}))[1]["verdict"] == "WA"
    assert (await _api(site, verdict, {}))[0] == 409
    assert (await _api(site, "/api/rejudgings/999"))[0] == 404


@pytest.mark.parametrize("role", [Role.CONTESTANT, Role.SETTER])
async def test_admins_only(site: Site, role: Role) -> None:
    """Nobody but an admin judges again, applies or sets verdicts, whatever forms they send."""
    spring = await site.contest()
    ada = await _solved(site, spring, "ada", minutes_ago=30, verdict=WA)
    eve = await site.logged_in("eve", role)
    posts: tuple[tuple[str, dict[str, str]], ...] = (
        ("/admin/rejudgings", {"reason": "x", "contest": "spring"}),
        ("/admin/rejudgings/1", {"decision": "apply"}),
        (f"/submissions/{ada}/verdict", {"verdict": "AC", "reason": "x"}),
        ("/api/rejudgings", {"reason": "x", "contest": "spring"}),
        ("/api/rejudgings/1/apply", {}),
        (f"/api/submissions/{ada}/verdict", {"verdict": "AC", "reason": "x"}),
    )

    assert [(await eve.post(path, fields, form_on="/account")).status for path, fields in posts] == [404] * 6
    async with site.pool.acquire() as connection:
        assert await connection.fetchval("SELECT count(*) FROM judgings WHERE NOT is_current OR verdict = 'AC'") == 0
