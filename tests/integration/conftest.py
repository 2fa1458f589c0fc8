"""Fixtures of the tests that visit the web site, and of those that drive the queue."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from judge.config import Settings
from judge.store.pool import Pool
from tests.queues import Contest
from tests.website import Site, serving


@pytest_asyncio.fixture
async def site(dsn: str, pool: Pool) -> AsyncIterator[Site]:
    """The site as it comes."""
    async with serving(Settings(), dsn, pool) as made:
        yield made


@pytest_asyncio.fixture
async def closed_site(dsn: str, pool: Pool) -> AsyncIterator[Site]:
    """The site with registration closed."""
    async with serving(Settings(registration_open=False), dsn, pool) as made:
        yield made


@pytest_asyncio.fixture
async def https_site(dsn: str, pool: Pool) -> AsyncIterator[Site]:
    """The site as if behind https."""
    async with serving(Settings(web_https=True), dsn, pool) as made:
        yield made


@pytest_asyncio.fixture
async def contest(pool: Pool) -> AsyncIterator[Contest]:
    """An empty queue."""
    async with pool.acquire() as connection:
        yield await Contest.make(connection)
