"""Logging in by address: which addresses are believed, and whose accounts are never opened by them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from ipaddress import ip_network

import pytest
import pytest_asyncio

from judge.config import Settings
from judge.store import accounts, authenticators, networks
from judge.store.accounts import Role
from judge.store.pool import Pool
from tests.website import Page, Site, Visitor, serving

PATH = "/admin/users/addresses"
HERE = "127.0.0.1"


@pytest_asyncio.fixture
async def proxied_site(dsn: str, pool: Pool) -> AsyncIterator[Site]:
    """The site behind a proxy on this machine."""
    async with serving(Settings(web_trusted_proxies=(HERE,)), dsn, pool) as made:
        yield made


async def _list(site: Site, login: str, network: str = HERE) -> int:
    """An account, and the address that is enough for it."""
    account_id = await site.account(login)
    async with site.pool.acquire() as connection:
        await networks.add(connection, [(login, ip_network(network))], by=account_id)
    return account_id


async def _whose(visitor: Visitor, **headers: str) -> str:
    """The name of who is logged in by opening the login page; nothing where nobody is."""
    answer = await visitor.open("/login?next=/problems", **headers)
    if answer.status != 303:
        return ""
    assert answer.headers["Location"] == "/problems"
    page = await visitor.get("/account")
    assert page.status == 200
    return page.text.partition("<bdi>")[2].partition("</bdi>")[0]


async def test_an_address_is_enough(site: Site) -> None:
    """A listed computer's browser is logged in by opening the login page, and by no other; the audit log says so."""
    account_id = await _list(site, "team-1")
    visitor = site.visitor()
    assert "Log in" in (await visitor.get("/")).words

    assert await _whose(visitor) == "Team-1"

    async with site.pool.acquire() as connection:
        log = await connection.fetchrow("SELECT user_id, data FROM audit_log WHERE action = 'log in by address'")
    assert log is not None
    assert tuple(log) == (account_id, {"user_id": account_id, "address": HERE})


async def test_others_elsewhere(site: Site) -> None:
    """Where nothing or another address is listed, the login page asks."""
    assert await _whose(site.visitor()) == ""
    await _list(site, "team-1", "10.0.0.1")
    await _list(site, "team-2", "::1")

    assert await _whose(site.visitor()) == ""


async def test_somebody_else_at_that_computer(site: Site) -> None:
    """After logging out there, somebody else can log in with their password, or the team again by one link."""
    await _list(site, "team-1")
    await site.account("root", Role.ADMIN)
    visitor = site.visitor()
    await _whose(visitor)

    assert (await visitor.post("/logout", form_on="/account")).headers["Location"] == "/login?by=password"

    page = await visitor.get("/login?by=password")
    assert "whose computer this is" in page.words and 'href="/login?next=' in page.text
    fields = {"login": "root", "password": "correct horse battery"}
    assert (await visitor.post("/login", fields, form_on="/login?by=password")).status == 303
    assert (await visitor.get("/admin/users")).status == 200


@pytest.mark.parametrize("who", ["setter", "admin", "jury", "locked", "no password", "two-step"])
async def test_accounts_that_are_worth_more(site: Site, who: str) -> None:
    """An address opens no account of staff, and none that is locked or has an authenticator or no password."""
    account_id = await _list(site, "somebody")
    async with site.pool.acquire() as connection:
        match who:
            case "setter" | "admin":
                await accounts.set_role(connection, account_id=account_id, role=Role(who))
            case "jury":
                contest = await site.contest()
                await connection.execute(
                    "INSERT INTO contest_staff VALUES ($1, $2, 'jury')", contest.contest_id, account_id
                )
            case "no password":
                await connection.execute("UPDATE users SET password_hash = NULL WHERE id = $1", account_id)
            case "locked":
                await accounts.set_disabled(connection, account_id=account_id, is_disabled=True)
            case _:
                await authenticators.begin(connection, account_id=account_id, secret=b"x" * 20)
                await authenticators.confirm(
                    connection, account_id=account_id, secret=b"x" * 20, step=1, recovery_codes=[]
                )

    assert await _whose(site.visitor()) == ""
    assert "not used" in (await (await _admin(site)).get(PATH)).words


@pytest.mark.parametrize("header", ["X-Forwarded-For", "X-Real-IP", "Forwarded", "Client-IP"])
async def test_nobody_makes_up_an_address(site: Site, header: str) -> None:
    """What a request says of its address is nothing, unless a proxy of ours says it."""
    await _list(site, "team-1", "10.0.0.1")

    assert await _whose(site.visitor(), **{header: "for=10.0.0.1" if header == "Forwarded" else "10.0.0.1"}) == ""


@pytest.mark.parametrize(
    ("forwarded_for", "whose"),
    [
        ("10.0.0.1", "Team-1"),
        ("::ffff:10.0.0.1", "Team-1"),
        ("10.0.0.1, 203.0.113.9", ""),
        ("203.0.113.9, 10.0.0.1", "Team-1"),
        ("10.0.0.2", "Team-2"),
        ("2001:db8::7", "Team-3"),
        ("2001:db8::7%eth0", "Team-3"),
        ("team-1", ""),
        ("", ""),
    ],
)
async def test_what_a_proxy_says(proxied_site: Site, forwarded_for: str, whose: str) -> None:
    """Of what a trusted proxy passes on, the nearest address counts, in the narrowest network that it is in."""
    await _list(proxied_site, "team-1", "10.0.0.1")
    await _list(proxied_site, "team-2", "10.0.0.0/24")
    await _list(proxied_site, "team-3", "2001:db8::/64")

    assert await _whose(proxied_site.visitor(), **{"X-Forwarded-For": forwarded_for}) == whose


async def _admin(site: Site) -> Visitor:
    await site.account("root", Role.ADMIN)
    visitor = site.visitor()
    fields = {"login": "root", "password": "correct horse battery"}
    await visitor.post("/login", fields, form_on="/login?by=password")
    return visitor


async def _add(admin: Visitor, text: str) -> Page:
    return await admin.post(PATH, {"action": "add", "list": text})


async def test_listing(site: Site) -> None:
    """An admin lists many at once, moves one to another account, removes one and all; each is in the audit log."""
    for login in ("team-1", "team-2"):
        await site.account(login)
    admin = await _admin(site)

    assert (await _add(admin, "team-1 10.0.0.1\n\n TEAM-2, 10.0.1.0/24\r\nteam-2;2001:db8::1\n")).status == 303
    assert (await _add(admin, "team-2 10.0.0.1")).status == 303
    page = await admin.get(PATH)
    assert all(text in page.words for text in ("10.0.0.1 ", "10.0.1.0/24", "2001:db8::1 "))
    assert (page.text.count(">team-1<"), page.text.count(">team-2<")) == (0, 3)
    await admin.post(PATH, {"action": "remove", "network": "10.0.1.0/24"})
    assert "10.0.1.0/24" not in (await admin.get(PATH)).words
    await admin.post(PATH, {"action": "remove all"})

    async with site.pool.acquire() as connection:
        assert await networks.page(connection, limit=10) == []
        rows = await connection.fetch("SELECT action, data FROM audit_log ORDER BY id")
    assert [row["action"] for row in rows] == ["add addresses"] * 2 + ["remove addresses"] * 2
    assert rows[3]["data"] == {"networks": ["10.0.0.1/32", "2001:db8::1/128"]}


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "Write 1 to"),
        ("team-1", "Line 1"),
        ("team\0 10.0.0.1", "Line 1"),
        ("team-1 10.0.0.1\nteam-1 10.0.0.2 10.0.0.3", "Line 2"),
        ("team-1 10.0.0.256", "not an address"),
        ("team-1 10.0.0.1/24", "not an address"),
        ("team-1 <script>", "not an address"),
        ("team-1 0.0.0.0/0", "too wide"),
        ("team-1 ::/0", "too wide"),
        ("nobody 10.0.0.1", "no contestants' logins: nobody"),
        ("root 10.0.0.1", "no contestants' logins: root"),
        ("team-1 10.0.0.1\nteam-1 10.0.0.1/32", "there twice"),
    ],
)
async def test_what_is_refused(site: Site, text: str, complaint: str) -> None:
    """A list with a slip changes nothing, says what is wrong, and is there to be mended."""
    await site.account("team-1")
    admin = await _admin(site)

    answer = await _add(admin, text)

    assert answer.status == 400
    assert complaint in answer.words
    assert "<script>" not in answer.text.partition("<textarea")[2]
    async with site.pool.acquire() as connection:
        assert await networks.page(connection, limit=10) == []


async def test_a_seat_is_no_password(site: Site) -> None:
    """Whoever sits at a team's computer uses its account, and can neither take it over nor keep a way in."""
    await _list(site, "team-1")
    visitor = site.visitor()
    await _whose(visitor)
    new = {"password": "a new password", "password_again": "a new password"}

    for path, fields in [
        ("/account", new),
        ("/account/tokens", {"action": "create", "name": "x", "scope": "read", "days": "1"}),
        ("/account/two-step", {"action": "begin"}),
    ]:
        answer = await visitor.post(path, fields)
        assert (answer.status, "The password is wrong" in answer.words) == (400, True), path
