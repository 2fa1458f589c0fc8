"""Commands about rejudgings there are: ``judge rejudging``, and verdicts set by hand: ``judge verdict``."""

from __future__ import annotations

import json
from typing import Any

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from judge.cli.context import run
from judge.cli.documents import JSON
from judge.cli.rejudge import submissions_in_words, until_judged
from judge.cli.settings import Lazy
from judge.errors import UsageError
from judge.queueing import plans, rejudging
from judge.store import rejudgings
from judge.store.pool import Connection
from judge.verdicts import Verdict
from web.described import described, described_rejudging

_YES = click.option("--yes", is_flag=True, help="Do not ask.")
#: A judge error is nobody's decision.
_SETTABLE = click.Choice([each.value for each in Verdict if each is not Verdict.JE])


@click.group("rejudging")
def group() -> None:
    """Rejudgings: look at them, apply, undo or cancel them. `judge rejudge` makes one."""


@group.command("list")
@JSON
@click.pass_obj
def list_all(lazy: Lazy, *, as_json: bool) -> None:
    """The latest 50 rejudgings, the newest first."""
    found = run(lazy, rejudgings.page)
    if as_json:
        click.echo(json.dumps({"rejudgings": [described_rejudging(each) for each in found]}))
        return
    if not found:
        click.echo("nothing was judged again yet; `judge rejudge --help` says how")
        return
    table = Table("id", "state", "submissions", "judged", "applied", "made", "reason", box=None)
    for each in found:
        made = f"{each.created_at:%Y-%m-%d %H:%M}"
        judged = f"{each.done} of {each.total}"
        row = (str(each.id), each.state, str(each.submissions), judged, str(each.applied), made)
        table.add_row(*row, escape(each.plan.reason))
    Console(highlight=False).print(table)


@group.command()
@click.argument("rejudging_id", metavar="ID", type=int)
@click.option("--wait", is_flag=True, help="Wait until all of it is judged.")
@JSON
@click.pass_obj
def show(lazy: Lazy, rejudging_id: int, *, wait: bool, as_json: bool) -> None:
    """What rejudging ID would change: verdicts old and new, and the standings."""

    async def look(connection: Connection) -> dict[str, Any]:
        if wait:
            await until_judged(connection, rejudging_id)
        return await described(connection, rejudging_id)

    document = run(lazy, look)
    if as_json:
        click.echo(json.dumps(document))
    else:
        _show(document)


@group.command()
@click.argument("rejudging_id", metavar="ID", type=int)
@click.option("--ids", default="", metavar="LIST", help="Only these submissions, like 3,5-8.")
@click.option("--contest", default="", metavar="NAME", help="Only those of a contest.")
@click.option("--problem", default="", metavar="NAME", help="Only those to a problem.")
@click.option("--language", default="", metavar="ID", help="Only those in a language.")
@click.option("--team", default="", metavar="LOGIN", help="Only those of an account.")
@click.option("--old", default="", metavar="VERDICT", help="Only those that have this verdict.")
@click.option("--new", default="", metavar="VERDICT", help="Only those that would have this verdict.")
@click.option("--changed", is_flag=True, help="Only those whose verdict or score changes.")
@click.option("--errors", is_flag=True, help="Also those that ended as a judge error.")
@click.option("--overrides", is_flag=True, help="Also those whose verdict a person set.")
@click.option("--unfinished", is_flag=True, help="What is judged so far, though not everything is.")
@_YES
@click.pass_obj
def apply(lazy: Lazy, /, rejudging_id: int, *, unfinished: bool, yes: bool, **fields: str | bool) -> None:
    """Make the verdicts of rejudging ID count, all or a part. `undo` takes it back."""
    words = {name: ("1" if value else "") if isinstance(value, bool) else value for name, value in fields.items()}
    part = plans.part(words)
    _confirm(f"Apply rejudging {rejudging_id}? Contestants see the new verdicts at once.", yes=yes)
    done = run(lazy, lambda to: rejudging.apply(to, rejudging_id, by=None, part=part, is_partial=unfinished))
    click.echo(f"rejudging {rejudging_id}: the verdicts of {submissions_in_words(done.submissions)} count now")
    for number, why in (
        (done.unfinished, "not judged yet"),
        (done.errors, "ended as a judge error; --errors applies these too"),
        (done.overridden, "set by a person; --overrides applies these too"),
    ):
        if number:
            click.echo(f"  {number} left alone: {why}")


@group.command()
@click.argument("rejudging_id", metavar="ID", type=int)
@_YES
@click.pass_obj
def undo(lazy: Lazy, rejudging_id: int, *, yes: bool) -> None:
    """Bring back the verdicts from before rejudging ID was applied; it is then open again."""
    _confirm(f"Undo rejudging {rejudging_id}? Contestants see the old verdicts again.", yes=yes)
    number = run(lazy, lambda to: rejudging.undo(to, rejudging_id, by=None))
    click.echo(f"rejudging {rejudging_id}: verdicts from before are back, those of {submissions_in_words(number)}")


@group.command()
@click.argument("rejudging_id", metavar="ID", type=int)
@_YES
@click.pass_obj
def cancel(lazy: Lazy, rejudging_id: int, *, yes: bool) -> None:
    """End rejudging ID without applying it."""
    _confirm(f"Cancel rejudging {rejudging_id}? What is not judged yet will not be.", yes=yes)
    number = run(lazy, lambda to: rejudging.cancel(to, rejudging_id, by=None))
    click.echo(f"rejudging {rejudging_id}: cancelled; {number} judgings are spared")


@click.group()
def verdict() -> None:
    """Verdicts set by hand."""


@verdict.command("set")
@click.argument("submission_id", metavar="SUBMISSION", type=int)
@click.argument(
    "value", metavar="VERDICT", type=click.Choice([each.value for each in Verdict if each is not Verdict.JE])
)
@click.option("--reason", required=True, help="Why; shown to the jury.")
@click.option("--score", type=float, help="Of a scoring problem.")
@click.pass_obj
def set_verdict(lazy: Lazy, submission_id: int, value: str, *, reason: str, score: float | None) -> None:
    """Give SUBMISSION that verdict, whatever it was judged to be."""
    run(
        lazy,
        lambda to: rejudging.override(to, submission_id, Verdict(value), reason=reason, by=None, score=score),
    )
    click.echo(f"submission {submission_id}: {value}, set by hand; `judge verdict restore` takes it back")


@verdict.command("restore")
@click.argument("submission_id", metavar="SUBMISSION", type=int)
@click.pass_obj
def restore_verdict(lazy: Lazy, submission_id: int) -> None:
    """Bring back the verdict that SUBMISSION had before somebody set it."""
    run(lazy, lambda to: rejudging.undo_override(to, submission_id, by=None))
    click.echo(f"submission {submission_id}: has the verdict from before")


def _confirm(question: str, *, yes: bool) -> None:
    if not yes and not click.confirm(question, err=True):
        raise UsageError("nothing was done")


def _show(document: dict[str, Any]) -> None:
    """A rejudging for people."""
    console = Console(highlight=False)
    console.print(
        f"rejudging {document['id']}, {document['state']}: {document['submissions']} submissions,"
        f" {document['done']} of {document['total']} judged; {document['reason']}",
        markup=False,
    )
    _show_matrix(console, document["matrix"])
    if document["changes"]:
        table = Table("submission", "contest", "problem", "team", "language", "old", "new", box=None)
        for each in document["changes"]:
            names = (each["contest"], each["problem"], each["team"], each["language"])
            verdicts = (_judged(each["old"]), _judged(each["new"]))
            table.add_row(str(each["submission_id"]), *map(escape, names), *verdicts)
        console.print(table)
    if document["repeats"] > 1:
        _show_steadiness(console, document["steadiness"])
    for effect in document["standings"]:
        _show_standings(console, effect)


def _show_matrix(console: Console, cells: list[dict[str, Any]]) -> None:
    names = ["none", *Verdict]
    news = sorted({cell["new"] or "none" for cell in cells}, key=names.index)
    olds = sorted({cell["old"] or "none" for cell in cells}, key=names.index)
    counts = {(cell["old"] or "none", cell["new"] or "none"): cell["submissions"] for cell in cells}
    table = Table("old \\ new", *news, box=None)
    for old in olds:
        table.add_row(old, *(str(counts.get((old, new), "")) for new in news))
    console.print(table)


def _show_steadiness(console: Console, rows: list[dict[str, Any]]) -> None:
    table = Table("submission", "problem", "team", "verdicts", "fastest", "slowest", box=None)
    for each in rows:
        verdicts = ", ".join(f"{number} {name}" for name, number in each["verdicts"].items())
        times = (f"{each['fastest_cpu_us'] / 1e6:.3f} s", f"{each['slowest_cpu_us'] / 1e6:.3f} s")
        table.add_row(str(each["submission_id"]), each["label"], escape(each["team"]), verdicts, *times)
    console.print(table)


def _show_standings(console: Console, effect: dict[str, Any]) -> None:
    frozen = ", frozen: the public sees less of it" if effect["is_frozen"] else ""
    console.print(f"standings of {effect['contest']}{frozen}", markup=False)
    table = Table("team", "rank", "solved", "penalty", box=None)
    for each in effect["teams"]:
        pairs = ((each[name]["old"], each[name]["new"]) for name in ("rank", "solved", "penalty_minutes"))
        table.add_row(escape(each["team"]), *(f"{old} → {new}" if old != new else str(new) for old, new in pairs))
    if effect["teams"]:
        console.print(table)
    else:
        console.print("  nobody's line changes", markup=False)
    for each in effect["first_to_solve"]:
        firsts = " → ".join(each[side] or "nobody" for side in ("old", "new"))
        console.print(f"  first to solve {each['problem']}: {firsts}", markup=False)


def _judged(side: dict[str, Any]) -> str:
    score = "" if side["score"] is None else f" {side['score']:g}"
    return f"{side['verdict'] or 'none'}{score}"
