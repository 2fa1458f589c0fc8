"""Logging in at an OpenID provider with a real browser: nothing of the site's own policy is in the way."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect
from pydantic import SecretStr

from judge.config import Settings
from judge.store.pool import Pool
from tests.oidc import CLIENT_ID, CLIENT_SECRET, OpenIdProvider, providing
from tests.website import PASSWORD, Site, serving

pytestmark = pytest.mark.timeout(120)


@pytest_asyncio.fixture
async def provider() -> AsyncIterator[OpenIdProvider]:
    """Who vouches for people."""
    async with providing() as made:
        yield made


@pytest_asyncio.fixture
async def site(dsn: str, pool: Pool, provider: OpenIdProvider) -> AsyncIterator[Site]:
    """The site of a school."""
    settings = Settings(
        oidc_issuer=provider.issuer,
        oidc_client_id=CLIENT_ID,
        oidc_client_secret=SecretStr(CLIENT_SECRET),
        oidc_name="the school",
    )
    async with serving(settings, dsn, pool) as made:
        yield made


async def test_linking_then_logging_in(site: Site, page: Page) -> None:
    """Who has linked their account comes back to the page they wanted by one button."""
    await site.account("ada", name="Ada L.")
    await page.goto("/login")
    await page.fill("#login", "ada")
    await page.fill("#password", PASSWORD)
    await page.click("button.primary")
    await page.goto("/account")
    await page.fill("#sign-on-password", PASSWORD)
    await page.get_by_role("button", name="Link with the school").click()
    await page.get_by_role("link", name="Go on").click()
    await expect(page.get_by_role("button", name="Undo the link")).to_be_visible()
    await page.get_by_role("button", name="Log out").click()

    await page.goto("/account/tokens")
    await page.get_by_role("link", name="Log in with the school").click()

    await expect(page.get_by_role("heading", name="API tokens")).to_be_visible()
