"""Which schema this program is written for, and whether a database has it.

``migrating.py`` changes schemas; what it needs for that takes longer to import than most commands take to run.
"""

from __future__ import annotations

from pathlib import Path

import asyncpg

import migrations
from judge.errors import JudgeError
from judge.store import copying
from judge.store.pool import connect

#: All revisions that this program knows, the oldest first: their modules' names begin with them.
REVISIONS = tuple(sorted(path.name[:4] for path in (Path(migrations.__file__).parent / "versions").glob("[0-9]*.py")))


async def check_migrated(dsn: str) -> None:
    """Make sure that the schema is the one this program was written for.

    Raises:
        JudgeError: it is older or newer, with the command to run.
    """
    try:
        async with connect(dsn) as connection:
            current = await copying.revision(connection)
    except asyncpg.PostgresError as error:
        raise JudgeError(f"the database refused: {error}") from error
    if current == head():
        return
    if current is None:
        raise JudgeError("the database is empty: run `judge migrate`")
    if current in REVISIONS:
        raise JudgeError(f"the database's schema is {current}, this program needs {head()}: run `judge migrate`")
    raise JudgeError(newer(current))


def head() -> str:
    """The revision that this program needs.

    Raises:
        JudgeError: it was installed without any.
    """
    if not REVISIONS:
        raise JudgeError("this installation has no migrations: install it again")
    return REVISIONS[-1]


def newer(found: str) -> str:
    """What is said of a schema that this program does not know."""
    return f"the database's schema is newer than this program ({found}): update the program, or restore an older backup"
