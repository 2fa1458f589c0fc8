"""A small OpenID provider on loopback that lets everybody in: real keys, real signatures, and lies on demand."""

from __future__ import annotations

import base64
import hashlib
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from aiohttp import web
from aiohttp.test_utils import TestServer
from joserfc import jwt
from joserfc.jwk import ECKey, KeyParameters, KeySet, OKPKey, RSAKey
from yarl import URL

CLIENT_ID, CLIENT_SECRET = "judge at school", "s3cret/+%"

Claims = dict[str, Any]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


SigningKey = RSAKey | ECKey | OKPKey


def new_key() -> RSAKey:
    return RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256"}, auto_kid=True)


def key_for(algorithm: str) -> SigningKey:
    """A key that signs in that way."""
    parameters: KeyParameters = {"use": "sig", "alg": algorithm}
    match algorithm:
        case "ES256":
            return ECKey.generate_key("P-256", parameters, auto_kid=True)
        case "EdDSA" | "Ed25519":
            return OKPKey.generate_key("Ed25519", parameters, auto_kid=True)
        case _:
            return RSAKey.generate_key(2048, parameters, auto_kid=True)


@dataclass
class OpenIdProvider:
    """Who logs in there, and how it strays from the protocol."""

    key: SigningKey = field(default_factory=new_key)
    subject: str = "248289761001"
    profile: Claims = field(default_factory=lambda: {"name": "Ada L.", "preferred_username": "ada"})
    #: Where it tells the profile.
    is_profile_in_token: bool = True
    told_subject: str | None = None
    #: Changes the claims before they are signed.
    change: Callable[[Claims], Claims] = lambda claims: claims
    #: Signs them, if not with ``key``.
    sign: Callable[[Claims], str] | None = None
    issuer: str = ""
    issuer_told: str = ""
    asked: list[str] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    #: What it says at a path, whatever it is: a body, and a code.
    said: dict[str, tuple[bytes, int]] = field(default_factory=dict)
    #: How it says that it can be told the secret, and the one way that it takes.
    methods: tuple[str, ...] = ("client_secret_basic", "client_secret_post")
    taken: str = "client_secret_basic"

    def application(self) -> web.Application:
        app = web.Application(middlewares=[self._say])
        app.router.add_get("/.well-known/openid-configuration", self.configuration)
        app.router.add_get("/authorize", self.authorize)
        app.router.add_post("/token", self.token)
        app.router.add_get("/keys", self.keys)
        app.router.add_get("/userinfo", self.userinfo)
        return app

    async def configuration(self, _: web.Request) -> web.Response:
        self.asked.append("configuration")
        base = self.issuer.rstrip("/")
        return web.json_response(
            {
                "issuer": self.issuer_told or self.issuer,
                "authorization_endpoint": f"{base}/authorize",
                "token_endpoint": f"{base}/token",
                "jwks_uri": f"{base}/keys",
                "userinfo_endpoint": f"{base}/userinfo",
                "token_endpoint_auth_methods_supported": self.methods,
            }
        )

    async def authorize(self, request: web.Request) -> web.Response:
        """Know the browser at once, and send it back with a code."""
        query = dict(request.query)
        if (
            query["client_id"] != CLIENT_ID
            or query["response_type"] != "code"
            or "openid" not in query["scope"].split()
        ):
            raise web.HTTPBadRequest
        code = secrets.token_urlsafe()
        self.codes[code] = query
        raise web.HTTPFound(URL(query["redirect_uri"]).update_query(code=code, state=query["state"], iss=self.issuer))

    async def token(self, request: web.Request) -> web.Response:
        """A token for a code that is shown once, by who asked for it, who knows what was hashed then."""
        self.asked.append("token")
        form = await request.post()
        if not self._is_client(request, dict(form)):
            return web.json_response({"error": "invalid_client"}, status=401)
        begun = self.codes.pop(str(form["code"]), None)
        if begun is None or form["redirect_uri"] != begun["redirect_uri"]:
            return web.json_response({"error": "invalid_grant"}, status=400)
        digest = base64.urlsafe_b64encode(hashlib.sha256(str(form["code_verifier"]).encode()).digest())
        if begun["code_challenge_method"] != "S256" or digest.rstrip(b"=").decode() != begun["code_challenge"]:
            return web.json_response({"error": "invalid_grant"}, status=400)
        now = int(time.time())
        claims = {"iss": self.issuer, "sub": self.subject, "aud": CLIENT_ID, "exp": now + 300, "iat": now}
        claims |= {"nonce": begun["nonce"], **(self.profile if self.is_profile_in_token else {})}
        claims = self.change(claims)
        signed = self.sign(claims) if self.sign else signed_with(self.key, claims)
        return web.json_response({"access_token": "for telling", "token_type": "Bearer", "id_token": signed})

    async def keys(self, _: web.Request) -> web.Response:
        self.asked.append("keys")
        return web.json_response(KeySet([self.key]).as_dict(private=False))

    async def userinfo(self, request: web.Request) -> web.Response:
        if request.headers.get("Authorization") != "Bearer for telling":
            raise web.HTTPUnauthorized
        return web.json_response({"sub": self.told_subject or self.subject, **self.profile})

    @web.middleware
    async def _say(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path in self.said:
            body, code = self.said[request.path]
            return web.Response(body=body, status=code, headers={"Location": "/token"})
        return await handler(request)

    def _is_client(self, request: web.Request, form: dict[str, Any]) -> bool:
        if self.taken == "client_secret_post":
            return (form.get("client_id"), form.get("client_secret")) == (CLIENT_ID, CLIENT_SECRET)
        both = f"{quote(CLIENT_ID, safe='')}:{quote(CLIENT_SECRET, safe='')}"
        sent = request.headers.get("Authorization")
        return self.taken == "client_secret_basic" and sent == f"Basic {base64.b64encode(both.encode()).decode()}"


def signed_with(key: SigningKey, claims: Claims, *, kid: str | None = None) -> str:
    algorithm = str(key.get("alg"))
    return jwt.encode({"alg": algorithm, "kid": kid or str(key.kid)}, claims, key, algorithms=[algorithm])


@asynccontextmanager
async def providing(path: str = "") -> AsyncIterator[OpenIdProvider]:
    """A provider on a port of its own, all of it below that path."""
    provider = OpenIdProvider()
    app = provider.application()
    if path.strip("/"):
        app = web.Application()
        app.add_subapp(path.rstrip("/"), provider.application())
    server = TestServer(app)
    await server.start_server()
    provider.issuer = str(server.make_url("")).rstrip("/") + path
    try:
        yield provider
    finally:
        await server.close()
