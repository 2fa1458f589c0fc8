"""Logging in at an OpenID provider: everything that it, and a browser that comes back from it, is not believed."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey
from structlog.testing import capture_logs
from yarl import URL

from judge.store.pool import Pool
from tests import signing_on
from tests.oidc import CLIENT_ID, Claims, OpenIdProvider, key_for, new_key, providing, signed_with
from tests.signing_on import BACK, is_logged_in, known, sent, settings_of, sign_on
from tests.website import Site, serving
from web.keys import PROVIDER

provider = signing_on.provider
site = signing_on.site


@pytest.mark.parametrize(
    "methods", [("client_secret_post",), ("client_secret_post", "client_secret_basic"), ("other",)]
)
async def test_a_secret_in_the_form(site: Site, provider: OpenIdProvider, methods: tuple[str, ...]) -> None:
    """A provider that takes the secret only there gets it there, at once where it has before."""
    provider.methods, provider.taken = methods, "client_secret_post"
    assert (await sign_on(site.visitor())).status == 303
    provider.asked.clear()

    assert (await sign_on(site.visitor())).status == 303

    assert provider.asked == ["token"]


async def test_a_secret_that_is_wrong(site: Site, provider: OpenIdProvider) -> None:
    """A provider that does not know the site lets nobody in, and neither it nor its words are shown."""
    provider.taken = "private_key_jwt"

    with capture_logs() as logs:
        answer = await sign_on(site.visitor())

    assert (answer.status, "That login did not work" in answer.words) == (400, True)
    assert "invalid_client" not in answer.text
    assert ["invalid_client" in entry["why"] for entry in logs] == [True]


@pytest.mark.parametrize("algorithm", ["PS256", "ES256", "EdDSA", "Ed25519"])
@pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")
async def test_signatures(site: Site, provider: OpenIdProvider, algorithm: str) -> None:
    """Tokens may be signed with whatever kind of key a provider publishes."""
    provider.key = key_for(algorithm)

    assert (await sign_on(site.visitor())).status == 303


@pytest.mark.parametrize("path", ["/realms/school", "/application/o/judge/", "/"])
async def test_issuers_with_paths(dsn: str, pool: Pool, path: str) -> None:
    """A provider may be one of several at its address, and end its name with a slash."""
    async with providing(path) as provider, serving(settings_of(provider, oidc_registration=True), dsn, pool) as site:
        assert provider.issuer.endswith(path)
        assert (await sign_on(site.visitor())).status == 303


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

    answer = await sign_on(visitor)

    assert (answer.status, "That login did not work" in answer.words) == (400, True)
    assert not await is_logged_in(visitor)


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

    assert (await sign_on(visitor)).status == 400
    assert not await is_logged_in(visitor)
    provider.change = lambda claims: claims | {"aud": [CLIENT_ID, "another site"], "azp": CLIENT_ID}
    assert (await sign_on(visitor)).status == 303


async def test_a_state_works_once(site: Site) -> None:
    """Coming back twice, in another browser, with another state or too late is coming back from nowhere."""
    visitor, other = site.visitor(), site.visitor()
    back = await known(await sent(visitor))
    await other.get("/login")

    assert (await other.get(back)).status == 404
    assert (await site.visitor().get(back)).status == 404
    assert (await visitor.get(str(URL(back).update_query(state="made up")))).status == 404
    assert (await visitor.get(BACK)).status == 404
    assert (await visitor.get(f"{BACK}?state=%00&code=x")).status == 404
    assert (await visitor.get(back)).status == 303
    await visitor.post("/logout", form_on="/account")
    assert (await visitor.get(back)).status == 404

    late = await known(await sent(other))
    async with site.pool.acquire() as connection:
        await connection.execute("UPDATE sign_ons SET created_at = now() - interval '11 minutes'")
    assert (await other.get(late)).status == 404


async def test_a_code_of_another_browser(site: Site) -> None:
    """A code that was meant for one browser does not log in another, which does not know what was hashed."""
    visitor, victim = site.visitor(), site.visitor()
    stolen = URL(await known(await sent(victim))).query["code"]
    own = URL(await known(await sent(visitor)))

    assert (await visitor.get(str(own.update_query(code=stolen)))).status == 400
    assert not await is_logged_in(visitor)


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
    back = URL(await known(await sent(visitor)))

    with capture_logs() as logs:
        answer = await visitor.get(str(back.update_query(query)))

    assert (answer.status, "You were not logged in there" in answer.words) == (400, True)
    assert 'value="/problems"' in answer.text
    assert "&lt;not&gt;" not in answer.text
    assert [(entry["error"], entry["why"]) for entry in logs] == [logged]


async def test_new_keys(site: Site, provider: OpenIdProvider) -> None:
    """A provider that changes its keys is asked for them again, and not with every token that is forged."""
    await sign_on(site.visitor())
    forged = new_key()
    provider.sign = lambda claims: signed_with(forged, claims)
    for _ in range(3):
        assert (await sign_on(site.visitor())).status == 400

    assert [asked for asked in provider.asked if asked != "token"] == ["configuration", "keys"]

    # Half a minute later.
    site.server.app[PROVIDER]._keys_at = float("-inf")  # type: ignore[union-attr]
    provider.key, provider.sign = new_key(), None
    assert (await sign_on(site.visitor())).status == 303
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
    answer = first if first.status != 303 else await visitor.get(await known(str(first.headers["Location"])))

    assert (answer.status, "That login did not work" in answer.words) == (400, True)
    assert not await is_logged_in(visitor)
    provider.said.clear()
    assert (await sign_on(visitor)).status == 303


async def test_a_provider_that_calls_itself_otherwise(site: Site, provider: OpenIdProvider) -> None:
    """What is at the address is believed only if it says the name that the settings have."""
    provider.issuer_told = "https://evil.example"

    answer = await site.visitor().get("/login/sign-on")

    assert answer.status == 400
    assert "That login did not work" in answer.words
