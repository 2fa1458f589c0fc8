"""Commands that run the judge: ``judge up``, ``web``, ``daemon``, ``worker`` and ``migrate``."""

from __future__ import annotations

import asyncio

import click

from judge.cli.context import database_dsn, server_dsn
from judge.cli.settings import Lazy


@click.command("up")
@click.pass_obj
def up_command(lazy: Lazy) -> None:
    """Run everything on this machine, in the foreground: database, judge daemon and web server."""
    from judge.up import run

    run(lazy.settings)


@click.command()
@click.pass_obj
def web(lazy: Lazy) -> None:
    """Serve the web pages."""
    from web.app import run

    with server_dsn(lazy.settings) as dsn:
        run(lazy.settings, dsn)


@click.command()
@click.pass_obj
def daemon(lazy: Lazy) -> None:
    """Judge submissions as they come.

    With JUDGE_BROKER_URL set this host judges nothing itself and needs no Docker: the daemon gives each submission to a
    judgehost that runs `judge worker` and has a slot free. Several daemons may run.
    """
    from judge.hosts.daemon import run
    from judge.up import until_told

    with server_dsn(lazy.settings) as dsn:
        until_told(run(lazy.settings, dsn))


@click.command()
@click.pass_obj
def worker(lazy: Lazy) -> None:
    """Judge on this host what `judge daemon` gives it through the broker.

    Needs JUDGE_BROKER_URL (redis://HOST:PORT/0 or amqp://USER:PASSWORD@HOST:PORT/VHOST) and JUDGE_DATABASE_URL, both
    the same as for the daemon.

    Told to end by SIGTERM or Ctrl-C, it takes nothing more and finishes what it judges; told twice, or after
    JUDGE_DRAIN_S seconds, it gives that back to the queue.
    """
    from judge.hosts.worker import broker_url, run
    from judge.up import until_told

    # Before a database is looked for, and perhaps started.
    broker_url(lazy.settings)
    told = asyncio.Event()
    with server_dsn(lazy.settings) as dsn:
        until_told(run(lazy.settings, dsn, told), told)


@click.command("migrate")
@click.pass_obj
def migrate_command(lazy: Lazy) -> None:
    """Bring the database's schema up to date."""
    from judge.database.migrating import migrate

    async def work() -> list[str]:
        async with database_dsn(lazy.settings) as dsn:
            return await migrate(dsn)

    applied = asyncio.run(work())
    click.echo(f"applied: {', '.join(applied)}" if applied else "the schema is up to date")
