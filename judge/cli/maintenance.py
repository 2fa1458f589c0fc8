"""Commands about maintenance: ``judge maintenance``."""

from __future__ import annotations

import asyncio
import json

import click

from judge.cli.context import open_connection
from judge.cli.settings import Lazy
from judge.store import maintenance
from judge.store.maintenance import Maintenance

_MOST_WAITED_S = 3600.0
_POLL_S = 0.5


@click.group("maintenance")
def group() -> None:
    """Read-only mode: the site refuses what changes anything, and judgehosts claim nothing."""


@group.command("on")
@click.option("--reason", required=True, help="Shown to everybody: what is done, and until when about.")
@click.option("--wait", "is_waiting", is_flag=True, help="Wait for judgings under way, an hour at most.")
@click.pass_obj
def on(lazy: Lazy, *, reason: str, is_waiting: bool) -> None:
    """Begin. What is being judged is judged to its end; what is queued waits."""

    async def work() -> int:
        async with open_connection(lazy.settings) as connection:
            await maintenance.begin(connection, reason=reason.strip()[:500], by=None)
            async with asyncio.timeout(_MOST_WAITED_S):
                while (count := await maintenance.under_way(connection)) and is_waiting:
                    await asyncio.sleep(_POLL_S)
            return count

    count = asyncio.run(work())
    click.echo(f"the site is read-only; {count or 'no'} judgings are under way")


@group.command("off")
@click.pass_obj
def off(lazy: Lazy) -> None:
    """End."""

    async def work() -> None:
        async with open_connection(lazy.settings) as connection:
            await maintenance.end(connection, by=None)

    asyncio.run(work())
    click.echo("the site is open again")


@group.command("show")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_obj
def show(lazy: Lazy, *, as_json: bool) -> None:
    """Tell whether there is maintenance, and why."""

    async def work() -> tuple[Maintenance | None, int]:
        async with open_connection(lazy.settings) as connection:
            return await maintenance.current(connection), await maintenance.under_way(connection)

    found, count = asyncio.run(work())
    if as_json:
        since = None if found is None else found.since.isoformat()
        reason = None if found is None else found.reason
        click.echo(json.dumps({"on": found is not None, "reason": reason, "since": since, "under_way": count}))
    elif found is None:
        click.echo("off")
    else:
        click.echo(f"on since {found.since:%Y-%m-%d %H:%M} UTC: {found.reason}; {count or 'no'} judgings are under way")
