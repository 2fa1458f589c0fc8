"""Logging in at an OpenID provider: whom it lets in, and as whom."""

from __future__ import annotations

import time
from typing import Any

import pytest

from judge.config import Settings
from judge.errors import UsageError
from judge.store import accounts, authenticators
from judge.store.accounts import Role
from tests import signing_on
from tests.oidc import Claims, OpenIdProvider
from tests.signing_on import is_logged_in, link, sign_on
from tests.website import PASSWORD, Site
from web import maintenance
from web.app import make_app
from web.identity import totp

closed_site = signing_on.closed_site
provider = signing_on.provider
site = signing_on.site


async def test_a_newcomer(site: Site, provider: OpenIdProvider) -> None:
    """Whoever the provider knows is given a contestant's account, and finds it again the next time."""
    visitor, again = site.visitor(), site.visitor()
    assert "Log in with the school" in (await visitor.get("/login")).words
    before = visitor.cookies["session"]

    answer = await sign_on(visitor)
    assert (answer.status, answer.headers["Location"]) == (303, "/problems")
    await sign_on(again)

    page = await again.get("/account")
    assert "Ada L." in page.words and "contestant" in page.words
    assert visitor.cookies["session"] != before
    async with site.pool.acquire() as connection:
        rows = await connection.fetch("SELECT login, password_hash FROM users")
        log = await connection.fetch("SELECT action, data FROM audit_log")
        assert await connection.fetchval("SELECT count(*) FROM sign_ons") == 0
    assert [tuple(row) for row in rows] == [("ada", None)]
    assert [(row["action"], row["data"]["subject"]) for row in log] == [("link identity", provider.subject)]


@pytest.mark.parametrize(
    ("called", "login", "name"),
    [
        ({"preferred_username": "root@example.org", "name": "Root"}, "root2", "Root"),
        ({"preferred_username": "../<b>é x", "name": "<b>\x00Bold\u2028</b>"}, "bx", "<b>Bold</b>"),
        ({"preferred_username": "_" * 300, "name": "n" * 300}, "user", "n" * 100),
        ({"name": ["a"], "preferred_username": {}}, "user", "user"),
        ({"email": "root@example.org", "email_verified": True}, "user", "user"),
    ],
)
async def test_names_are_suggestions(
    site: Site, provider: OpenIdProvider, called: Claims, login: str, name: str
) -> None:
    """Whatever somebody is called there, they get a free login and a name that can be shown; no address links."""
    await site.account("root", Role.ADMIN)
    provider.profile = called

    assert (await sign_on(site.visitor())).status == 303

    async with site.pool.acquire() as connection:
        row = await connection.fetchrow("SELECT login, name, role::text FROM users ORDER BY id DESC")
    assert row is not None
    assert tuple(row) == (login, name, "contestant")


async def test_a_newcomer_who_chose_a_language(site: Site) -> None:
    """It goes with the account that they are given."""
    visitor = site.visitor()
    await visitor.get("/locale/de")

    await sign_on(visitor)

    async with site.pool.acquire() as connection:
        assert await connection.fetchval("SELECT locale FROM users") == "de"


async def test_names_from_beside_the_token(site: Site, provider: OpenIdProvider) -> None:
    """A provider may tell names at another address; those of somebody else are not taken."""
    provider.is_profile_in_token, provider.told_subject = False, "somebody else"
    await sign_on(site.visitor())
    provider.subject, provider.told_subject = "another", None
    await sign_on(site.visitor())

    async with site.pool.acquire() as connection:
        rows = await connection.fetch("SELECT login FROM users ORDER BY id")
    assert [row["login"] for row in rows] == ["user", "ada"]


async def test_names_in_a_way_of_its_own(site: Site, provider: OpenIdProvider) -> None:
    """A provider that tells names as a signed token, or is out of order there, still says who it is."""
    provider.is_profile_in_token = False
    provider.said["/userinfo"] = (b"eyJhbGciOiJSUzI1NiJ9.e30.c2lnbmF0dXJl", 200)

    assert (await sign_on(site.visitor())).status == 303

    async with site.pool.acquire() as connection:
        assert await connection.fetchval("SELECT login FROM users") == "user"


async def test_nobody_new(closed_site: Site) -> None:
    """Without the setting, nobody without an account is let in, whatever they are called."""
    await closed_site.account("ada")
    visitor = closed_site.visitor()

    answer = await sign_on(visitor)

    assert answer.status == 400
    assert "No account is linked" in answer.words
    assert not await is_logged_in(visitor)


async def test_linking(closed_site: Site) -> None:
    """An account is linked by its owner, who gives the password; then logs in there; and undoes the link."""
    ada = await closed_site.logged_in("ada")
    assert (await link(closed_site, ada, password="a guess")).status == 400  # noqa: S106

    assert (await link(closed_site, ada)).headers["Location"] == "/account"

    assert "Undo the link" in (await ada.get("/account")).words
    visitor = closed_site.visitor()
    assert (await sign_on(visitor)).status == 303
    assert "Ada" in (await visitor.get("/account")).words
    fields = {"action": "unlink", "old_password": PASSWORD}
    assert (await ada.post("/account/sign-on", fields, form_on="/account")).status == 303
    assert (await sign_on(closed_site.visitor())).status == 400
    async with closed_site.pool.acquire() as connection:
        log = await connection.fetch("SELECT action FROM audit_log ORDER BY id")
    assert [row["action"] for row in log] == ["link identity", "unlink identity"]


async def test_one_identity_one_account(closed_site: Site) -> None:
    """What is linked with an account is linked with no other."""
    await link(closed_site, await closed_site.logged_in("ada"))
    eve = await closed_site.logged_in("eve")

    answer = await link(closed_site, eve)

    assert answer.status == 400
    assert "linked with an account already" in answer.words
    assert "Undo the link" not in (await eve.get("/account")).words


async def test_accounts_without_a_password(site: Site) -> None:
    """They cannot undo their only way in, and may set a password soon after they logged in, not later."""
    visitor = site.visitor()
    await sign_on(visitor)
    password = {"password": PASSWORD, "password_again": PASSWORD}
    assert "Your password" not in (await visitor.get("/account")).words
    assert (await visitor.post("/account/sign-on", {"action": "unlink"}, form_on="/account")).status == 400
    async with site.pool.acquire() as connection:
        await connection.execute("UPDATE sessions SET created_at = now() - interval '1 hour'")
    assert (await visitor.post("/account", password)).status == 400
    async with site.pool.acquire() as connection:
        await connection.execute("UPDATE sessions SET created_at = now()")

    assert (await visitor.post("/account", password)).status == 200
    assert (await site.visitor().log_in("ada")).status == 303


async def test_locked_accounts(site: Site) -> None:
    """Who is locked out here is not let in by anybody else's word."""
    await sign_on(site.visitor())
    async with site.pool.acquire() as connection:
        account = await accounts.by_login(connection, "ada")
        assert account is not None
        await accounts.set_disabled(connection, account_id=account.id, is_disabled=True)
    visitor = site.visitor()

    assert (await sign_on(visitor)).status == 400
    assert not await is_logged_in(visitor)


async def test_the_second_step_is_asked_for_here(site: Site) -> None:
    """An account with an authenticator gives its code also after logging in there."""
    await sign_on(site.visitor())
    secret = totp.new_secret()
    async with site.pool.acquire() as connection:
        account = await accounts.by_login(connection, "ada")
        assert account is not None
        await authenticators.begin(connection, account_id=account.id, secret=secret)
        await authenticators.confirm(connection, account_id=account.id, secret=secret, step=1, recovery_codes=[])
    visitor = site.visitor()

    assert (await sign_on(visitor)).headers["Location"] == "/login/code?next=/problems"
    assert not await is_logged_in(visitor)
    await visitor.post("/login/code", {"code": totp.code(secret, int(time.time()) // totp.STEP_S)})
    assert await is_logged_in(visitor)


async def test_maintenance(site: Site, provider: OpenIdProvider) -> None:
    """While the site is for reading only nobody new is given an account; who has one logs in."""
    await sign_on(site.visitor())
    async with site.pool.acquire() as connection:
        await connection.execute("INSERT INTO maintenance (reason) VALUES ('new disks')")
    site.server.app[maintenance.KNOWN]._asked_at = float("-inf")

    assert (await sign_on(site.visitor())).status == 303
    provider.subject = "another"
    assert (await sign_on(site.visitor())).status == 503

    async with site.pool.acquire() as connection:
        assert await connection.fetchval("SELECT count(*) FROM users") == 1


@pytest.mark.parametrize(
    "settings",
    [
        {"oidc_issuer": "https://op.example"},
        {"oidc_issuer": "http://op.example", "oidc_client_id": "x"},
        {"oidc_issuer": "op.example", "oidc_client_id": "x"},
    ],
)
def test_settings_that_cannot_work(settings: dict[str, Any]) -> None:
    """The site does not start with them."""
    with pytest.raises(UsageError, match="oidc_"):
        make_app(Settings(**settings), "postgresql://nowhere")
