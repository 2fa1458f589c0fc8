"""Who sees and does what: every role against every address."""

from __future__ import annotations

from datetime import timedelta

import pytest

from judge.queueing import rejudging
from judge.store import accounts
from judge.store.accounts import Role
from judge.store.rejudgings import Plan
from judge.store.selections import Selection
from judge.verdicts import Verdict
from tests.website import Site, Visitor, a_run

#: Address, then the answer to a stranger, the contestant it belongs to, another contestant, a setter and an admin.
#: 303 leads to the login page. {own} is a submission, {user} an account.
MATRIX = [
    ("/", 200, 200, 200, 200, 200),
    ("/problems", 200, 200, 200, 200, 200),
    ("/languages", 200, 200, 200, 200, 200),
    ("/healthz", 200, 200, 200, 200, 200),
    ("/contests/spring", 200, 200, 200, 200, 200),
    ("/contests/spring/problems/A", 200, 200, 200, 200, 200),
    ("/contests/spring/problems/A/samples/1.in", 200, 200, 200, 200, 200),
    ("/contests/spring/problems/A/samples/2.in", 404, 404, 404, 404, 404),
    ("/contests/spring/problems/A/samples.zip", 200, 200, 200, 200, 200),
    ("/contests/spring/problems/Z", 404, 404, 404, 404, 404),
    ("/contests/spring/standings", 200, 200, 200, 200, 200),
    ("/contests/spring/submissions", 303, 200, 200, 200, 200),
    ("/contests/spring/clarifications", 303, 200, 200, 200, 200),
    ("/contests/future", 200, 200, 200, 200, 200),
    ("/contests/future/problems/A", 404, 404, 404, 200, 200),
    ("/contests/future/problems/A/samples/1.in", 404, 404, 404, 200, 200),
    ("/contests/future/standings", 200, 200, 200, 200, 200),
    ("/contests/nowhere", 404, 404, 404, 404, 404),
    ("/contests/%00", 404, 404, 404, 404, 404),
    ("/submissions/{own}", 303, 200, 404, 200, 200),
    ("/api/submissions/{own}", 401, 200, 404, 200, 200),
    ("/submissions/{own}/events", 303, 200, 404, 200, 200),
    ("/submissions/{own}/files/1", 303, 200, 404, 200, 200),
    ("/submissions/{own}/listing", 303, 200, 404, 200, 200),
    ("/submissions/{own}/difference?with={own}", 303, 200, 404, 200, 200),
    ("/submissions/999999999", 303, 404, 404, 404, 404),
    ("/submissions/999999999999999999", 303, 404, 404, 404, 404),
    ("/packages", 303, 404, 404, 200, 200),
    ("/packages/upload", 303, 404, 404, 200, 200),
    ("/packages/sum/versions", 303, 404, 404, 200, 200),
    ("/packages/sum/versions/{version}", 303, 404, 404, 200, 200),
    ("/packages/sum/versions/999999999999999999", 303, 404, 404, 404, 404),
    # It was read from a folder.
    ("/packages/sum/versions/{version}.zip", 303, 404, 404, 404, 404),
    ("/packages/nowhere/versions", 303, 404, 404, 404, 404),
    ("/api/problems/sum/versions", 401, 404, 404, 200, 200),
    ("/api/problems/sum/versions/{version}", 401, 404, 404, 200, 200),
    ("/contests/spring/problems/A/statements/en.md", 200, 200, 200, 200, 200),
    ("/contests/spring/problems/A/pictures/en.md/none.png", 404, 404, 404, 404, 404),
    ("/contests/spring/problems/A/attachments/none.txt", 404, 404, 404, 404, 404),
    ("/account", 303, 200, 200, 200, 200),
    ("/account/two-step", 303, 200, 200, 200, 200),
    ("/account/sessions", 303, 200, 200, 200, 200),
    ("/account/tokens", 303, 200, 200, 200, 200),
    ("/admin", 303, 404, 404, 404, 200),
    ("/admin/settings", 303, 404, 404, 404, 200),
    ("/admin/users", 303, 404, 404, 404, 200),
    ("/admin/users/addresses", 303, 404, 404, 404, 200),
    ("/admin/users/slowed", 303, 404, 404, 404, 200),
    ("/admin/users/import", 303, 404, 404, 404, 200),
    ("/admin/users/{user}", 303, 404, 404, 404, 200),
    ("/admin/users/999999999999999999", 303, 404, 404, 404, 404),
    ("/admin/audit", 303, 404, 404, 404, 200),
    ("/admin/contests", 303, 404, 404, 404, 200),
    ("/admin/contests/spring", 303, 404, 404, 404, 200),
    ("/admin/contests/nowhere", 303, 404, 404, 404, 404),
    ("/admin/security", 303, 404, 404, 404, 200),
    ("/admin/rejudgings", 303, 404, 404, 404, 200),
    ("/admin/rejudgings/new", 303, 404, 404, 404, 200),
    ("/admin/rejudgings/{rejudging}", 303, 404, 404, 404, 200),
    ("/admin/rejudgings/{rejudging}/submissions/{own}", 303, 404, 404, 404, 200),
    ("/admin/rejudgings/{rejudging}/submissions/999999999", 303, 404, 404, 404, 404),
    ("/admin/rejudgings/999999999999999999", 303, 404, 404, 404, 404),
    ("/api/rejudgings", 401, 404, 404, 404, 200),
    ("/api/rejudgings/{rejudging}", 401, 404, 404, 404, 200),
    ("/admin/queue", 303, 404, 404, 404, 200),
    ("/api/queue", 401, 404, 404, 404, 200),
    ("/admin/judgehosts", 303, 404, 404, 404, 200),
    # All of them ask from this machine; test_web_metrics has those that do not.
    ("/metrics", 200, 200, 200, 200, 200),
]


async def _visitors(site: Site) -> list[Visitor]:
    return [
        site.visitor(),
        await site.logged_in("owner"),
        await site.logged_in("other"),
        await site.logged_in("setter", Role.SETTER),
        await site.logged_in("root", Role.ADMIN),
    ]


async def _id_of(site: Site, login: str) -> int:
    async with site.pool.acquire() as connection:
        account = await accounts.by_login(connection, login)
    assert account is not None
    return account.id


async def test_matrix(site: Site) -> None:
    """Every address answers every role as the table says."""
    spring = await site.contest()
    await site.contest("future", starts_in=timedelta(hours=1), problems=[("A", "secret-plans", "Secret Plans")])
    visitors = await _visitors(site)
    own = await site.submission(spring, await _id_of(site, "owner"))
    await site.judge(own, Verdict.AC, [a_run()])
    user = await _id_of(site, "owner")
    async with site.pool.acquire() as connection:
        plan = Plan(reason="a test", selection=Selection())
        rejudging_id = await rejudging.create(connection, plan, by=None)

    answers = {}
    for path, *_ in MATRIX:
        address = path.format(own=own, user=user, version=spring.version_id, rejudging=rejudging_id)
        answers[path] = tuple([(await visitor.get(address)).status for visitor in visitors])

    assert answers == {path: tuple(expected) for path, *expected in MATRIX}


async def test_posts_of_strangers(site: Site) -> None:
    """What changes something is not for those who are not logged in, even with a token of their own."""
    await site.contest()
    user_id = await site.account("somebody")
    for path in (
        "/contests/spring/problems/A",
        "/account",
        f"/admin/users/{user_id}",
        "/admin/security",
        "/admin/queue",
        "/api/queue",
        "/admin/judgehosts/1",
        "/packages/sum/versions/1",
        "/packages/sum/setters",
        "/packages/sum/contests",
        "/api/problems/sum/versions/1/live",
        "/submissions/1/verdict",
        "/admin/rejudgings",
        "/admin/rejudgings/1",
        "/api/rejudgings",
        "/api/rejudgings/1/apply",
        "/api/submissions/1/verdict",
    ):
        answer = await site.visitor().post(path, {"source": "x"}, form_on="/login")

        assert answer.status == (401 if path.startswith("/api/") else 403), path


@pytest.mark.parametrize("role", [Role.CONTESTANT, Role.SETTER])
async def test_only_admins_change_roles(site: Site, role: Role) -> None:
    """Nobody but an admin makes anybody anything, themselves least of all."""
    visitor = await site.logged_in("eve", role)
    user_id = await _id_of(site, "eve")

    answer = await visitor.post(f"/admin/users/{user_id}", {"action": "role", "role": "admin"}, form_on="/account")

    assert answer.status == 404
    async with site.pool.acquire() as connection:
        assert (await accounts.by_id(connection, user_id)).role is role


async def test_future_problems_are_not_named(site: Site) -> None:
    """Before a contest starts its problems are not so much as named to contestants."""
    await site.contest("future", starts_in=timedelta(hours=1), problems=[("A", "secret-plans", "Secret Plans")])
    visitor = await site.logged_in("ada")

    for path in ("/", "/problems", "/contests/future", "/contests/future/standings"):
        assert "Secret Plans" not in (await visitor.get(path)).text, path
    judge = await site.logged_in("setter", Role.SETTER)
    assert "Secret Plans" in (await judge.get("/contests/future")).text


async def test_unready_problems_are_hidden(site: Site) -> None:
    """A problem without a live version cannot be seen or submitted to."""
    seeded = await site.contest()
    async with site.pool.acquire() as connection:
        await connection.execute("UPDATE problem_versions SET live_at = NULL")
    visitor = await site.logged_in("ada")

    assert seeded.contest_id
    assert (await visitor.get("/contests/spring/problems/A")).status == 404
    assert "Sum of Numbers" not in (await visitor.get("/contests/spring")).text


async def test_lists_show_own_submissions_only(site: Site) -> None:
    """A contestant's list has their own submissions; a judge's has everybody's, with names."""
    spring = await site.contest()
    _, owner, other, setter, _ = await _visitors(site)
    own = await site.submission(spring, await _id_of(site, "owner"))

    assert f"#{own}" in (await owner.get("/contests/spring/submissions")).words
    assert f"#{own}" not in (await other.get("/contests/spring/submissions")).words
    assert "Owner" in (await setter.get("/contests/spring/submissions")).words


async def test_secrets_of_tests(site: Site) -> None:
    """Contestants see that test 2 failed and why in general; names and the checker's words are for judges."""
    spring = await site.contest()
    _, owner, _, setter, _ = await _visitors(site)
    own = await site.submission(spring, await _id_of(site, "owner"))
    run = a_run("secret/02-overflow", Verdict.RTE, reason="killed by signal 11", message="expected 42, got 41")
    await site.judge(own, Verdict.RTE, [a_run("sample/1"), run])

    seen, judged = await owner.get(f"/submissions/{own}"), await setter.get(f"/submissions/{own}")

    assert "killed by signal 11" in seen.words
    assert "Run-time error" in seen.words
    assert "overflow" not in seen.text and "expected 42" not in seen.text
    assert "secret/02-overflow" in judged.words and "expected 42, got 41" in judged.words


async def test_paging(site: Site) -> None:
    """Long lists come in pages of fifty that miss and repeat nothing."""
    spring = await site.contest()
    visitor = await site.logged_in("ada")
    made = [await site.submission(spring, await _id_of(site, "ada")) for _ in range(53)]

    first = await visitor.get("/contests/spring/submissions")
    second = await visitor.get(f"/contests/spring/submissions?before={made[3]}")

    assert f"before={made[3]}" in first.text
    assert [number in first.words for number in (f"#{made[3]} ", f"#{made[52]} ", f"#{made[2]} ")] == [
        True,
        True,
        False,
    ]
    assert [f"#{number} " in second.words for number in made[:4]] == [True, True, True, False]
    assert (await visitor.get("/contests/spring/submissions?before=x%00")).status == 200


async def test_admin_changes_accounts(site: Site) -> None:
    """An admin sets roles and disables accounts; each change is in the audit log with who made it."""
    await site.account("ada")
    ada = await _id_of(site, "ada")
    admin = await site.logged_in("root", Role.ADMIN)

    await admin.post(f"/admin/users/{ada}", {"action": "role", "role": "setter"}, form_on="/admin/users")
    await admin.post(f"/admin/users/{ada}", {"action": "disable"}, form_on="/admin/users")

    async with site.pool.acquire() as connection:
        account = await accounts.by_id(connection, ada)
        log = await connection.fetch("SELECT user_id, action, data FROM audit_log ORDER BY id")
    assert account.role is Role.SETTER and account.is_disabled
    assert [row["action"] for row in log] == ["set role", "disable"]
    assert {row["user_id"] for row in log} == {await _id_of(site, "root")}
    assert log[0]["data"] == {"user_id": ada, "from": "contestant", "to": "setter"}


@pytest.mark.parametrize("fields", [{"action": "role", "role": "setter"}, {"action": "disable"}])
async def test_last_admin_stays(site: Site, fields: dict[str, str]) -> None:
    """The only admin there is cannot be taken away, not even by themselves."""
    admin = await site.logged_in("root", Role.ADMIN)

    answer = await admin.post(f"/admin/users/{await _id_of(site, 'root')}", fields, form_on="/admin/users")

    assert answer.status == 400
    assert "only admin left" in answer.words
    assert (await admin.get("/admin/users")).status == 200


@pytest.mark.parametrize("fields", [{}, {"action": "role", "role": "god"}, {"action": "delete"}])
async def test_unknown_changes_are_refused(site: Site, fields: dict[str, str]) -> None:
    """A forged change is refused as such."""
    admin = await site.logged_in("root", Role.ADMIN)

    answer = await admin.post(f"/admin/users/{await _id_of(site, 'root')}", fields, form_on="/admin/users")

    assert answer.status == 400
    assert "no such change" in answer.words
