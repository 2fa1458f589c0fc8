"""Commands about spans that are cut out of a contest: ``judge contest gap``."""

from __future__ import annotations

import click

from judge.cli.context import run
from judge.cli.documents import JSON, show
from judge.cli.moments import moment, told
from judge.cli.settings import Lazy
from judge.store import contest_gaps, contests
from judge.store.contest_gaps import Gap
from judge.store.pool import Connection


@click.group("gap")
def group() -> None:
    """Spans that are cut out of a contest: what is sent within does not count, and its clock stands still."""


@group.command("list")
@click.argument("name")
@JSON
@click.pass_obj
def gap_list(lazy: Lazy, name: str, *, as_json: bool) -> None:
    """List the spans that are cut out of contest NAME."""

    async def work(connection: Connection) -> list[Gap]:
        return await contest_gaps.of_contest(connection, await contests.by_name(connection, name))

    found = [{"from": told(gap.starts_at), "until": told(gap.ends_at)} for gap in run(lazy, work)]
    show({"gaps": found}, (f"{item['from']}  {item['until']}" for item in found), as_json=as_json)


@group.command("cut")
@click.argument("name")
@click.argument("begin", metavar="FROM")
@click.argument("end", metavar="UNTIL")
@click.pass_obj
def gap_cut(lazy: Lazy, name: str, begin: str, end: str) -> None:
    """Cut a span out of contest NAME, also one that is past. Times without a zone are UTC."""
    gap = Gap(starts_at=moment(begin).replace(microsecond=0), ends_at=moment(end).replace(microsecond=0))

    async def work(connection: Connection) -> None:
        await contest_gaps.cut_out(connection, await contests.by_name(connection, name), gap, by=None)

    run(lazy, work)
    click.echo(f"contest {name}: without {told(gap.starts_at)} to {told(gap.ends_at)}")


@group.command("put-back")
@click.argument("name")
@click.argument("begin", metavar="FROM")
@click.pass_obj
def gap_put_back(lazy: Lazy, name: str, begin: str) -> None:
    """Let the span that begins at FROM be part of contest NAME again."""
    starts_at = moment(begin)

    async def work(connection: Connection) -> None:
        await contest_gaps.put_back(connection, await contests.by_name(connection, name), starts_at, by=None)

    run(lazy, work)
    click.echo(f"contest {name}: the span from {told(starts_at)} on is part of it again")
