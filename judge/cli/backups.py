"""Commands for surviving the loss of a machine: ``judge backup`` and ``judge restore``."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import click

from judge.cli.context import database_dsn
from judge.cli.settings import Lazy
from judge.config import Settings
from judge.database import backup
from judge.database.backup import Contents
from judge.errors import JudgeError, UsageError


@click.command("backup")
@click.argument("path", metavar="FILE")
@click.option("--quiet", is_flag=True, help="Do not tell how far it is.")
@click.pass_obj
def backup_command(lazy: Lazy, path: str, *, quiet: bool) -> None:
    """Write everything that must survive into FILE, or to standard output with -.

    The judge may go on meanwhile: the backup is of one moment. It holds accounts with their password digests, sources
    and secret test data: only its owner may read the file, and so should it stay. Settings are in it for comparison;
    judge.toml and a folder of your own recipes are not.
    """

    async def work() -> Contents:
        with _written(path) as file:
            async with database_dsn(lazy.settings) as dsn:
                return await backup.write(dsn, lazy.settings, file, _said(is_quiet=quiet))

    contents = asyncio.run(work())
    if contents.elsewhere:
        click.echo(f"{contents.elsewhere} blobs are in the object store: keep a copy of that too", err=True)
    click.echo(f"backed up {sum(contents.rows.values())} rows of revision {contents.revision}", err=True)


@click.command("restore")
@click.argument("path", metavar="FILE")
@click.option("--replace", is_flag=True, help="Drop what the database holds.")
@click.option("--quiet", is_flag=True, help="Do not tell how far it is.")
@click.pass_obj
def restore_command(lazy: Lazy, path: str, *, replace: bool, quiet: bool) -> None:
    """Make the database what it was when FILE was written, or standard input with -.

    Stop web servers and daemons first. All is restored or nothing, and a backup of an older release is brought up to
    date. What was being judged when the backup was made is judged again.
    """

    async def work() -> Contents:
        with _read(path) as file:
            async with database_dsn(lazy.settings) as dsn:
                return await backup.restore(dsn, file, _said(is_quiet=quiet), replaces=replace)

    contents = asyncio.run(work())
    _compare(contents, lazy.settings)
    if contents.elsewhere:
        click.echo(f"{contents.elsewhere} blobs are in the object store: `judge blobs check` looks for them", err=True)
    upgraded = f", then applied {', '.join(contents.upgraded)}" if contents.upgraded else ""
    click.echo(f"restored {sum(contents.rows.values())} rows as of {contents.made_at}{upgraded}")


def _said(*, is_quiet: bool) -> backup.Said:
    return lambda line: None if is_quiet else click.echo(line, err=True)


def _compare(contents: Contents, settings: Settings) -> None:
    """Tell which settings are not those of the machine where the backup was made."""
    here = settings.model_dump(mode="json")
    for name, value in contents.settings.items():
        if name in here and here[name] != value:
            click.echo(f"setting {name} was {value} there, and is {here[name]} here", err=True)


@contextlib.contextmanager
def _written(path: str) -> Iterator[BinaryIO]:
    """A file that is there under its name only once it is whole and on the disk; its owner's only."""
    if path == "-":
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    unfinished = Path(f"{path}.unfinished")
    try:
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(path)
    except OSError as error:
        raise JudgeError(f"cannot write {path}: {error.strerror or error}") from error
    finally:
        unfinished.unlink(missing_ok=True)


@contextlib.contextmanager
def _read(path: str) -> Iterator[BinaryIO]:
    if path == "-":
        yield sys.stdin.buffer
        return
    try:
        with Path(path).open("rb") as file:
            yield file
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror or error}") from error
