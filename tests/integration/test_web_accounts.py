"""Registering, logging in and out, and what guards both: cookies, CSRF tokens, origins, rate limits."""

from __future__ import annotations

import pytest

from judge.store import accounts
from judge.store.accounts import Role
from tests.website import PASSWORD, Site

NEW = {"login": "ada", "name": "Ada L.", "password": PASSWORD, "password_again": PASSWORD}


async def test_register_logs_in(site: Site) -> None:
    """Whoever registers is logged in, as a contestant, under the name they gave."""
    visitor = site.visitor()

    answer = await visitor.post("/register", NEW)
    home = await visitor.get("/")

    assert (answer.status, answer.headers["Location"]) == (303, "/")
    assert "Ada L." in home.words
    async with site.pool.acquire() as connection:
        account = await accounts.by_login(connection, "ADA")
    assert account is not None
    assert account.role is Role.CONTESTANT
    assert account.password_hash is not None and account.password_hash.startswith("$argon2id$")


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"login": ""}, "The login is missing"),
        ({"login": "../etc"}, "A login is 1 to 32 letters"),
        ({"login": "a\0b"}, "cannot be shown"),
        ({"login": "taken"}, "is taken"),
        ({"login": "TAKEN"}, "is taken"),
        ({"name": " \t "}, "The name is missing"),
        ({"name": "x" * 101}, "longer than 100"),
        ({"name": "a\nb"}, "cannot be shown"),
        ({"name": "Ada\u202e"}, "cannot be shown"),
        ({"name": "\u200b\u3164"}, "cannot be shown"),
        ({"password": "short", "password_again": "short"}, "8 to 200 characters"),
        ({"password": "aaaaaaaa", "password_again": "aaaaaaaa"}, "too easy to guess"),
        ({"password_again": "something else"}, "differ"),
    ],
)
async def test_register_refuses(site: Site, changes: dict[str, str], complaint: str) -> None:
    """A registration that cannot be meant so is refused with the reason, keeping the login and the name typed."""
    await site.account("taken")

    answer = await site.visitor().post("/register", {**NEW, **changes})

    assert answer.status == 400
    assert complaint in answer.words
    if "name" not in changes:
        assert 'value="Ada L."' in answer.text


async def test_names_of_other_scripts(site: Site) -> None:
    """What joins or separates letters and signs is part of a name."""
    for number, name in enumerate(("\u0645\u06cc\u200c\u0631", "\U0001f469\u200d\U0001f4bb", "\u0e01\u0e34", "7")):
        answer = await site.visitor().post("/register", {**NEW, "login": f"ada{number}", "name": name})
        assert answer.status == 303, answer.words


async def test_registration_closed(closed_site: Site) -> None:
    """Where registration is closed neither the form nor a forged form makes an account."""
    visitor = closed_site.visitor()
    token = (await visitor.get("/login")).text.split('name="csrf" value="')[1].split('"')[0]

    answer = await visitor.post_raw("/register", NEW, csrf=token)

    assert answer.status == 400
    assert "Registration is closed" in answer.words
    async with closed_site.pool.acquire() as connection:
        assert await accounts.by_login(connection, "ada") is None


@pytest.mark.parametrize(("login", "password"), [("ada", "wrong password"), ("nobody", PASSWORD), ("ada", "")])
async def test_login_refuses(site: Site, login: str, password: str) -> None:
    """A wrong password and an unknown login are told apart by nothing."""
    await site.account("ada")

    answer = await site.visitor().log_in(login, password)

    assert answer.status == 400
    assert "Wrong login or password." in answer.words


async def test_disabled_account(site: Site) -> None:
    """Disabling ends the sessions there are and lets nobody log in anew."""
    visitor = await site.logged_in("ada")
    async with site.pool.acquire() as connection:
        account = await accounts.by_login(connection, "ada")
        assert account is not None
        await accounts.set_disabled(connection, account_id=account.id, is_disabled=True)

    assert (await visitor.get("/account")).status == 303
    assert (await site.visitor().log_in("ada")).status == 400


async def test_cookie_flags(site: Site) -> None:
    """Over plain http the session's cookie is kept from scripts and other sites."""
    answer = await site.visitor().get("/login")

    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("session=")
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Path=/" in cookie
    assert "Secure" not in cookie and "Domain" not in cookie


async def test_cookie_flags_https(https_site: Site) -> None:
    """Behind https the cookie is Secure as well, and bound to this very host by its prefix."""
    answer = await https_site.visitor().get("/login")

    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-session=")
    assert "Secure" in cookie and "HttpOnly" in cookie and "Path=/" in cookie and "Domain" not in cookie
    assert "max-age" in answer.headers["Strict-Transport-Security"]


async def test_login_renews_session(site: Site) -> None:
    """The token from before the login is worth nothing after it: it may have been planted."""
    await site.account("ada")
    visitor = site.visitor()
    await visitor.get("/login")
    before = visitor.cookies["session"]

    await visitor.log_in("ada")

    assert visitor.cookies["session"] != before
    stale = site.visitor()
    assert (await stale.get("/account", cookies={"session": before})).status == 303
    async with site.pool.acquire() as connection:
        assert await connection.fetchval("SELECT count(*) FROM sessions") == 1


async def test_tokens_are_stored_hashed(site: Site) -> None:
    """What the database holds cannot be used as a cookie."""
    visitor = await site.logged_in("ada")

    async with site.pool.acquire() as connection:
        stored = await connection.fetchval("SELECT token_hash FROM sessions WHERE user_id IS NOT NULL")

    assert visitor.cookies["session"].encode() not in stored
    assert (await site.visitor().get("/account", cookies={"session": stored.hex()})).status == 303


async def test_expired_session(site: Site) -> None:
    """An expired session is none."""
    visitor = await site.logged_in("ada")
    async with site.pool.acquire() as connection:
        await connection.execute("UPDATE sessions SET expires_at = now()")

    assert (await visitor.get("/account")).headers["Location"] == "/login?next=/account"


async def test_logout(site: Site) -> None:
    """Logging out ends the session in the database, not only in the browser."""
    visitor = await site.logged_in("ada")
    token = visitor.cookies["session"]

    answer = await visitor.post("/logout", form_on="/account")

    assert answer.status == 303
    assert "session" not in visitor.cookies
    assert (await site.visitor().get("/account", cookies={"session": token})).status == 303


async def test_change_password(site: Site) -> None:
    """A new password works, the old one no more, and other browsers are logged out."""
    visitor, elsewhere = await site.logged_in("ada"), site.visitor()
    await elsewhere.log_in("ada")
    fields = {"old_password": PASSWORD, "password": "a new password", "password_again": "a new password"}

    answer = await visitor.post("/account", fields)

    assert "The password is changed" in answer.words
    assert (await visitor.get("/account")).status == 200
    assert (await elsewhere.get("/account")).status == 303
    assert (await site.visitor().log_in("ada", PASSWORD)).status == 400
    assert (await site.visitor().log_in("ada", "a new password")).status == 303


async def test_change_password_needs_the_old_one(site: Site) -> None:
    """A browser left open is not enough to take over an account."""
    visitor = await site.logged_in("ada")
    fields = {"old_password": "a guess", "password": "a new password", "password_again": "a new password"}

    answer = await visitor.post("/account", fields)

    assert answer.status == 400
    assert "The password is wrong" in answer.words
    assert (await site.visitor().log_in("ada", PASSWORD)).status == 303


async def test_login_throttle(site: Site) -> None:
    """After ten tries at one login even the right password has to wait; other logins do not."""
    await site.account("ada")
    await site.account("bob")
    visitor = site.visitor()
    for _ in range(10):
        assert (await visitor.log_in("ada", "a guess")).status == 400

    answer = await visitor.log_in("Ada", PASSWORD)

    assert answer.status == 429
    assert "Too many tries" in answer.words
    assert (await visitor.log_in("bob")).status == 303


@pytest.mark.parametrize(
    "path", ["/login", "/register", "/logout", "/account", "/admin/users/1", "/contests/spring/problems/A"]
)
@pytest.mark.parametrize("csrf", [None, "", "made up"])
async def test_csrf_refused(site: Site, path: str, csrf: str | None) -> None:
    """No form is taken without this session's token, on any address, whoever is logged in."""
    await site.contest()
    admin = await site.logged_in("root", Role.ADMIN)

    answer = await admin.post_raw(path, {"login": "root", "password": PASSWORD, "action": "disable"}, csrf=csrf)

    assert answer.status == 403
    assert (await admin.get("/account")).status == 200


async def test_csrf_of_another_session(site: Site) -> None:
    """A token is good for the session it was made for, and for no other."""
    own, other = await site.logged_in("ada"), await site.logged_in("eve")
    token = (await other.get("/account")).text.split('name="csrf" value="')[1].split('"')[0]

    assert (await own.post_raw("/logout", csrf=token)).status == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
async def test_foreign_origin_refused(site: Site, headers: dict[str, str]) -> None:
    """A form that a browser says comes from another site is refused even with the right token."""
    visitor = await site.logged_in("ada")

    answer = await visitor.post("/logout", form_on="/account", headers=headers)

    assert answer.status == 403
    assert "another site" in answer.words


async def test_own_origin_taken(site: Site) -> None:
    """What browsers send with our own forms is taken."""
    visitor = await site.logged_in("ada")
    headers = {"Origin": str(visitor.client.make_url("")).rstrip("/"), "Sec-Fetch-Site": "same-origin"}

    assert (await visitor.post("/logout", form_on="/account", headers=headers)).status == 303


@pytest.mark.parametrize(
    ("wanted", "got"),
    [
        ("/contests/spring?x=1", "/contests/spring?x=1"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("https://evil.example", "/"),
        ("/a\r\nSet-Cookie: x=y", "/"),
        ("", "/"),
    ],
)
async def test_login_leads_nowhere_else(site: Site, wanted: str, got: str) -> None:
    """After a login the browser goes where it wanted to, within this site only."""
    await site.account("ada")

    answer = await site.visitor().post("/login", {"login": "ada", "password": PASSWORD, "next": wanted})

    assert (answer.status, answer.headers["Location"]) == (303, got)


async def test_security_headers(site: Site) -> None:
    """Pages, errors, redirects and static files all carry the headers that fence the browser in."""
    visitor = site.visitor()
    for path in ("/", "/nowhere", "/account", "/static/style.css"):
        headers = (await visitor.get(path)).headers

        assert "script-src 'self'" in headers["Content-Security-Policy"]
        assert "unsafe-inline" not in headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
    assert (await visitor.get("/")).headers["Cache-Control"] == "no-store"


async def test_pages_have_no_inline_code(site: Site) -> None:
    """No page relies on what the policy forbids: inline scripts, styles or handlers."""
    seeded = await site.contest()
    visitor = await site.logged_in("root", Role.ADMIN)
    async with site.pool.acquire() as connection:
        account = await accounts.by_login(connection, "root")
    assert account is not None
    submission_id = await site.submission(seeded, account.id)
    paths = ("/", "/contests/spring", "/contests/spring/problems/A", "/contests/spring/standings", "/account",
             "/contests/spring/submissions", f"/submissions/{submission_id}", "/problems", "/admin/users")  # fmt: skip
    for path in paths:
        answer = await visitor.get(path)

        assert answer.status == 200, path
        assert "<style" not in answer.text and " style=" not in answer.text and " onclick=" not in answer.text, path
        assert "<script>" not in answer.text, path


async def test_healthz(site: Site) -> None:
    """The site says it is well while its database answers."""
    answer = await site.visitor().get("/healthz")

    assert (answer.status, answer.text) == (200, "ok\n")
