"""Guessing passwords: from one address or many, it is slow, and keeps nobody out of where they log in."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from html import unescape

import pytest
import pytest_asyncio
from aiohttp import encode_basic_auth

from judge.config import Settings
from judge.store import origins
from judge.store.accounts import Role
from judge.store.pool import Pool
from tests.website import PASSWORD, Page, Site, Visitor, serving
from web import rates

GUESS = "a guess"
SLOWED = "/admin/users/slowed"
HOME, ELSEWHERE = "192.0.2.1", "198.51.100.7"


@pytest_asyncio.fixture
async def proxied_site(dsn: str, pool: Pool, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Site]:
    """A site behind a proxy, to which visitors come from where they like; guesses are few before there are too many."""
    monkeypatch.setattr(rates, "LOGIN", replace(rates.LOGIN, tries=4))
    monkeypatch.setattr(rates, "LOGIN_ELSEWHERE", replace(rates.LOGIN_ELSEWHERE, tries=4))
    monkeypatch.setattr(rates, "LOGIN_SLOWLY", replace(rates.LOGIN_SLOWLY, tries=1))
    async with serving(Settings(web_trusted_proxies=("127.0.0.1",)), dsn, pool) as made:
        await made.account("ada")
        yield made


async def _log_in(visitor: Visitor, address: str, *, login: str = "ada", password: str = PASSWORD) -> Page:
    fields = {"login": login, "password": password}
    return await visitor.post("/login", fields, headers={"X-Forwarded-For": address})


def _outlive_session(visitor: Visitor) -> None:
    visitor.client.session.cookie_jar.clear(lambda cookie: cookie.key == "session")


async def _leave(visitor: Visitor) -> None:
    assert (await visitor.post("/logout", form_on="/account")).status == 303


async def _guess_from_everywhere(site: Site, login: str = "ada") -> None:
    """As often as is allowed at all places together, then from one of them as often as is allowed there."""
    addresses = (*(f"203.0.113.{number}" for number in range(4)), ELSEWHERE)
    answers = [await _log_in(site.visitor(), address, login=login, password=GUESS) for address in addresses]
    assert [answer.status for answer in answers] == [400] * 5


async def test_many_addresses(proxied_site: Site) -> None:
    """After many guesses from wherever, each address has few more, for a login that is nobody's as well."""
    for login in ("Ada", "nobody"):
        await _guess_from_everywhere(proxied_site, login)

        refused = await _log_in(proxied_site.visitor(), ELSEWHERE, login=login)
        assert (refused.status, "Log in where you have logged in before" in refused.words) == (429, True)


async def test_nobody_is_kept_out(proxied_site: Site) -> None:
    """While somebody guesses, one logs in with the browser or at the address of before, a program there, or anew."""
    laptop = proxied_site.visitor()
    assert (await _log_in(laptop, HOME)).status == 303
    _outlive_session(laptop)
    await _guess_from_everywhere(proxied_site)

    assert (await _log_in(proxied_site.visitor(), ELSEWHERE)).status == 429
    assert (await _log_in(laptop, ELSEWHERE)).status == 303
    assert (await _log_in(proxied_site.visitor(), HOME)).status == 303
    assert (await _log_in(proxied_site.visitor(), "192.0.2.99")).status == 303
    headers = {"Authorization": encode_basic_auth("ada", PASSWORD), "X-Forwarded-For": HOME}
    assert (await proxied_site.visitor().open("/api/submissions/1", **headers)).status == 404


async def test_a_neighbour_keeps_nobody_out(proxied_site: Site) -> None:
    """Who guesses at the address that one shares with them uses up their own tries."""
    laptop = proxied_site.visitor()
    assert (await _log_in(laptop, HOME)).status == 303
    _outlive_session(laptop)
    neighbour = proxied_site.visitor()
    guesses = [await _log_in(neighbour, HOME, password=GUESS) for _ in range(4)]

    # The first of the tries at this address was the login.
    assert [answer.status for answer in guesses] == [400] * 3 + [429]
    assert (await _log_in(laptop, HOME)).status == 303


async def test_a_browser_is_known_for_its_own_accounts(proxied_site: Site) -> None:
    """A browser in which somebody logs in counts for nothing with another account, nor does a token made up."""
    await proxied_site.account("eve")
    browser = proxied_site.visitor()
    assert (await _log_in(browser, ELSEWHERE, login="eve")).status == 303
    await _leave(browser)
    await _guess_from_everywhere(proxied_site)

    assert (await _log_in(browser, ELSEWHERE)).status == 429
    browser.client.session.cookie_jar.update_cookies({"browser": "x" * 20})
    assert (await _log_in(browser, ELSEWHERE)).status == 429


async def test_who_logs_out_is_known_no_more(proxied_site: Site) -> None:
    """A browser that its owner leaves is a stranger's again, as is a token that was copied from it before."""
    shared = proxied_site.visitor()
    assert (await _log_in(shared, HOME)).status == 303
    copied = shared.cookies["browser"]
    await _leave(shared)
    await _guess_from_everywhere(proxied_site)

    assert "browser" not in shared.cookies
    assert (await _log_in(shared, ELSEWHERE)).status == 429
    shared.client.session.cookie_jar.update_cookies({"browser": copied})
    assert (await _log_in(shared, ELSEWHERE)).status == 429
    assert (await _log_in(shared, HOME)).status == 303


async def test_a_browser_is_known_for_the_last_account(proxied_site: Site) -> None:
    """Where somebody else logs in, whoever never logged out is a stranger; whoever comes again keeps the token."""
    await proxied_site.account("eve")
    shared = proxied_site.visitor()
    tokens = []
    for login in ("ada", "ada", "eve", "eve"):
        assert (await _log_in(shared, HOME, login=login)).status == 303
        tokens.append(shared.cookies["browser"])
        _outlive_session(shared)
    await _guess_from_everywhere(proxied_site)

    assert (tokens[0], tokens[2]) == (tokens[1], tokens[3])
    assert tokens[0] != tokens[2]
    assert (await _log_in(shared, ELSEWHERE)).status == 429
    assert (await _log_in(shared, ELSEWHERE, login="eve")).status == 303


def _row(page: Page, start: str) -> str:
    """The row of the table that begins so; empty where there is none."""
    rows = page.text.partition("<tbody>")[2].split("</tr>")
    words = [" ".join(unescape(re.sub(r"<[^>]*>", " ", row)).split()) for row in rows]
    return next((row for row in words if row.startswith(start)), "")


async def test_admins_see_who_is_slowed_down(proxied_site: Site) -> None:
    """Accounts of which too much was tried, with where, how often and until when; and no logins that are made up."""
    admin = await proxied_site.logged_in("root", Role.ADMIN)
    assert "Nobody is slowed down now" in (await admin.get(SLOWED)).words
    # The last of these is no try at the account whose login it ends in.
    for login in ("ADA", "nobody", "x root"):
        await _guess_from_everywhere(proxied_site, login)

    page = await admin.get(SLOWED)
    account = await admin.get("/admin/users/1")

    assert page.text.count("</tr>") == 3
    everywhere = _row(page, "ada all places that are new to the account")
    assert re.search(r"account 5 since 20\S+ \S+ UTC until 20\S+ \S+ UTC Allow now", everywhere)
    assert _row(page, f"ada {ELSEWHERE} 1 since")
    assert re.search(rf"{ELSEWHERE}: 1 try since .* slowed down until ", account.words)
    assert "Slowed down" not in (await admin.get("/admin/users/2")).words


async def test_admins_let_somebody_try(proxied_site: Site) -> None:
    """Whoever is at the desk logs in at once, and nobody else; the audit log has who let them."""
    admin = await proxied_site.logged_in("root", Role.ADMIN)
    await proxied_site.account("eve")
    for login in ("ada", "eve"):
        await _guess_from_everywhere(proxied_site, login)

    answer = await admin.post("/admin/users/1", {"action": "let try"})

    assert answer.headers["Location"] == "/admin/users/1"
    assert "Slowed down" not in (await admin.get("/admin/users/1")).words
    assert _row(await admin.get(SLOWED), "eve")
    assert (await _log_in(proxied_site.visitor(), ELSEWHERE)).status == 303
    assert (await _log_in(proxied_site.visitor(), ELSEWHERE, login="eve")).status == 429
    async with proxied_site.pool.acquire() as connection:
        log = await connection.fetch(
            "SELECT login, data FROM audit_log JOIN users ON users.id = user_id WHERE action = 'let try to log in'"
        )
    assert [tuple(row) for row in log] == [("root", {"user_id": 1})]


async def test_admins_let_an_address_try(proxied_site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """An address from which too much was tried is let in again as a whole; one that was not, is not."""
    admin = await proxied_site.logged_in("root", Role.ADMIN)
    monkeypatch.setattr(rates, "LOGIN_ADDRESS", replace(rates.LOGIN_ADDRESS, tries=1))
    visitor, address = proxied_site.visitor(), "2001:db8::7"
    assert (await _log_in(visitor, address, login="nobody")).status == 400
    assert (await _log_in(visitor, address)).status == 429
    assert _row(await admin.get(SLOWED), "everybody there 2001:db8::/64 2 since")

    refused = await admin.post(SLOWED, {"address": "2001:db8:1::/64"})
    answer = await admin.post(SLOWED, {"address": "2001:db8::/64"})

    assert (refused.status, "Nobody is slowed down there now" in refused.words) == (400, True)
    assert (await admin.post(SLOWED, {"address": "\0"})).status == 400
    assert (answer.status, _row(await admin.get(SLOWED), "everybody there 2001:")) == (303, "")
    assert (await _log_in(visitor, address)).status == 303


async def test_codes_and_browsers_are_slowed_down_too(proxied_site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Too many one-time codes, and too many tries in a browser that is known, are told apart."""
    monkeypatch.setattr(rates, "CODE", replace(rates.CODE, tries=1))
    laptop = proxied_site.visitor()
    assert (await _log_in(laptop, HOME)).status == 303
    _outlive_session(laptop)
    for _ in range(4):
        await _log_in(laptop, ELSEWHERE, password=GUESS)
    async with proxied_site.pool.acquire() as connection:
        await rates.count(connection, rates.CODE, "1")
    admin = await proxied_site.logged_in("root", Role.ADMIN)

    account = await admin.get("/admin/users/1")
    await admin.post("/admin/users/1", {"action": "let try"})

    assert "a browser where its owner logged in before: 4 tries" in account.words
    assert "one-time codes, after the right password: 1 try since" in account.words
    assert "Nobody is slowed down now" in (await admin.get(SLOWED)).words


async def test_the_latest_are_kept(proxied_site: Site) -> None:
    """What is kept of an account's has a bound, and is hashes."""
    for number in range(origins.MOST_KEPT):
        async with proxied_site.pool.acquire() as connection:
            await origins.remember(connection, 1, [b"%d" % number])
    assert (await _log_in(proxied_site.visitor(), HOME)).status == 303

    async with proxied_site.pool.acquire() as connection:
        kept = [row["origin_hash"] for row in await connection.fetch("SELECT origin_hash FROM login_origins")]
    assert len(kept) == origins.MOST_KEPT
    assert sum(len(each) == 32 for each in kept) == 2
