"""A site whose people log in at an OpenID provider, and their way there and back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest_asyncio
from aiohttp import ClientSession
from pydantic import SecretStr
from yarl import URL

from judge.config import Settings
from judge.store.pool import Pool
from tests.oidc import CLIENT_ID, CLIENT_SECRET, OpenIdProvider, providing
from tests.website import PASSWORD, Page, Site, Visitor, serving

BACK = "/login/sign-on/callback"


@pytest_asyncio.fixture
async def provider() -> AsyncIterator[OpenIdProvider]:
    """Who vouches for people."""
    async with providing() as made:
        yield made


def settings_of(provider: OpenIdProvider, **others: Any) -> Settings:
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
    async with serving(settings_of(provider, oidc_registration=True), dsn, pool) as made:
        yield made


@pytest_asyncio.fixture
async def closed_site(dsn: str, pool: Pool, provider: OpenIdProvider) -> AsyncIterator[Site]:
    """The same where admins make the accounts."""
    async with serving(settings_of(provider), dsn, pool) as made:
        yield made


async def sent(visitor: Visitor, path: str = "/login/sign-on?next=/problems") -> str:
    """Where the site sends a browser."""
    answer = await visitor.get(path)
    assert answer.status == 303, answer.words
    return str(answer.headers["Location"])


async def known(address: str) -> str:
    """Where the provider sends the browser back to, as a path of the site."""
    async with ClientSession() as browser, browser.get(URL(address, encoded=True), allow_redirects=False) as answer:
        return str(URL(answer.headers["Location"]).relative())


async def sign_on(visitor: Visitor) -> Page:
    return await visitor.get(await known(await sent(visitor)))


async def is_logged_in(visitor: Visitor) -> bool:
    return (await visitor.get("/account")).status == 200


async def link(site: Site, visitor: Visitor, password: str = PASSWORD) -> Page:
    page = await visitor.post("/account/sign-on", {"action": "link", "old_password": password}, form_on="/account")
    address = page.text.partition('<a class="button" href="')[2].partition('"')[0].replace("&amp;", "&")
    return await visitor.get(await known(address)) if address else page
