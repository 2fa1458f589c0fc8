"""What commands share: the database that the settings lead to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import TypeVar

from judge.cli.settings import Lazy
from judge.config import Settings
from judge.database import schema
from judge.database.embedded import embedded
from judge.errors import NotFound
from judge.store import accounts
from judge.store.accounts import Account
from judge.store.objects import open_store
from judge.store.pool import Connection, connect

_T = TypeVar("_T")


@asynccontextmanager
async def database_dsn(settings: Settings) -> AsyncIterator[str]:
    """The database of the settings, or the embedded one, started if it does not run already."""
    if settings.database_url:
        yield settings.database_url
        return
    async with embedded(settings.data_dir) as dsn:
        yield dsn


@asynccontextmanager
async def open_connection(settings: Settings) -> AsyncIterator[Connection]:
    """One connection to that database, whose schema is this version's."""
    async with database_dsn(settings) as dsn:
        await schema.check_migrated(dsn)
        async with connect(dsn, objects=open_store(settings)) as connection:
            yield connection


def run(lazy: Lazy, work: Callable[[Connection], Awaitable[_T]]) -> _T:
    """What a command does with one connection to that database, done."""

    async def connected() -> _T:
        async with open_connection(lazy.settings) as connection:
            return await work(connection)

    return asyncio.run(connected())


async def account_of(connection: Connection, login: str) -> Account:
    """The account of that login.

    Raises:
        NotFound: nobody has it.
    """
    account = await accounts.by_login(connection, login)
    if account is None:
        raise NotFound(f"nobody has the login {login!r}")
    return account


@contextmanager
def server_dsn(settings: Settings) -> Iterator[str]:
    """The database for a command that has an event loop of its own."""
    with asyncio.Runner() as runner:
        context = database_dsn(settings)
        dsn = runner.run(context.__aenter__())
        try:
            runner.run(schema.check_migrated(dsn))
            yield dsn
        finally:
            runner.run(context.__aexit__(None, None, None))
