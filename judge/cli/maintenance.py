"""Commands about maintenance: ``judge maintenance``."""

from __future__ import annotations

import asyncio
import json

import click

from judge.cli.context import run
from judge.cli.documents import JSON
from judge.cli.settings import Lazy
from judge.store import maintenance
from judge.store.maintenance import Maintenance
from judge.store.pool import Connection

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

    async def work(connection: Connection) -> int:
        await maintenance.begin(connection, reason=reason.strip()[:500], by=None)
        async with asyncio.timeout(_MOST_WAITED_S):
            while (count := await maintenance.under_way(connection)) and is_waiting:
                await asyncio.sleep(_POLL_S)
        return count

    count = run(lazy, work)
    click.echo(f"the site is read-only; {count or 'no'} judgings are under way")


@group.command("off")
@click.pass_obj
def off(lazy: Lazy) -> None:
    """End."""
    run(lazy, lambda connection: maintenance.end(connection, by=None))
    click.echo("the site is open again")


@group.command("show")
@JSON
@click.pass_obj
def show(lazy: Lazy, *, as_json: bool) -> None:
    """Tell whether there is maintenance, and why."""

    async def work(connection: Connection) -> tuple[Maintenance | None, int]:
        return await maintenance.current(connection), await maintenance.under_way(connection)

    found, count = run(lazy, work)
    if as_json:
        since = None if found is None else found.since.isoformat()
        reason = None if found is None else found.reason
        click.echo(json.dumps({"on": found is not None, "reason": reason, "since": since, "under_way": count}))
    elif found is None:
        click.echo("off")
    else:
        click.echo(f"on since {found.since:%Y-%m-%d %H:%M} UTC: {found.reason}; {count or 'no'} judgings are under way")
