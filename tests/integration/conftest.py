"""Fixtures of the tests that visit the web site."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest_asyncio
from aiohttp.test_utils import TestServer

from judge.config import Settings
from judge.store.pool import Pool
from tests.website import Site
from web.app import make_app


@asynccontextmanager
async def _serving(settings: Settings, dsn: str, pool: Pool) -> AsyncIterator[Site]:
    server = TestServer(make_app(settings, dsn))
    await server.start_server()
    site = Site(server, pool)
    try:
        yield site
    finally:
        for visitor in site.visitors:
            await visitor.close()
        await server.close()


@pytest_asyncio.fixture
async def site(dsn: str, pool: Pool) -> AsyncIterator[Site]:
    """The site as it comes."""
    async with _serving(Settings(), dsn, pool) as made:
        yield made


@pytest_asyncio.fixture
async def closed_site(dsn: str, pool: Pool) -> AsyncIterator[Site]:
    """The site with registration closed."""
    async with _serving(Settings(registration_open=False), dsn, pool) as made:
        yield made


@pytest_asyncio.fixture
async def https_site(dsn: str, pool: Pool) -> AsyncIterator[Site]:
    """The site as if behind https."""
    async with _serving(Settings(web_https=True), dsn, pool) as made:
        yield made
