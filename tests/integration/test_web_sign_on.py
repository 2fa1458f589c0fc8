"""Logging in at an OpenID provider: whom it lets in, and everything that it is not believed."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import ClientSession
from joserfc import jwt
from joserfc.jwk import OctKey
from pydantic import SecretStr
from structlog.testing import capture_logs
from yarl import URL

from judge.config import Settings
from judge.errors import UsageError
from judge.store import accounts, authenticators
from judge.store.accounts import Role
from judge.store.pool import Pool
from tests.oidc import CLIENT_ID, CLIENT_SECRET, Claims, OpenIdProvider, key_for, new_key, providing, signed_with
from tests.website import PASSWORD, Page, Site, Visitor, serving
from web import maintenance
from web.app import make_app
from web.identity import totp
from web.keys import PROVIDER

BACK = "/login/sign-on/callback"


@pytest_asyncio.fixture
async def provider() -> AsyncIterator[OpenIdProvider]:
    """Who vouches for people."""
    async with providing() as made:
        yield made


def _settings(provider: OpenIdProvider, **others: Any) -> Settings:
    return Settings(
        oidc_issuer=provider.issuer,
        oidc_client_id=CLIENT_ID,
        oidc_client_secret=SecretStr(CLIENT_SECRET),
        oidc_name="the school",
        **others,
    )


@pytest_asyncio.fixture
async def site(dsn: str, pool: Pool, provider: OpenIdProvider) -> AsyncIterator[Site]:
    """The site of a school whose pupils are given accounts."""
    async with serving(_settings(provider, oidc_registration=True), dsn, pool) as made:
        yield made


@pytest_asyncio.fixture
async def closed_site(dsn: str, pool: Pool, provider: OpenIdProvider) -> AsyncIterator[Site]:
    """The same where admins make the accounts."""
    async with serving(_settings(provider), dsn, pool) as made:
        yield made


async def _sent(visitor: Visitor, path: str = "/login/sign-on?next=/problems") -> str:
    """Where the site sends a browser."""
    answer = await visitor.get(path)
    assert answer.status == 303, answer.words
    return str(answer.headers["Location"])


async def _known(address: str) -> str:
    """Where the provider sends the browser back to, as a path of the site."""
    async with ClientSession() as browser, browser.get(URL(address, encoded=True), allow_redirects=False) as answer:
        return str(URL(answer.headers["Location"]).relative())


async def _sign_on(visitor: Visitor) -> Page:
    return await visitor.get(await _known(await _sent(visitor)))


async def _is_logged_in(visitor: Visitor) -> bool:
    return (await visitor.get("/account")).status == 200


async def _link(site: Site, visitor: Visitor, password: str = PASSWORD) -> Page:
    page = await visitor.post("/account/sign-on", {"action": "link", "old_password": password}, form_on="/account")
    address = page.text.partition('<a class="button" href="')[2].partition('"')[0].replace("&amp;", "&")
    return await visitor.get(await _known(address)) if address else page


async def test_a_newcomer(site: Site, provider: OpenIdProvider) -> None:
    """Whoever the provider knows is given a contestant's account, and finds it again the next time."""
    visitor, again = site.visitor(), site.visitor()
    assert "Log in with the school" in (await visitor.get("/login")).words
    before = visitor.cookies["session"]

    answer = await _sign_on(visitor)
    assert (answer.status, answer.headers["Location"]) == (303, "/problems")
    await _sign_on(again)

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

    assert (await _sign_on(site.visitor())).status == 303

    async with site.pool.acquire() as connection:
        row = await connection.fetchrow("SELECT login, name, role::text FROM users ORDER BY id DESC")
    assert row is not None
    assert tuple(row) == (login, name, "contestant")


async def test_a_newcomer_who_chose_a_language(site: Site) -> None:
    """It goes with the account that they are given."""
    visitor = site.visitor()
    await visitor.get("/locale/de")

    await _sign_on(visitor)

    async with site.pool.acquire() as connection:
        assert await connection.fetchval("SELECT locale FROM users") == "de"


async def test_names_from_beside_the_token(site: Site, provider: OpenIdProvider) -> None:
    """A provider may tell names at another address; those of somebody else are not taken."""
    provider.is_profile_in_token, provider.told_subject = False, "somebody else"
    await _sign_on(site.visitor())
    provider.subject, provider.told_subject = "another", None
    await _sign_on(site.visitor())

    async with site.pool.acquire() as connection:
        rows = await connection.fetch("SELECT login FROM users ORDER BY id")
    assert [row["login"] for row in rows] == ["user", "ada"]


async def test_names_in_a_way_of_its_own(site: Site, provider: OpenIdProvider) -> None:
    """A provider that tells names as a signed token, or is out of order there, still says who it is."""
    provider.is_profile_in_token = False
    provider.said["/userinfo"] = (b"eyJhbGciOiJSUzI1NiJ9.e30.c2lnbmF0dXJl", 200)

    assert (await _sign_on(site.visitor())).status == 303

    async with site.pool.acquire() as connection:
        assert await connection.fetchval("SELECT login FROM users") == "user"


@pytest.mark.parametrize(
    "methods", [("client_secret_post",), ("client_secret_post", "client_secret_basic"), ("other",)]
)
async def test_a_secret_in_the_form(site: Site, provider: OpenIdProvider, methods: tuple[str, ...]) -> None:
    """A provider that takes the secret only there gets it there, at once where it has before."""
    provider.methods, provider.taken = methods, "client_secret_post"
    assert (await _sign_on(site.visitor())).status == 303
    provider.asked.clear()

    assert (await _sign_on(site.visitor())).status == 303

    assert provider.asked == ["token"]


async def test_a_secret_that_is_wrong(site: Site, provider: OpenIdProvider) -> None:
    """A provider that does not know the site lets nobody in, and neither it nor its words are shown."""
    provider.taken = "private_key_jwt"

    with capture_logs() as logs:
        answer = await _sign_on(site.visitor())

    assert (answer.status, "That login did not work" in answer.words) == (400, True)
    assert "invalid_client" not in answer.text
    assert ["invalid_client" in entry["why"] for entry in logs] == [True]


@pytest.mark.parametrize("algorithm", ["PS256", "ES256", "EdDSA", "Ed25519"])
@pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")
async def test_signatures(site: Site, provider: OpenIdProvider, algorithm: str) -> None:
    """Tokens may be signed with whatever kind of key a provider publishes."""
    provider.key = key_for(algorithm)

    assert (await _sign_on(site.visitor())).status == 303


@pytest.mark.parametrize("path", ["/realms/school", "/application/o/judge/", "/"])
async def test_issuers_with_paths(dsn: str, pool: Pool, path: str) -> None:
    """A provider may be one of several at its address, and end its name with a slash."""
    async with providing(path) as provider, serving(_settings(provider, oidc_registration=True), dsn, pool) as site:
        assert provider.issuer.endswith(path)
        assert (await _sign_on(site.visitor())).status == 303


async def test_nobody_new(closed_site: Site) -> None:
    """Without the setting, nobody without an account is let in, whatever they are called."""
    await closed_site.account("ada")
    visitor = closed_site.visitor()

    answer = await _sign_on(visitor)

    assert answer.status == 400
    assert "No account is linked" in answer.words
    assert not await _is_logged_in(visitor)


async def test_linking(closed_site: Site) -> None:
    """An account is linked by its owner, who gives the password; then logs in there; and undoes the link."""
    ada = await closed_site.logged_in("ada")
    assert (await _link(closed_site, ada, password="a guess")).status == 400  # noqa: S106

    assert (await _link(closed_site, ada)).headers["Location"] == "/account"

    assert "Undo the link" in (await ada.get("/account")).words
    visitor = closed_site.visitor()
    assert (await _sign_on(visitor)).status == 303
    assert "Ada" in (await visitor.get("/account")).words
    fields = {"action": "unlink", "old_password": PASSWORD}
    assert (await ada.post("/account/sign-on", fields, form_on="/account")).status == 303
    assert (await _sign_on(closed_site.visitor())).status == 400
    async with closed_site.pool.acquire() as connection:
        log = await connection.fetch("SELECT action FROM audit_log ORDER BY id")
    assert [row["action"] for row in log] == ["link identity", "unlink identity"]


async def test_one_identity_one_account(closed_site: Site) -> None:
    """What is linked with an account is linked with no other."""
    await _link(closed_site, await closed_site.logged_in("ada"))
    eve = await closed_site.logged_in("eve")

    answer = await _link(closed_site, eve)

    assert answer.status == 400
    assert "linked with an account already" in answer.words
    assert "Undo the link" not in (await eve.get("/account")).words


async def test_accounts_without_a_password(site: Site) -> None:
    """They cannot undo their only way in, and may set a password soon after they logged in, not later."""
    visitor = site.visitor()
    await _sign_on(visitor)
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
    await _sign_on(site.visitor())
    async with site.pool.acquire() as connection:
        account = await accounts.by_login(connection, "ada")
        assert account is not None
        await accounts.set_disabled(connection, account_id=account.id, is_disabled=True)
    visitor = site.visitor()

    assert (await _sign_on(visitor)).status == 400
    assert not await _is_logged_in(visitor)


async def test_the_second_step_is_asked_for_here(site: Site) -> None:
    """An account with an authenticator gives its code also after logging in there."""
    await _sign_on(site.visitor())
    secret = totp.new_secret()
    async with site.pool.acquire() as connection:
        account = await accounts.by_login(connection, "ada")
        assert account is not None
        await authenticators.begin(connection, account_id=account.id, secret=secret)
        await authenticators.confirm(connection, account_id=account.id, secret=secret, step=1, recovery_codes=[])
    visitor = site.visitor()

    assert (await _sign_on(visitor)).headers["Location"] == "/login/code?next=/problems"
    assert not await _is_logged_in(visitor)
    await visitor.post("/login/code", {"code": totp.code(secret, int(time.time()) // totp.STEP_S)})
    assert await _is_logged_in(visitor)


def _without_signature(claims: Claims) -> str:
    parts = [
        base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in ({"alg": "none"}, claims)
    ]
    return ".".join([*parts, ""])


def _signed_by_public_key(provider: OpenIdProvider, claims: Claims) -> str:
    """What a verifier believes that takes the provider's public key for a secret that both know."""
    key = OctKey.import_key(provider.key.as_pem(private=False))
    return jwt.encode({"alg": "HS256", "kid": str(provider.key.kid)}, claims, key, algorithms=["HS256"])


FORGERIES: dict[str, Callable[[OpenIdProvider, Claims], str]] = {
    "another key": lambda _, claims: signed_with(new_key(), claims),
    "another key by the same name": lambda provider, claims: signed_with(new_key(), claims, kid=str(provider.key.kid)),
    "no signature": lambda _, claims: _without_signature(claims),
    "the public key as a secret": _signed_by_public_key,
    "changed afterwards": lambda provider, claims: _swapped(
        signed_with(provider.key, claims), signed_with(provider.key, {**claims, "sub": "root"})
    ),
    "no token": lambda *_: "",
    "garbage": lambda *_: "a.b.c",
}


def _swapped(signed: str, other: str) -> str:
    """The one's signature below the other's claims."""
    return ".".join([*other.split(".")[:2], signed.split(".")[2]])


@pytest.mark.parametrize("forgery", FORGERIES)
@pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")
async def test_forged_signatures(site: Site, provider: OpenIdProvider, forgery: str) -> None:
    """A token is believed only where the provider's own key signed all of it."""
    provider.sign = lambda claims: FORGERIES[forgery](provider, claims)
    visitor = site.visitor()

    answer = await _sign_on(visitor)

    assert (answer.status, "That login did not work" in answer.words) == (400, True)
    assert not await _is_logged_in(visitor)


@pytest.mark.parametrize(
    "changes",
    [
        {"nonce": "another login's"},
        {"nonce": None},
        {"aud": "another site"},
        {"aud": ["another site", "a third"]},
        {"aud": [CLIENT_ID, "another site"]},
        {"aud": [CLIENT_ID, "another site"], "azp": "another site"},
        {"iss": "https://evil.example"},
        {"exp": 1_000_000_000},
        {"exp": None},
        {"iat": 32_503_680_000},
        {"sub": None},
        {"sub": ""},
        {"sub": "x" * 256},
        {"sub": 7},
    ],
    ids=str,
)
async def test_tokens_for_something_else(site: Site, provider: OpenIdProvider, changes: Claims) -> None:
    """A token is believed only for this login, of this site, at that provider, and now."""
    provider.change = lambda claims: {name: value for name, value in (claims | changes).items() if value is not None}
    visitor = site.visitor()

    assert (await _sign_on(visitor)).status == 400
    assert not await _is_logged_in(visitor)
    provider.change = lambda claims: claims | {"aud": [CLIENT_ID, "another site"], "azp": CLIENT_ID}
    assert (await _sign_on(visitor)).status == 303


async def test_a_state_works_once(site: Site) -> None:
    """Coming back twice, in another browser, with another state or too late is coming back from nowhere."""
    visitor, other = site.visitor(), site.visitor()
    back = await _known(await _sent(visitor))
    await other.get("/login")

    assert (await other.get(back)).status == 404
    assert (await site.visitor().get(back)).status == 404
    assert (await visitor.get(str(URL(back).update_query(state="made up")))).status == 404
    assert (await visitor.get(BACK)).status == 404
    assert (await visitor.get(f"{BACK}?state=%00&code=x")).status == 404
    assert (await visitor.get(back)).status == 303
    await visitor.post("/logout", form_on="/account")
    assert (await visitor.get(back)).status == 404

    late = await _known(await _sent(other))
    async with site.pool.acquire() as connection:
        await connection.execute("UPDATE sign_ons SET created_at = now() - interval '11 minutes'")
    assert (await other.get(late)).status == 404


async def test_a_code_of_another_browser(site: Site) -> None:
    """A code that was meant for one browser does not log in another, which does not know what was hashed."""
    visitor, victim = site.visitor(), site.visitor()
    stolen = URL(await _known(await _sent(victim))).query["code"]
    own = URL(await _known(await _sent(visitor)))

    assert (await visitor.get(str(own.update_query(code=stolen)))).status == 400
    assert not await _is_logged_in(visitor)


@pytest.mark.parametrize(
    ("query", "logged"),
    [
        ({"error": "access_denied", "code": ""}, ("access_denied", "")),
        ({"error": "invalid_scope", "error_description": "<not> so", "code": ""}, ("invalid_scope", "<not> so")),
        ({"iss": "https://evil.example"}, ("", "")),
    ],
)
async def test_refused_there(site: Site, query: dict[str, str], logged: tuple[str, str]) -> None:
    """Whoever is not let in there, or comes back from elsewhere, is told so and may try again; operators, why."""
    visitor = site.visitor()
    back = URL(await _known(await _sent(visitor)))

    with capture_logs() as logs:
        answer = await visitor.get(str(back.update_query(query)))

    assert (answer.status, "You were not logged in there" in answer.words) == (400, True)
    assert 'value="/problems"' in answer.text
    assert "&lt;not&gt;" not in answer.text
    assert [(entry["error"], entry["why"]) for entry in logs] == [logged]


async def test_new_keys(site: Site, provider: OpenIdProvider) -> None:
    """A provider that changes its keys is asked for them again, and not with every token that is forged."""
    await _sign_on(site.visitor())
    forged = new_key()
    provider.sign = lambda claims: signed_with(forged, claims)
    for _ in range(3):
        assert (await _sign_on(site.visitor())).status == 400

    assert [asked for asked in provider.asked if asked != "token"] == ["configuration", "keys"]

    # Half a minute later.
    site.server.app[PROVIDER]._keys_at = float("-inf")  # type: ignore[union-attr]
    provider.key, provider.sign = new_key(), None
    assert (await _sign_on(site.visitor())).status == 303
    assert [asked for asked in provider.asked if asked != "token"] == ["configuration", "keys", "keys"]


@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/token", "/keys"])
@pytest.mark.parametrize(
    "said",
    [
        (b"", 500),
        (b"<html>", 200),
        (b"[]", 200),
        (b"{}", 200),
        (b"\xff", 200),
        (b'{"issuer": {}, "keys": 7, "id_token": 7}', 200),
        (
            b'{"keys": [7, {"kty": []}, {"kty": "RSA"}, {"kty": "RSA", "n": 7, "e": {}}, {"kty": "EC", "crv": "?"}]}',
            200,
        ),
        (b"[" * 100_000, 200),
        (b" " * 3 * 1024 * 1024, 200),
        (b"", 302),
    ],
    ids=range(10),
)
async def test_whatever_a_provider_says(
    site: Site, provider: OpenIdProvider, path: str, said: tuple[bytes, int]
) -> None:
    """Nonsense, too much or another address in place of an answer is a login that did not work, and no more."""
    provider.said[path] = said
    visitor = site.visitor()

    first = await visitor.get("/login/sign-on")
    answer = first if first.status != 303 else await visitor.get(await _known(str(first.headers["Location"])))

    assert (answer.status, "That login did not work" in answer.words) == (400, True)
    assert not await _is_logged_in(visitor)
    provider.said.clear()
    assert (await _sign_on(visitor)).status == 303


async def test_maintenance(site: Site, provider: OpenIdProvider) -> None:
    """While the site is for reading only nobody new is given an account; who has one logs in."""
    await _sign_on(site.visitor())
    async with site.pool.acquire() as connection:
        await connection.execute("INSERT INTO maintenance (reason) VALUES ('new disks')")
    site.server.app[maintenance.KNOWN]._asked_at = float("-inf")

    assert (await _sign_on(site.visitor())).status == 303
    provider.subject = "another"
    assert (await _sign_on(site.visitor())).status == 503

    async with site.pool.acquire() as connection:
        assert await connection.fetchval("SELECT count(*) FROM users") == 1


async def test_a_provider_that_calls_itself_otherwise(site: Site, provider: OpenIdProvider) -> None:
    """What is at the address is believed only if it says the name that the settings have."""
    provider.issuer_told = "https://evil.example"

    answer = await site.visitor().get("/login/sign-on")

    assert answer.status == 400
    assert "That login did not work" in answer.words


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
