"""OpenID Connect: asking a provider who somebody is, by the authorization code flow with PKCE.

Whatever comes from the provider's addresses is read within bounds and a deadline. Of what went through the browser only
that is believed which an ID token says that is signed with one of the provider's keys for this very login.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import re
import secrets
from collections.abc import AsyncIterator, Mapping
from typing import Any
from urllib.parse import quote, urlsplit

import structlog
from aiohttp import ClientError, ClientSession, ClientTimeout, web
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import Key, KeySet, import_key
from yarl import URL

from judge.config import Settings
from judge.errors import UsageError
from judge.store.identities import Identity, SignOn
from web.translating import gettext

#: Signatures that need the provider's private key: none that the public keys could be mistaken for secrets of.
#: EdDSA has two names: of old, and since RFC 9864 that of its curve.
_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519")
_IN_FORM = "client_secret_post"
_TIMEOUT = ClientTimeout(total=10)
_MAX_BYTES = 1024 * 1024
#: How long what a provider says of itself is taken to be so.
_KNOWN_S = 3600.0
#: How soon its keys are asked for again, where a token is signed with another one.
_KEYS_KNOWN_S = 30.0
_LEEWAY_S = 60
_LOOPBACK = ("127.0.0.1", "::1", "localhost")
_NO_LOGIN = re.compile(r"^[^A-Za-z0-9]+|[^A-Za-z0-9_.-]+")

_log = structlog.get_logger(__name__)


class _UnknownClient(UsageError):
    """The provider does not know who asks, or not in this way."""


class Provider:
    """The provider of the settings. Belongs to one event loop."""

    def __init__(self, settings: Settings) -> None:
        """Read the settings.

        Raises:
            UsageError: they cannot work.
        """
        self._issuer = settings.oidc_issuer or ""
        self._client_id = settings.oidc_client_id or ""
        self._secret = settings.oidc_client_secret.get_secret_value() if settings.oidc_client_secret else None
        if not self._client_id:
            raise UsageError("setting oidc_issuer needs oidc_client_id")
        if not _is_safe(self._issuer, like=self._issuer):
            raise UsageError("setting oidc_issuer: not an https:// address")
        self._http: ClientSession | None = None
        self._metadata: dict[str, Any] = {}
        self._metadata_at = self._keys_at = float("-inf")
        self._keys: KeySet | None = None
        #: How it took the secret last.
        self._way = ""

    async def running(self, _: web.Application) -> AsyncIterator[None]:
        """What is open as long as the site is."""
        async with ClientSession(timeout=_TIMEOUT, raise_for_status=False) as self._http:
            yield

    async def leads_to(self, begun: SignOn, *, redirect_uri: str) -> str:
        """The address to send a browser to.

        Raises:
            UsageError: the provider does not answer.
        """
        digest = hashlib.sha256(begun.verifier.encode()).digest()
        query = {
            "response_type": "code",
            "client_id": self._client_id,
            "redirect_uri": redirect_uri,
            "scope": "openid profile",
            "state": begun.state,
            "nonce": begun.nonce,
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        address = await self._endpoint("authorization_endpoint")
        return str(URL(address).update_query(query))

    async def identity(self, begun: SignOn, *, code: str, redirect_uri: str) -> Identity:
        """Who came back with that code.

        Raises:
            UsageError: the provider does not say, or not so that it can be believed.
        """
        answer = await self._redeem(code=code, verifier=begun.verifier, redirect_uri=redirect_uri)
        claims = await self._checked(str(answer.get("id_token", "")), nonce=begun.nonce)
        if not claims.get("name") and not claims.get("preferred_username"):
            claims = {**await self._more(claims["sub"], str(answer.get("access_token", ""))), **claims}
        name, login = _text(claims.get("name")), _text(claims.get("preferred_username"))
        return Identity(
            issuer=self._issuer,
            subject=claims["sub"],
            name=(name or login)[:100],
            login=_NO_LOGIN.sub("", login.partition("@")[0])[:28],
        )

    def not_logged_in(self, error: str, description: str) -> UsageError:
        """For whoever comes back without a code; for operators, what came with them, which a browser can make up."""
        _log.info("nobody was logged in at the OpenID provider", issuer=self._issuer, error=error, why=description)
        return UsageError(gettext("You were not logged in there. Try again."))

    async def _redeem(self, *, code: str, verifier: str, redirect_uri: str) -> dict[str, Any]:
        """The provider's answer to the code."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": verifier,
        }
        address = await self._endpoint("token_endpoint")
        refusal = ""
        # Some list all the ways that they know, and take only the one that the client was registered with.
        for way in self._ways():
            headers, more = self._shown(way)
            try:
                answer = await self._asked("POST", address, form=form | more, headers=headers)
            except _UnknownClient as error:
                refusal = str(error)
            else:
                self._way = way
                return answer
        raise self._refused(refusal)

    def _ways(self) -> list[str]:
        """How to show the token endpoint who asks, the way that it took last first."""
        if self._secret is None:
            return ["none"]
        listed = self._metadata.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        ways = [way for way in ("client_secret_basic", _IN_FORM) if isinstance(listed, list) and way in listed]
        return sorted(ways or [_IN_FORM], key=lambda way: way != self._way)

    def _shown(self, way: str) -> tuple[dict[str, str], dict[str, str]]:
        """The headers and the fields that say who asks."""
        if self._secret is None:
            return {}, {"client_id": self._client_id}
        if way == _IN_FORM:
            return {}, {"client_id": self._client_id, "client_secret": self._secret}
        both = f"{quote(self._client_id, safe='')}:{quote(self._secret, safe='')}"
        return {"Authorization": f"Basic {base64.b64encode(both.encode()).decode()}"}, {}

    async def _checked(self, token: str, *, nonce: str) -> dict[str, Any]:
        """The claims of an ID token that is the provider's, for us, of this login, and of now."""
        registry = jwt.JWTClaimsRegistry(
            leeway=_LEEWAY_S,
            iss={"essential": True, "value": self._issuer},
            aud={"essential": True, "value": self._client_id},
            nonce={"essential": True, "value": nonce},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
        )
        try:
            claims = await self._signed(token)
            registry.validate(claims)
        except (JoseError, ValueError) as error:
            raise self._refused(str(error)) from error
        party = claims.get("azp", self._client_id if isinstance(claims["aud"], str) or len(claims["aud"]) == 1 else "")
        if party != self._client_id or not 1 <= len(claims["sub"]) <= 255 or "\0" in claims["sub"]:
            raise self._refused("the token is another party's, or of nobody")
        return claims

    async def _signed(self, token: str) -> dict[str, Any]:
        keys = await self._key_set(known_s=_KNOWN_S)
        try:
            return jwt.decode(token, keys, algorithms=_ALGORITHMS).claims
        except InvalidKeyIdError:
            # Providers change their keys now and then.
            return jwt.decode(token, await self._key_set(known_s=_KEYS_KNOWN_S), algorithms=_ALGORITHMS).claims

    async def _key_set(self, *, known_s: float) -> KeySet:
        now = asyncio.get_running_loop().time()
        if self._keys is None or now - self._keys_at > known_s:
            found = await self._asked("GET", await self._endpoint("jwks_uri"))
            listed = found.get("keys")
            keys = [_key(one) for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
            usable = [key for key in keys if key is not None]
            if not usable:
                raise self._refused("it publishes no keys")
            self._keys, self._keys_at = KeySet(usable), now
        return self._keys

    async def _more(self, subject: str, access_token: str) -> dict[str, Any]:
        """What the provider tells of somebody beside the ID token; nothing where that is somebody else.

        Nor where it does not tell, or tells it in a way of its own: those are names, and the token says who it is.
        """
        if not self._metadata.get("userinfo_endpoint") or not access_token:
            return {}
        try:
            address = await self._endpoint("userinfo_endpoint")
            told = await self._asked("GET", address, headers={"Authorization": f"Bearer {access_token}"})
        except UsageError:
            return {}
        return told if told.get("sub") == subject else {}

    async def _endpoint(self, name: str) -> str:
        """One of the provider's addresses, by what it says of itself."""
        now = asyncio.get_running_loop().time()
        if now - self._metadata_at > _KNOWN_S:
            found = await self._asked("GET", self._issuer.rstrip("/") + "/.well-known/openid-configuration")
            if found.get("issuer") != self._issuer:
                raise self._refused(f"it calls itself {found.get('issuer')!r}")
            self._metadata, self._metadata_at = found, now
        address = self._metadata.get(name)
        if not isinstance(address, str) or not _is_safe(address, like=self._issuer):
            raise self._refused(f"it has no {name}, or one without TLS")
        return address

    async def _asked(
        self,
        method: str,
        address: str,
        *,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        assert self._http is not None
        try:
            async with self._http.request(
                method,
                address,
                data=form,
                headers={"Accept": "application/json", **(headers or {})},
                allow_redirects=False,
            ) as answer:
                body = bytearray()
                async for chunk in answer.content.iter_any():
                    body += chunk
                    if len(body) > _MAX_BYTES:
                        raise self._refused(f"more than {_MAX_BYTES} bytes at {address}")
                if answer.status != 200:
                    why = f"code {answer.status} at {address}: {bytes(body[:300])!r}"
                    raise _UnknownClient(why) if form and b'"invalid_client"' in body else self._refused(why)
                found = json.loads(body)
        except (ClientError, TimeoutError, OSError, ValueError, RecursionError) as error:
            raise self._refused(f"{address}: {error or type(error).__name__}") from error
        if not isinstance(found, dict):
            raise self._refused(f"no object at {address}")
        return found

    def _refused(self, why: str) -> UsageError:
        """For whoever logs in, that it did not work; for operators, why."""
        _log.warning("the OpenID provider was not believed", issuer=self._issuer, why=why)
        return UsageError(gettext("That login did not work. Try again, or tell an admin."))


def begin(*, wanted: str, is_link: bool) -> SignOn:
    """A login at the provider that nobody can have begun before."""
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    return SignOn(state=state, nonce=nonce, verifier=verifier, wanted=wanted, is_link=is_link)


def _key(told: dict[str, Any]) -> Key | None:
    """A key that signatures are checked with; None for what is none, or of a kind that we do not know."""
    if told.get("kty") not in ("RSA", "EC", "OKP") or told.get("use", "sig") != "sig":
        return None
    try:
        return import_key(told)
    # Whatever the library makes of a key that is not whole.
    except (JoseError, ValueError, TypeError, LookupError, AttributeError):
        return None


def _is_safe(address: str, *, like: str) -> bool:
    """Whether it is reached by TLS; or, where the issuer is this very machine, for trying it out, without."""
    parts, issuer = urlsplit(address), urlsplit(like)
    if parts.scheme == "https":
        return bool(parts.hostname)
    return parts.scheme == issuer.scheme == "http" and parts.hostname in _LOOPBACK and issuer.hostname in _LOOPBACK


def _text(claim: object) -> str:
    """What can be shown of a claim."""
    return "".join(char for char in claim if char.isprintable()).strip() if isinstance(claim, str) else ""
