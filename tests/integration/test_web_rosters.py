"""Importing accounts, on the page and by command, and the log of who did what."""

from __future__ import annotations

import re

from aiohttp import FormData

from judge.store import accounts
from judge.store.accounts import Role
from tests.website import Site

FORM = "/admin/users/import"


async def test_an_import(site: Site) -> None:
    """Each account gets a slip with a password that it can log in with; the log says who made how many."""
    admin = await site.logged_in("root", Role.ADMIN)
    answer = await admin.post(FORM, {"list": "t1,Null Pointers\nt2,<b>Bold</b>\n", "role": "contestant"})
    assert answer.status == 200
    assert "2 accounts were made" in answer.words
    assert "<b>Bold" not in answer.text
    passwords = re.findall(r"<code>([a-z0-9]{4}-[a-z0-9]{4}-[a-z0-9]{4})</code>", answer.text)
    assert len(passwords) == 2
    assert (await site.visitor().log_in("t2", passwords[1])).status == 303
    assert (await site.visitor().log_in("t2", passwords[0])).status != 303

    log = await admin.get("/admin/audit?action=import+accounts&login=ROOT")
    assert "import accounts" in log.words
    assert '"count": 2' in log.words
    assert "Nothing of that kind" in (await admin.get("/admin/audit?login=nobody")).words
    assert passwords[0] not in (await admin.get("/admin/audit")).text


async def test_a_file(site: Site) -> None:
    """A file counts more than what is in the field."""
    admin = await site.logged_in("root", Role.ADMIN)
    data = FormData({"list": "other,Other", "role": "setter"})
    data.add_field("file", b"accounts\t1\nteam\tSetters\ts1\tlong enough\n", filename="accounts.tsv")
    assert (await admin.post(FORM, data)).status == 200
    async with site.pool.acquire() as connection:
        account = await accounts.by_login(connection, "s1")
        assert account is not None
        assert (account.name, account.role) == ("Setters", Role.SETTER)
        assert await accounts.by_login(connection, "other") is None


async def test_all_or_none(site: Site) -> None:
    """One login that is taken, or one line that is wrong, and nothing is made; the list is there to be mended."""
    admin = await site.logged_in("root", Role.ADMIN)
    taken = await admin.post(FORM, {"list": "new,New\nROOT,Root\n", "role": "contestant"})
    assert (taken.status, "These logins are taken: ROOT" in taken.words) == (400, True)
    wrong = await admin.post(FORM, {"list": "new,New\nnot a login,x\n", "role": "contestant"})
    assert (wrong.status, "Line 2" in wrong.words, "new,New" in wrong.text) == (400, True, True)
    assert (await admin.post(FORM, {"list": "new,New", "role": "admin"})).status == 400
    async with site.pool.acquire() as connection:
        assert await accounts.by_login(connection, "new") is None


async def test_more_than_a_browser_waits_for(site: Site) -> None:
    """A long list is for the command, which has time; nothing of it is made."""
    admin = await site.logged_in("root", Role.ADMIN)
    answer = await admin.post(FORM, {"list": "\n".join(f"t{n},Team" for n in range(301)), "role": "contestant"})
    assert (answer.status, "judge user import" in answer.words) == (400, True)
    async with site.pool.acquire() as connection:
        assert await connection.fetchval("SELECT count(*) FROM users") == 1


async def test_an_empty_log(site: Site) -> None:
    """Nothing has been done yet, and the page says so."""
    admin = await site.logged_in("root", Role.ADMIN)
    assert "Nobody has done anything yet" in (await admin.get("/admin/audit")).words
