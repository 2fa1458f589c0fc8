"""Commands for where test data and packages are kept: ``judge blobs``."""

from __future__ import annotations

import time
from datetime import timedelta

import click

from judge.cli.context import run
from judge.cli.settings import Lazy
from judge.models import MIB
from judge.store import upkeep
from judge.store.pool import Connection
from judge.store.upkeep import Tally

_TELL_EVERY_S = 2.0


@click.group()
def blobs() -> None:
    """Test data, packages and attachments: in Postgres, or in the object store of the setting ``blob_store``."""


@blobs.command("move")
@click.option("--to", "where", type=click.Choice(["objects", "postgres"]), required=True, help="Where they are to be.")
@click.pass_obj
def blobs_move(lazy: Lazy, *, where: str) -> None:
    """Move bulk data into the object store, or back. It may be stopped and started again at any time.

    Judgehosts and web servers must have the same ``blob_store`` before anything is moved there.
    """

    async def work(connection: Connection) -> Tally:
        move = upkeep.move_to_objects if where == "objects" else upkeep.move_to_postgres
        return await move(connection, progress=_Teller("moved"))

    click.echo(f"moved {_amount(run(lazy, work))} to {where}")


@blobs.command("check")
@click.pass_obj
def blobs_check(lazy: Lazy) -> None:
    """Read every blob and compare it with its digest; exit code 1 if any is missing or damaged."""
    checked = run(lazy, lambda connection: upkeep.check(connection, progress=_Teller("checked")))
    for line in checked.damaged:
        click.echo(line, err=True)
    click.echo(
        f"checked {_amount(Tally(count=checked.count, size=checked.size))}: {len(checked.damaged)} missing or damaged"
    )
    if checked.damaged:
        click.echo("restore them from a backup of the store", err=True)
        raise click.exceptions.Exit(1)


@blobs.command("prune")
@click.option("--older-than", "days", type=click.FloatRange(min=0), default=7.0, show_default=True, help="In days.")
@click.option("--delete", is_flag=True, help="Remove them; else they are only counted.")
@click.pass_obj
def blobs_prune(lazy: Lazy, *, days: float, delete: bool) -> None:
    """Remove objects of the store that this database does not name.

    Never run it where another database, perhaps a restored copy, uses the same bucket and prefix.
    """
    older_than = timedelta(days=days)
    amount = _amount(run(lazy, lambda connection: upkeep.prune(connection, older_than=older_than, is_dry=not delete)))
    click.echo(f"removed {amount}" if delete else f"{amount} named by nothing here; --delete removes them")


class _Teller:
    """Says now and then how far it is."""

    def __init__(self, verb: str) -> None:
        self._verb = verb
        self._not_before = time.monotonic() + _TELL_EVERY_S

    def __call__(self, tally: Tally) -> None:
        if time.monotonic() >= self._not_before:
            self._not_before = time.monotonic() + _TELL_EVERY_S
            whole = _amount(Tally(count=tally.total, size=tally.total_size))
            click.echo(f"{self._verb} {_amount(tally)} of {whole}", err=True)


def _amount(tally: Tally) -> str:
    return f"{tally.count} blobs, {tally.size / MIB:.1f} MiB"
