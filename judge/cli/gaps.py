"""Commands about spans that are cut out of a contest: ``judge contest gap``."""

from __future__ import annotations

import asyncio
import json

import click

from judge.cli.context import open_connection
from judge.cli.moments import moment, told
from judge.cli.settings import Lazy
from judge.store import contest_gaps, contests
from judge.store.contest_gaps import Gap


@click.group("gap")
def group() -> None:
    """Spans that are cut out of a contest: what is sent within does not count, and its clock stands still."""


@group.command("list")
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_obj
def gap_list(lazy: Lazy, name: str, *, as_json: bool) -> None:
    """List the spans that are cut out of contest NAME."""

    async def work() -> list[Gap]:
        async with open_connection(lazy.settings) as connection:
            return await contest_gaps.of_contest(connection, await contests.by_name(connection, name))

    found = [{"from": told(gap.starts_at), "until": told(gap.ends_at)} for gap in asyncio.run(work())]
    if as_json:
        click.echo(json.dumps({"gaps": found}))
        return
    for item in found:
        click.echo(f"{item['from']}  {item['until']}")


@group.command("cut")
@click.argument("name")
@click.argument("begin", metavar="FROM")
@click.argument("end", metavar="UNTIL")
@click.pass_obj
def gap_cut(lazy: Lazy, name: str, begin: str, end: str) -> None:
    """Cut a span out of contest NAME, also one that is past. Times without a zone are UTC."""
    gap = Gap(starts_at=moment(begin).replace(microsecond=0), ends_at=moment(end).replace(microsecond=0))

    async def work() -> None:
        async with open_connection(lazy.settings) as connection:
            await contest_gaps.cut_out(connection, await contests.by_name(connection, name), gap, by=None)

    asyncio.run(work())
    click.echo(f"contest {name}: without {told(gap.starts_at)} to {told(gap.ends_at)}")


@group.command("put-back")
@click.argument("name")
@click.argument("begin", metavar="FROM")
@click.pass_obj
def gap_put_back(lazy: Lazy, name: str, begin: str) -> None:
    """Let the span that begins at FROM be part of contest NAME again."""
    starts_at = moment(begin)

    async def work() -> None:
        async with open_connection(lazy.settings) as connection:
            await contest_gaps.put_back(connection, await contests.by_name(connection, name), starts_at, by=None)

    asyncio.run(work())
    click.echo(f"contest {name}: the span from {told(starts_at)} on is part of it again")
