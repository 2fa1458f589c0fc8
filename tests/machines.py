"""What tests share that do whatever may be done, in whatever order, and compare Postgres with a model of it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from typing import TypeVar

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

from judge.store.pool import Connection, connect

_T = TypeVar("_T")


class Machine(RuleBasedStateMachine):
    """Rules against one database, which ``begin`` brings into the state that each story begins with."""

    dsn: str
    connection: Connection

    def __init__(self) -> None:
        super().__init__()
        self._runner = asyncio.Runner()
        self._opened = AsyncExitStack()
        self.connection = self.run(self._opened.enter_async_context(connect(self.dsn)))
        #: Accounts by their logins.
        self.teams = self.run(self.ids("login", "users"))
        self.run(self.begin())

    async def begin(self) -> None:
        """Undo what the last story did, and find what the rules speak of."""
        raise NotImplementedError

    async def ids(self, name: str, table: str) -> dict[str, int]:
        """The ids of a table's rows, by a column."""
        rows = await self.connection.fetch(f"SELECT {name} AS name, id FROM {table}")
        return {row["name"]: row["id"] for row in rows}

    def run(self, work: Awaitable[_T]) -> _T:
        """What comes of it, from a rule, which cannot wait."""

        async def done() -> _T:
            return await work

        return self._runner.run(done())

    def execute(self, statement: str, *values: object) -> None:
        self.run(self.connection.execute(statement, *values))

    def teardown(self) -> None:
        self.run(self._opened.aclose())
        self._runner.close()


def explore(
    machine: type[Machine],
    dsn: str,
    *,
    prepare: Callable[[Connection], Awaitable[None]],
    phases: Sequence[Phase] = tuple(Phase),
) -> None:
    """Try stories, the same ones each time, until one fails or there were enough.

    Args:
        machine: has the rules.
        dsn: of an empty database.
        prepare: makes what all stories need.
        phases: what Hypothesis does, as it calls that.
    """

    async def prepared() -> None:
        async with connect(dsn) as connection:
            await prepare(connection)

    with asyncio.Runner() as runner:
        runner.run(prepared())
    run_state_machine_as_test(
        type(f"{machine.__name__}There", (machine,), {"dsn": dsn}),
        settings=settings(
            max_examples=25,
            stateful_step_count=40,
            deadline=None,
            derandomize=True,
            database=None,
            phases=phases,
            suppress_health_check=list(HealthCheck),
        ),
    )
