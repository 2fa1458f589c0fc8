"""Staff of a contest: who sees and does more than a contestant there, and only there; and balloons."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
from aiohttp import encode_basic_auth

from judge.store import balloons
from judge.store.accounts import Role
from judge.store.staff import ContestRole
from judge.store.tokens import Scope
from judge.verdicts import Verdict
from tests.website import PASSWORD, Seeded, Site, Visitor, a_run

STAFF = "/admin/contests/spring/staff"
BALLOONS = "/contests/spring/balloons"


async def _helper(site: Site, role: str) -> Visitor:
    """Somebody whom an admin has made that in the contest ``spring``."""
    visitor = await site.logged_in(role)
    admin = site.visitor()
    await admin.log_in("root")
    assert (await admin.post(STAFF, {"action": "set", "login": role.upper(), "role": role})).status == 303
    return visitor


@pytest.fixture
async def seeded(site: Site) -> Seeded:
    """An admin, and a contest to help with."""
    await site.account("root", Role.ADMIN)
    return await site.contest()


async def test_what_each_may(site: Site, seeded: Seeded) -> None:
    """Jury and observers see all of the contest, the jury answers, and who brings balloons sees those; there only."""
    other = await site.contest("other", problems=[("A", "knots", "Knots")])
    await site.contest("future", starts_in=timedelta(hours=1), problems=[("A", "plans", "Plans")])
    team = await site.account("team")
    here, there = await site.submission(seeded, team), await site.submission(other, team)
    for submission in (here, there):
        await site.judge(submission, Verdict.WA, [a_run("secret/01-hidden", Verdict.WA)])
    async with site.pool.acquire() as connection:
        await connection.execute(
            "INSERT INTO clarifications (contest_id, from_user_id, text) VALUES ($1, $2, 'Why?')",
            *(seeded.contest_id, team),
        )
    question = "/contests/spring/clarifications/1"
    for role, sees, answers, brings in [
        ("balloons", False, False, True),
        ("observer", True, False, False),
        ("jury", True, True, True),
    ]:
        visitor = await _helper(site, role)
        page = await visitor.get(f"/submissions/{here}")
        assert (page.status, "secret/01-hidden" in page.text) == ((200, True) if sees else (404, False)), role
        assert (await visitor.get(f"/submissions/{here}/events")).status == (200 if sees else 404), role
        assert (await visitor.get(f"/submissions/{there}")).status == 404, role
        listed = await visitor.get("/contests/spring/submissions")
        assert (f"/submissions/{here}" in listed.text) is sees, role
        assert f"/submissions/{there}" not in (await visitor.get("/contests/other/submissions")).text
        assert ("Why?" in (await visitor.get("/contests/spring/clarifications")).text) is sees, role
        answer = await visitor.post(question, {"text": role, "to": "everybody"}, form_on="/account")
        assert answer.status == (303 if answers else 404), role
        assert (await visitor.get(BALLOONS)).status == (200 if brings else 404), role
        assert (await visitor.get("/contests/other/balloons")).status == 404, role
        assert (await visitor.get("/contests/future/problems/A")).status == 404, role
        for path in ("/admin", STAFF, "/packages", "/admin/contests/spring"):
            assert (await visitor.get(path)).status == 404, (role, path)


async def test_they_do_not_compete(site: Site, seeded: Seeded) -> None:
    """Whoever sees everything submits nothing, and whoever has submitted may not see everything."""
    source = {"language": "python3", "source": "print(1)"}
    for role, status in [("jury", 400), ("observer", 400), ("balloons", 303)]:
        visitor = await _helper(site, role)
        answer = await visitor.post("/contests/spring/problems/A", source, form_on="/account")
        assert answer.status == status, role
    admin = site.visitor()
    await admin.log_in("root")
    refused = await admin.post(STAFF, {"action": "set", "login": "balloons", "role": "jury"})
    assert (refused.status, "They have submitted in this contest" in refused.words) == (400, True)
    for fields in (
        {"action": "set", "login": "nobody", "role": "jury"},
        {"action": "set", "login": "jury", "role": "king"},
        {"action": "remove", "account": "999999"},
        {"action": "remove", "account": "²"},
        {"action": "remove", "account": "9" * 30},
        {},
    ):
        assert (await admin.post(STAFF, fields)).status == 400, fields


async def test_before_it_starts(site: Site) -> None:
    """The jury and observers see the problems of their contest; those who bring balloons wait."""
    await site.account("root", Role.ADMIN)
    await site.contest(starts_in=timedelta(hours=1))
    for role, status in [("jury", 200), ("observer", 200), ("balloons", 404)]:
        assert (await (await _helper(site, role)).get("/contests/spring/problems/A")).status == status, role


async def test_the_ceremony(site: Site) -> None:
    """Once the contest has ended its jury may reveal what the freeze kept back; nobody else's, and not before."""
    spring = await site.contest(starts_in=timedelta(hours=-3), lasts=timedelta(hours=2), freezes_in=timedelta(hours=-2))
    other = await site.contest("other", freezes_in=timedelta(minutes=-9), problems=[("A", "knots", "Knots")])
    jury, elsewhere = await site.staff(spring, "jury"), await site.staff(other, "elsewhere")
    others = [
        elsewhere,
        *[await site.staff(spring, role, role) for role in (ContestRole.OBSERVER, ContestRole.BALLOONS)],
        await site.logged_in("setter", Role.SETTER),
        await site.logged_in("ada"),
    ]
    admin = await site.logged_in("root", Role.ADMIN)
    for address in ("/contests/spring/resolver", "/contests/spring/resolver.json"):
        assert [(await each.get(address)).status for each in (jury, admin)] == [200, 200]
        assert [(await each.get(address)).status for each in others] == [404] * len(others)
        assert (await site.visitor().get(address)).status == 303
    early = "/contests/other/resolver.json"
    assert [(await each.get(early)).status for each in (elsewhere, admin)] == [404, 200]
    link = 'href="/contests/spring/resolver"'
    assert [link in (await each.get("/contests/spring/standings")).text for each in (jury, others[1])] == [True, False]


async def test_programs_of_theirs(site: Site) -> None:
    """By password or a token of scope staff a program sees what its account sees on pages; by a lesser one less."""
    await site.account("root", Role.ADMIN)
    spring = await site.contest(freezes_in=timedelta(minutes=-30))
    other = await site.contest("other", problems=[("A", "knots", "Knots")])
    jury, ada = await site.staff(spring, "jury"), await site.account("ada")
    here, there = await site.submission(spring, ada), await site.submission(other, ada)
    for submission in (here, there):
        await site.judge(submission, Verdict.AC, [a_run("secret/01-hidden")])
    async with site.pool.acquire() as connection:
        await connection.execute(
            "INSERT INTO clarifications (contest_id, from_user_id, text) VALUES ($1, $2, 'Why?')",
            *(spring.contest_id, ada),
        )
    made = {scope: await _token(jury, scope) for scope in (Scope.READ, Scope.SUBMIT, Scope.STAFF)}
    for authorization, sees in [
        (encode_basic_auth("jury", PASSWORD), True),
        (encode_basic_auth("ada", PASSWORD), None),
        *((f"Bearer {token}", scope is Scope.STAFF) for scope, token in made.items()),
    ]:
        told = await _told(site.visitor(), authorization, f"/api/submissions/{here}/events")
        assert ("secret/01-hidden" in told) is bool(sees)
        told = await _told(site.visitor(), authorization, "/api/contests/spring/standings")
        assert (json.loads(told)["is_frozen"], '"is_accepted": true' in told) == (not sees, bool(sees))
        told = await _told(site.visitor(), authorization, "/api/contests/spring/clarifications")
        assert ("Why?" in told) is (sees is not False)
        told = await _told(site.visitor(), authorization, "/api/contests/spring/submissions")
        assert [each["id"] for each in json.loads(told)["submissions"]] == ([] if sees is False else [here])
        told = await _told(site.visitor(), authorization, f"/api/submissions/{there}")
        assert (json.loads(told).get("code") == 404) is (sees is not None)


async def _token(visitor: Visitor, scope: Scope) -> str:
    fields = {"action": "create", "name": scope, "scope": scope, "days": "1", "old_password": PASSWORD}
    token = re.search(r"judge_[\w-]+", (await visitor.post("/account/tokens", fields)).text)
    assert token is not None
    return token[0]


async def _told(program: Visitor, authorization: str, path: str) -> str:
    return await (await program.open(path, Authorization=authorization)).text()


async def test_nothing_afterwards(site: Site, seeded: Seeded) -> None:
    """Who is removed is a contestant at once, and so is their token; the log knows."""
    jury = await _helper(site, "jury")
    submission = await site.submission(seeded, await site.account("team"))
    address, bearer = f"/api/submissions/{submission}", f"Bearer {await _token(jury, Scope.STAFF)}"
    assert (await site.visitor().open(address, Authorization=bearer)).status == 200

    admin = site.visitor()
    await admin.log_in("root")
    account = re.search(r'name="account" value="(\d+)"', (await admin.get(STAFF)).text)
    assert account is not None
    assert (await admin.post(STAFF, {"action": "remove", "account": account[1]})).status == 303
    assert (await jury.get(f"/submissions/{submission}")).status == 404
    assert (await site.visitor().open(address, Authorization=bearer)).status == 404
    assert 'value="staff"' not in (await jury.get("/account/tokens")).text
    assert "set contest role" in (await admin.get("/admin/audit")).words
    assert "remove contest role" in (await admin.get("/admin/audit")).words


async def _to_bring(visitor: Visitor) -> list[str]:
    """Who is to get a balloon, in order, with a star for the first."""
    page = (await visitor.get(BALLOONS)).text.partition("<h2>")[0]
    rows = re.findall(r"<tr>.*?</tr>", page, re.DOTALL)
    found = [(re.search(r"<bdi>(.*?)</bdi>", row), "★" in row) for row in rows]
    return [name[1] + ("★" if is_first else "") for name, is_first in found if name]


async def test_balloons(site: Site, seeded: Seeded) -> None:
    """Each problem solved is one balloon, brought once; a rejudging takes it back."""
    runner = await _helper(site, "balloons")
    ada, bob = await site.account("ada"), await site.account("bob")
    assert "Nobody has solved anything yet" in (await runner.get(BALLOONS)).words
    first = await site.submission(seeded, ada)
    second = await site.submission(seeded, bob)
    await site.judge(second, Verdict.AC)
    # Ada may turn out to have been the first.
    assert await _to_bring(runner) == ["Bob"]
    await site.judge(first, Verdict.WA)
    assert await _to_bring(runner) == ["Bob★"]
    again = await site.submission(seeded, ada)
    await site.judge(again, Verdict.AC)
    await site.judge(await site.submission(seeded, ada), Verdict.AC)
    await site.judge(await site.submission(seeded, await site.account("jury", Role.SETTER)), Verdict.AC)
    assert await _to_bring(runner) == ["Bob★", "Ada"]

    to_bob = {"action": "deliver", "problem": str(seeded.problem_id), "account": str(bob)}
    for _ in range(2):
        assert (await runner.post(BALLOONS, to_bob)).status == 303
    assert await _to_bring(runner) == ["Ada"]
    assert "Take back" in (await runner.get(BALLOONS)).words
    for wrong in ({"account": "999999"}, {"problem": "0"}, {"action": "pop"}, {"account": "x"}):
        assert (await runner.post(BALLOONS, {**to_bob, **wrong})).status in (400, 404), wrong

    async with site.pool.acquire() as connection:
        await connection.execute("UPDATE judgings SET verdict = 'WA' WHERE submission_id = $1", second)
    assert "not solved any more" in (await runner.get(BALLOONS)).words
    assert await _to_bring(runner) == ["Ada★"]
    assert (await runner.post(BALLOONS, {**to_bob, "action": "take back"})).status == 303
    assert await _to_bring(runner) == ["Ada★"]
    assert (await runner.post(BALLOONS, to_bob)).status == 404


async def test_many_balloons(site: Site, seeded: Seeded, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page shows the earliest of them, and says of how many."""
    monkeypatch.setattr(balloons, "MOST_WAITING", 2)
    runner = await _helper(site, "balloons")
    for login in ("ada", "bob", "cyd"):
        await site.judge(await site.submission(seeded, await site.account(login)), Verdict.AC)

    assert await _to_bring(runner) == ["Ada★", "Bob"]
    assert "The earliest 2 of 3." in (await runner.get(BALLOONS)).words


async def test_balloons_stop_at_the_freeze(site: Site) -> None:
    """What is solved in the freeze is told to nobody who brings balloons, admins included, and cannot be guessed at."""
    await site.account("root", Role.ADMIN)
    seeded = await site.contest(freezes_in=timedelta(minutes=-1))
    runner, ada = await _helper(site, "balloons"), await site.account("ada")
    await site.judge(await site.submission(seeded, ada), Verdict.AC)
    admin = site.visitor()
    await admin.log_in("root")
    for visitor in (runner, admin):
        assert await _to_bring(visitor) == []
        assert "is not told yet" in (await visitor.get(BALLOONS)).words
    fields = {"action": "deliver", "problem": str(seeded.problem_id), "account": str(ada)}
    assert (await runner.post(BALLOONS, fields, form_on="/account")).status == 404
    await admin.post("/admin/contests/spring", {"action": "unfreeze"})
    assert await _to_bring(runner) == ["Ada★"]


async def test_colours(site: Site, seeded: Seeded) -> None:
    """A problem's colour is chosen among those there are, and stands beside its letter."""
    admin = site.visitor()
    await admin.log_in("root")
    fields = {"action": "relabel", "problem": str(seeded.problem_id), "label": "A"}
    assert (await admin.post("/admin/contests/spring", {**fields, "colour": "mauve"})).status == 400
    assert (await admin.post("/admin/contests/spring", {**fields, "colour": "light blue"})).status == 303
    await site.judge(await site.submission(seeded, await site.account("ada")), Verdict.AC)
    page = await admin.get(BALLOONS)
    assert ("light blue" in page.words, "#6fb7ea" in page.text) == (True, True)
