"""Commands of those who watch over the queue: ``judge queue``."""

from __future__ import annotations

import json
from collections.abc import Callable

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from judge.cli.context import run
from judge.cli.documents import JSON
from judge.cli.settings import Lazy
from judge.errors import UsageError
from judge.queueing import queue as verbs
from judge.recipes.languages import languages
from judge.store import waiting
from judge.store.pauses import Scope
from judge.store.waiting import Queue


@click.group()
def queue() -> None:
    """The queue: what waits, and what is paused."""


def _scope(command: Callable[..., None]) -> Callable[..., None]:
    """The options that say what of the queue is meant."""
    for option in (
        click.option("--all", "everything", is_flag=True, help="Everything."),
        click.option("--language", metavar="ID", help="What is written in this language."),
        click.option("--problem", metavar="NAME", help="What is submitted to this problem."),
        click.option("--contest", metavar="NAME", help="What is submitted to this contest."),
    ):
        command = option(command)
    return command


@queue.command("pause")
@_scope
@click.option("--reason", required=True, help="Why, for other admins.")
@click.pass_obj
def queue_pause(
    lazy: Lazy, *, contest: str | None, problem: str | None, language: str | None, everything: bool, reason: str
) -> None:
    """Judge nothing of that for now. Several options mean what agrees with all. Judgings in progress go on."""
    scope = _meant(contest, problem, language, everything=everything)
    if language is not None and language not in languages():
        raise UsageError(f"there is no language {language!r}; `judge language list --all` has all there are")

    held = run(lazy, lambda to: verbs.pause(to, scope, reason=reason))
    click.echo(f"paused: {scope}; {held} waiting judgings are held")


@queue.command("resume")
@_scope
@click.pass_obj
def queue_resume(
    lazy: Lazy, *, contest: str | None, problem: str | None, language: str | None, everything: bool
) -> None:
    """End the pause that was made with the same options."""
    scope = _meant(contest, problem, language, everything=everything)

    freed = run(lazy, lambda to: verbs.resume(to, scope))
    click.echo(f"resumed: {scope}; {freed} judgings are no longer held")


@queue.command("show")
@JSON
@click.pass_obj
def queue_show(lazy: Lazy, *, as_json: bool) -> None:
    """What waits, what is paused and why, and who judges."""
    found = run(lazy, lambda to: waiting.overview(to, lost_after_s=lazy.settings.lease_s))
    if as_json:
        click.echo(json.dumps(verbs.described(found)))
    else:
        _show(found)


def _meant(contest: str | None, problem: str | None, language: str | None, *, everything: bool) -> Scope:
    scope = Scope(contest=contest, problem=problem, language=language)
    if everything == (scope != Scope()):
        raise UsageError("say what: --contest, --problem, --language, or --all alone")
    return scope


def _show(found: Queue) -> None:
    console = Console(highlight=False)
    table = Table("waiting", "ready", "held", "longest wait")
    for row in found.waiting:
        table.add_row(verbs.PRIORITY_NAMES[row.priority], str(row.ready), str(row.held), f"{row.longest_wait_s:.0f} s")
    console.print(table if found.waiting else "Nothing waits.")
    for pause in found.pauses:
        by = escape(pause.paused_by or "the command line")
        since = f"{pause.paused_at:%Y-%m-%d %H:%M} UTC"
        console.print(f"Paused since {since} by {by}: {pause.scope}; {pause.held} held. {escape(pause.reason)}")
    for lane in found.forsaken:
        pool, _, level = lane.partition("/")
        wanted = f"pool {pool}" + (f", level {level}" if level else "")
        console.print(f"[bold red]No judgehost takes what waits for {wanted}.[/]")
    table = Table("judgehost", "judging", "slots", "pools", "levels", "takes work")
    for host in found.judgehosts:
        pools, levels = ", ".join(host.pools), ", ".join(host.levels)
        takes = "yes" if host.takes_work else "no"
        table.add_row(escape(host.name), str(host.judging), str(host.slots), pools, levels, takes)
    if found.judgehosts:
        console.print(table)
