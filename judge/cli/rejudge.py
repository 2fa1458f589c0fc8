"""``judge rejudge``: what to judge again."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any, TypeVar

import click

from judge.cli.context import run
from judge.cli.documents import JSON
from judge.cli.settings import Lazy
from judge.errors import UsageError
from judge.queueing import plans, rejudging
from judge.store import rejudgings, selections
from judge.store.pool import Connection
from web.described import described_rejudging

#: How often to look how far a rejudging is.
_LOOK_S = 1.0
_FILTERS = (
    ("--contest", "NAME", "Those of a contest."),
    ("--problem", "NAME", "Those to a problem."),
    ("--language", "ID", "Those in a language."),
    ("--team", "LOGIN", "Those of an account."),
    ("--verdicts", "LIST", "Those with any of these verdicts, like WA,TLE."),
    ("--judgehost", "NAME", "Those that this judgehost judged; they are judged afresh."),
    ("--judged-from", "TIME", "Those judged then or later, like 2030-05-01T09:00+02:00; without a zone it is UTC."),
    ("--judged-until", "TIME", "Those judged before."),
    ("--submitted-from", "TIME", "Those submitted then or later."),
    ("--submitted-until", "TIME", "Those submitted before."),
    ("--judged-version", "ID", "Those judged with that version of their problem."),
    ("--who", "WHOSE", "Those of the jury, of contestants, or all."),
)


_F = TypeVar("_F", bound=Callable[..., None])


def _filters(command: _F) -> _F:
    for name, metavar, text in reversed(_FILTERS):
        command = click.option(name, metavar=metavar, default="", help=text)(command)
    return command


@click.command()
@click.argument("ids", nargs=-1, metavar="[SUBMISSION...]")
@_filters
@click.option("--stale", is_flag=True, help="Those judged with other tests, limits or checker than now.")
@click.option("--all", "takes_all", is_flag=True, help="Every submission there is.")
@click.option(
    "--version",
    default="live",
    metavar="live|same|ID",
    help="Judge with the live version, with the same, or with that.",
)
@click.option("--repeats", default="1", metavar="N", help="Judge each so often, to see how steady verdicts are.")
@click.option("--fresh", is_flag=True, help="Run every test, also those that nothing has changed of.")
@click.option("--reason", default="", help="Why; shown to admins.")
@click.option("--dry-run", is_flag=True, help="Only say how many submissions are chosen.")
@click.option("--wait", is_flag=True, help="Wait until all of it is judged.")
@JSON
@click.pass_obj
def rejudge(
    lazy: Lazy,
    /,
    ids: tuple[str, ...],
    *,
    takes_all: bool,
    dry_run: bool,
    wait: bool,
    as_json: bool,
    **fields: str | bool,
) -> None:
    """Judge submissions again, by their numbers (also like 5-9) or by what they are; several conditions must all hold.

    The verdicts that count stay as they are until `judge rejudging apply`.
    """
    words = {name: ("1" if value else "") if isinstance(value, bool) else value for name, value in fields.items()}
    plan = plans.plan({**words, "ids": " ".join(ids)})
    if plan.selection.is_everything and plan.target.version_id is None and not takes_all:
        raise UsageError("that would be every submission there is: say which, or --all")

    async def work(to: Connection) -> dict[str, Any]:
        if dry_run:
            return {"submissions": await selections.count(to, plan.selection, plan.target)}
        rejudging_id = await rejudging.create(to, plan, by=None)
        if wait:
            await until_judged(to, rejudging_id)
        return described_rejudging(await rejudgings.by_id(to, rejudging_id))

    document = run(lazy, work)
    if as_json:
        click.echo(json.dumps(document))
    elif dry_run:
        click.echo(f"{submissions_in_words(document['submissions'])} would be judged again")
    else:
        number = document["id"]
        click.echo(
            f"rejudging {number}: {submissions_in_words(document['submissions'])}; see `judge rejudging show {number}`"
        )


async def until_judged(connection: Connection, rejudging_id: int) -> None:
    """Wait until all of a rejudging is judged, saying how far it is on standard error."""
    said = ""
    while True:
        now = await rejudgings.by_id(connection, rejudging_id)
        line = f"{now.done} of {now.total} judged"
        if line != said:
            click.echo(line, err=True)
            said = line
        if not now.unfinished:
            return
        await asyncio.sleep(_LOOK_S)


def submissions_in_words(number: int) -> str:
    """How many submissions, as a text says it."""
    return f"{number} submission{'s' if number != 1 else ''}"
