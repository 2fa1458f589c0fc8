"""Accounts as admins see and change them: looking for some, groups, many at a time."""

from __future__ import annotations

import re
from datetime import timedelta

from judge.store import accounts, authenticators, directory, tokens
from judge.store.accounts import Role
from judge.store.directory import Wanted
from judge.store.tokens import Scope
from tests.website import Site

USERS = "/admin/users"


async def _logins(site: Site, wanted: Wanted) -> list[str]:
    async with site.pool.acquire() as connection:
        return [one.login for one in await directory.page(connection, wanted=wanted, after_login="", limit=100)]


async def test_looking_for_accounts(site: Site) -> None:
    """By a part of login or name, by group and by role; signs that databases match with mean themselves."""
    admin = await site.logged_in("root", Role.ADMIN)
    await site.account("ada", name="Ada 100%")
    await site.account("bob", Role.SETTER, name="Bob_Builder")
    for query, found in [
        ("", ["ada", "bob", "root"]),
        ("text=ADA", ["ada"]),
        ("text=100%25", ["ada"]),
        ("text=%25", ["ada"]),
        ("text=_", ["bob"]),
        ("role=setter", ["bob"]),
        ("role=nobody", ["ada", "bob", "root"]),
        ("group=nothing", []),
        ("text=%00", ["ada", "bob", "root"]),
        ("after=bob", ["root"]),
    ]:
        page = await admin.get(f"{USERS}?{query}")
        assert (page.status, re.findall(r'<a href="/admin/users/\d+">([^<]*)</a>', page.text)) == (200, found), query


async def test_groups(site: Site) -> None:
    """Those that are ticked are in the group afterwards, and nobody else; an empty group takes them out."""
    admin = await site.logged_in("root", Role.ADMIN)
    ada, bob = await site.account("ada"), await site.account("bob")
    await site.account("cy")
    ticked = {f"account-{ada}": "on", f"account-{bob}": "on"}
    answer = await admin.post(USERS, {"action": "group", "group": " Lund <b> ", **ticked})
    assert answer.status == 303
    assert await _logins(site, Wanted(group_name="Lund <b>")) == ["ada", "bob"]
    page = await admin.get(f"{USERS}?group=Lund+%3Cb%3E")
    assert ("<b>" not in page.text, "Lund <b>" in page.words) == (True, True)

    assert (await admin.post(f"{USERS}/{bob}", {"action": "group", "group": ""})).status == 303
    assert await _logins(site, Wanted(group_name="Lund <b>")) == ["ada"]
    log = await admin.get("/admin/audit?action=set+group")
    assert f'"user_ids": [{ada}, {bob}]' in log.words

    for fields, said in [
        ({"group": "x" * 61, **ticked}, "longer than 60"),
        ({"group": "a\nb", **ticked}, "cannot be shown"),
        ({"group": "Oslo"}, "Tick the accounts"),
        ({"group": "Oslo", "account-999999999999": "on", **ticked}, "not there any more"),
        ({"group": "Oslo", "account-1e3": "on"}, "no such accounts"),
    ]:
        answer = await admin.post(USERS, {"action": "group", **fields})
        assert (answer.status, said in answer.words) == (400, True), fields
    assert await _logins(site, Wanted(group_name="Oslo")) == []


async def test_locking_out_many(site: Site) -> None:
    """All of them or none: the last admin stays, and so does whoever was ticked along."""
    admin = await site.logged_in("root", Role.ADMIN)
    ada = await site.account("ada")
    visitor = site.visitor()
    await visitor.log_in("ada")
    async with site.pool.acquire() as connection:
        root = await accounts.by_login(connection, "root")
    assert root is not None
    both = {f"account-{ada}": "on", f"account-{root.id}": "on"}
    answer = await admin.post(USERS, {"action": "disable", **both})
    assert (answer.status, "only admin left" in answer.words) == (400, True)
    assert (await visitor.get("/account")).status == 200

    assert (await admin.post(USERS, {"action": "disable", f"account-{ada}": "on"})).status == 303
    assert (await visitor.get("/account")).status == 303
    assert "locked out" in (await admin.get(f"{USERS}/{ada}")).words
    assert (await admin.post(USERS, {"action": "enable", f"account-{ada}": "on"})).status == 303
    assert (await visitor.log_in("ada")).headers["Location"] == "/"


async def test_groups_of_an_import(site: Site) -> None:
    """A list may say which group each account is in, and the sheet shows it."""
    admin = await site.logged_in("root", Role.ADMIN)
    listed = "login,name,school\nt1,Null,Lund\nt2,Stack,\n"
    answer = await admin.post(f"{USERS}/import", {"list": listed, "role": "contestant"})
    assert (answer.status, "Lund" in answer.words) == (200, True)
    assert await _logins(site, Wanted(group_name="Lund")) == ["t1"]
    async with site.pool.acquire() as connection:
        assert await directory.groups(connection) == ["Lund"]


async def test_pages_of_the_list(site: Site) -> None:
    """A page has fifty accounts and leads to the next."""
    admin = await site.logged_in("root", Role.ADMIN)
    async with site.pool.acquire() as connection:
        await connection.execute(
            "INSERT INTO users (login, name) SELECT 'team-' || n, 'x' FROM generate_series(1, 60) AS n"
        )
    page = await admin.get(f"{USERS}?text=team")
    assert page.text.count('type="checkbox"') == 50
    further = re.search(r'rel="next" href="([^"]*)"', page.text)
    assert further is not None
    rest = await admin.get(further.group(1).replace("&amp;", "&"))
    assert rest.text.count('type="checkbox"') == 10


async def test_logging_somebody_out(site: Site) -> None:
    """Sessions and tokens of that account end, and of no other; the audit log says who did it."""
    admin, ada = await site.logged_in("root", Role.ADMIN), await site.logged_in("ada")
    async with site.pool.acquire() as connection:
        account = await accounts.by_login(connection, "ada")
        assert account is not None
        token = await tokens.create(
            connection, account_id=account.id, name="x", scope=Scope.READ, lifetime=timedelta(days=1), by=None
        )

        answer = await admin.post(f"{USERS}/{account.id}", {"action": "log out"})

        assert answer.status == 303
        assert await tokens.find(connection, token) is None
        log = await connection.fetchrow(
            "SELECT login, data FROM audit_log JOIN users ON users.id = user_id WHERE action = 'log out'"
        )
    assert log is not None and tuple(log) == ("root", {"user_id": account.id})
    assert (await ada.get("/account")).status == 303
    assert (await admin.get("/account")).status == 200
    assert (await site.visitor().log_in("ada")).status == 303


async def test_resetting_two_step_login(site: Site) -> None:
    """Who lost the phone is asked for the password alone again; where nothing is to be reset, that is said."""
    admin, account_id = await site.logged_in("root", Role.ADMIN), await site.account("ada")
    async with site.pool.acquire() as connection:
        await authenticators.begin(connection, account_id=account_id, secret=b"x" * 20)
        await authenticators.confirm(connection, account_id=account_id, secret=b"x" * 20, step=1, recovery_codes=[])
    assert "Reset two-step login" in (await admin.get(f"{USERS}/{account_id}")).words

    assert (await admin.post(f"{USERS}/{account_id}", {"action": "reset two-step"})).status == 303

    assert "Reset two-step login" not in (await admin.get(f"{USERS}/{account_id}")).words
    assert (await admin.post(f"{USERS}/{account_id}", {"action": "reset two-step"})).status == 404
    assert (await site.visitor().log_in("ada")).headers["Location"] == "/"
