"""What tests share: one real PostgreSQL for the whole run, and a fresh database for each test that asks."""

from __future__ import annotations

import asyncio
import itertools
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio

from judge.database.embedded import embedded
from judge.database.migrating import migrate
from judge.store.pool import Pool, open_pool
from tests.brokers import BROKERS, Broker
from tests.engines import images_there
from tests.servers import running

TESTS = Path(__file__).parent
_TEMPLATE = "template"
_numbers = itertools.count(1)

#: Folders of tests that run no other programs. All others work against clocks, on a machine that may have more to do:
#: where one of them fails it is run once more, and the summary names it.
_UNDISTURBED = {"unit"}

#: Nothing here outlives the run, so nothing waits for the disk.
_OPTIONS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "max_wal_size": "128MB",
}
#: Files in memory, and how much there has to be left: databases come and go by the hundred, and ext4 is slow to make
#: files where as many have just been deleted.
_MEMORY, _LEAST_BYTES = Path("/dev/shm"), 2 * 2**30


@pytest.fixture(scope="session")
def short_tmp() -> Iterator[Path]:
    """A directory that the database's user can enter, with a path short enough for sockets."""
    made = Path(tempfile.mkdtemp(prefix="judge-tests-"))
    made.chmod(0o711)
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture(scope="session")
def _databases() -> Iterator[Path]:
    """Where databases are, in memory where there is room."""
    is_roomy = _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free >= _LEAST_BYTES
    made = Path(tempfile.mkdtemp(prefix="judge-tests-", dir=_MEMORY if is_roomy else None))
    made.chmod(0o711)
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def _server(_databases: Path) -> AsyncIterator[str]:
    """The DSN of a server with a migrated template; stopped at the end of the run, also on Ctrl-C."""
    async with embedded(_databases, options=_OPTIONS) as dsn:
        superuser = await asyncpg.connect(_superuser(dsn))
        await superuser.execute(f"CREATE DATABASE {_TEMPLATE} OWNER judge")
        await superuser.close()
        await migrate(_named(dsn, _TEMPLATE))
        yield dsn


@pytest_asyncio.fixture
async def empty_dsn(_server: str) -> AsyncIterator[str]:
    """A database with nothing in it, dropped afterwards."""
    async with _Database(_server, "template1") as dsn:
        yield dsn


@pytest_asyncio.fixture
async def dsn(_server: str) -> AsyncIterator[str]:
    """A database of the test's own with the current schema, dropped afterwards."""
    async with _Database(_server, _TEMPLATE) as dsn:
        yield dsn


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def common_dsn(_server: str) -> AsyncIterator[str]:
    """A database that all tests of a module share, dropped after the last."""
    async with _Database(_server, _TEMPLATE) as dsn:
        yield dsn


@pytest_asyncio.fixture
async def pool(dsn: str) -> AsyncIterator[Pool]:
    """Connections to the test's own database."""
    async with open_pool(dsn) as pool:
        yield pool


@pytest.fixture(scope="session", params=sorted(BROKERS))
def broker(request: pytest.FixtureRequest, short_tmp: Path) -> Iterator[Broker]:
    """Each kind of broker in turn. A test that ends it starts it again."""
    with running(BROKERS[request.param](short_tmp / request.param)) as made:
        yield made


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--thorough``: what ``make thorough`` runs beyond ``make test``."""
    parser.addoption("--thorough", action="store_true", help="run the tests marked 'thorough', too")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what takes long, and give tests that a busy machine may disturb a second try."""
    if not config.option.thorough:
        left_out = [item for item in items if item.get_closest_marker("thorough")]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if not item.get_closest_marker("thorough")]
    for item in items:
        if item.path.relative_to(TESTS).parts[0] not in _UNDISTURBED:
            item.add_marker(pytest.mark.flaky(reruns=1))


def pytest_collection_finish(session: pytest.Session) -> None:
    """Build the images that are missing before the first test: on a new machine that takes longer than any test may."""
    if session.config.option.collectonly or not any(
        "image_names" in getattr(item, "fixturenames", ()) for item in session.items
    ):
        return
    with tempfile.TemporaryDirectory(prefix="judge-images-") as folder:
        asyncio.run(_build_images(Path(folder)))


async def _build_images(folder: Path) -> None:
    async with images_there(folder):
        pass


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def image_names(short_tmp: Path) -> AsyncIterator[dict[str, str]]:
    """The images that tests need, on a real engine."""
    async with images_there(short_tmp) as names:
        yield names


class _Database:
    """A database made from a template on entry and dropped on exit, whoever is still connected."""

    def __init__(self, server_dsn: str, template: str) -> None:
        self.server_dsn = server_dsn
        self.template = template
        self.name = f"test_{os.getpid()}_{next(_numbers)}"

    async def __aenter__(self) -> str:
        await self._say(f"CREATE DATABASE {self.name} TEMPLATE {self.template} OWNER judge")
        return _named(self.server_dsn, self.name)

    async def __aexit__(self, *_: object) -> None:
        await self._say(f"DROP DATABASE {self.name} WITH (FORCE)")

    async def _say(self, statement: str) -> None:
        """As the superuser: nobody else may end the vacuuming that a database is dropped under."""
        connection = await asyncpg.connect(_superuser(self.server_dsn))
        try:
            await connection.execute(statement)
        finally:
            await connection.close()


def _superuser(dsn: str) -> str:
    return dsn.replace("//judge@/judge?", "//postgres@/postgres?")


def _named(dsn: str, database: str) -> str:
    return dsn.replace("//judge@/judge?", f"//judge@/{database}?")
