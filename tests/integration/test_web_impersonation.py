"""Admins who look at the site as a contestant: for reading only, for a while, and the audit log knows."""

from __future__ import annotations

import pytest

from judge.store.accounts import Role
from judge.verdicts import Verdict
from tests.website import Site, Visitor

END = "/impersonation/end"


async def _acting(site: Site, account_id: int) -> Visitor:
    """An admin who has just begun to look at the site as that account."""
    admin = await site.logged_in("root", Role.ADMIN)
    page = f"/admin/users/{account_id}"
    answer = await admin.post(f"{page}/impersonate", {"reason": "they see no verdict"}, form_on=page)
    assert (answer.status, answer.headers["Location"]) == (303, "/")
    return admin


async def _log(site: Site) -> list[tuple[str, str]]:
    async with site.pool.acquire() as connection:
        rows = await connection.fetch(
            "SELECT u.login, action FROM audit_log JOIN users u ON u.id = user_id WHERE action LIKE '%impersonation'"
            " ORDER BY audit_log.id"
        )
    return [(row["login"], row["action"]) for row in rows]


async def test_what_is_seen(site: Site) -> None:
    """The contestant's own pages and no others, below a banner; and afterwards one's own again."""
    seeded = await site.contest()
    ada = await site.account("ada")
    own = await site.submission(seeded, ada)
    other = await site.submission(seeded, await site.account("bob"))
    await site.judge(own, Verdict.AC)
    admin = await _acting(site, ada)
    seen = await admin.get(f"/submissions/{own}")
    assert (seen.status, "You look at the site as Ada sees it" in seen.words) == (200, True)
    for hidden in (f"/submissions/{other}", "/admin", "/admin/users", "/packages", "/contests/spring/balloons"):
        assert (await admin.get(hidden)).status == 404, hidden
    for private in ("/account", "/account/sessions", "/account/tokens", "/account/two-step", "/login/sign-on"):
        assert (await admin.get(private)).status == 403, private
    assert (await admin.post(END, form_on="/")).headers["Location"] == f"/admin/users/{ada}"
    back = await admin.get("/admin")
    assert (back.status, "You look at the site as" in back.words) == (200, False)
    assert await _log(site) == [("root", "begin impersonation"), ("root", "end impersonation")]
    assert "they see no verdict" in (await admin.get("/admin/audit")).words


async def test_nothing_can_be_changed(site: Site) -> None:
    """No form of theirs is taken, and what they have not read stays unread."""
    seeded = await site.contest()
    ada = await site.account("ada")
    async with site.pool.acquire() as connection:
        await connection.execute("INSERT INTO clarifications (contest_id, text) VALUES ($1, 'Hi')", seeded.contest_id)
    admin = await _acting(site, ada)
    for path, fields in [
        ("/contests/spring/problems/A", {"language": "python3", "source": "print(1)"}),
        ("/contests/spring/clarifications", {"problem": "", "text": "Why?"}),
        ("/account", {"old_password": "x"}),
        ("/account/tokens", {"name": "x"}),
        (f"/admin/users/{ada}", {"action": "disable"}),
    ]:
        answer = await admin.post(path, fields, form_on="/")
        assert (answer.status, "can only read" in answer.words) == (403, True), path
    assert "1 new" in (await admin.get("/contests/spring/clarifications")).words
    assert "1 new" in (await admin.get("/contests/spring")).words
    async with site.pool.acquire() as connection:
        assert await connection.fetchval("SELECT count(*) FROM submissions") == 0
        assert await connection.fetchval("SELECT count(*) FROM clarification_readers") == 0


async def test_only_as_contestants(site: Site) -> None:
    """Never as an admin or a setter, as who is locked out or not there, or without a reason; nor by anybody else."""
    admin = await site.logged_in("root", Role.ADMIN)
    ada = await site.account("ada")
    setter, other = await site.account("setter", Role.SETTER), await site.account("other", Role.ADMIN)
    reason = {"reason": "to see"}
    for account_id in (setter, other):
        answer = await admin.post(f"/admin/users/{account_id}/impersonate", reason, form_on="/admin/users")
        assert (answer.status, "contestants only" in answer.words) == (400, True)
    assert (await admin.post("/admin/users/999999/impersonate", reason, form_on="/admin/users")).status == 404
    assert (await admin.post(f"/admin/users/{ada}/impersonate", {}, form_on="/admin/users")).status == 400
    for login in ("setter", "ada"):
        visitor = site.visitor()
        await visitor.log_in(login)
        answer = await visitor.post(f"/admin/users/{other}/impersonate", reason, form_on="/account")
        assert answer.status == 404
    await admin.post(f"/admin/users/{ada}", {"action": "disable"})
    assert (await admin.post(f"/admin/users/{ada}/impersonate", reason, form_on="/admin/users")).status == 400
    assert await _log(site) == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE sessions SET acting_until = now() WHERE acting_as IS NOT NULL",
        "UPDATE users SET role = 'setter' WHERE login = 'ada'",
        "UPDATE users SET disabled_at = now() WHERE login = 'ada'",
        "DELETE FROM sessions WHERE acting_as IS NOT NULL",
    ],
)
async def test_how_it_ends(site: Site, statement: str) -> None:
    """In time, with what the account was, or with the session; and the log says so each time."""
    admin = await _acting(site, await site.account("ada"))
    async with site.pool.acquire() as connection:
        await connection.execute(statement)
    assert "You look at the site as" not in (await admin.get("/")).words
    assert await _log(site) == [("root", "begin impersonation"), ("root", "end impersonation")]


async def test_who_is_admin_no_more(site: Site) -> None:
    """It is not a way to keep looking: without the role the session is the account's own."""
    admin = await _acting(site, await site.account("ada"))
    await site.account("other", Role.ADMIN)
    async with site.pool.acquire() as connection:
        await connection.execute("UPDATE users SET role = 'contestant' WHERE login = 'root'")
    assert "Root" in (await admin.get("/account")).words
    assert (await _log(site))[-1] == ("root", "end impersonation")


async def test_forms_of_before(site: Site) -> None:
    """A form that was made for one of the two accounts is not taken for the other."""
    ada = await site.account("ada")
    admin = await _acting(site, ada)
    page = await admin.get("/")
    token = page.text.partition('name="csrf" value="')[2].partition('"')[0]
    assert (await admin.post_raw(END, {}, csrf=token)).status == 303
    assert (await admin.post_raw(f"/admin/users/{ada}", {"action": "disable"}, csrf=token)).status == 403
