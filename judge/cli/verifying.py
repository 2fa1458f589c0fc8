"""``judge problem verify``: everything about packages that can be found out before a contest."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import click
from rich.console import Console

from judge.cli.documents import JSON
from judge.cli.settings import Lazy
from judge.config import Isolation, Settings
from judge.errors import UsageError
from judge.verifying import terminal
from judge.verifying.desk import Watcher
from judge.verifying.page import page
from judge.verifying.report import PackageReport, document
from judge.verifying.session import verify_all

#: Where standard output is no terminal, a table is as wide as its rows.
_WIDTH = 400


@click.command("verify")
@click.argument("packages", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True))
@click.option("--isolation", type=click.Choice([level.value for level in Isolation]), help="Overrides the settings.")
@click.option("--jobs", type=click.IntRange(1, 1024), help="Submissions judged at a time, each on a core of its own.")
@JSON
@click.option("--html", type=click.Path(path_type=Path, dir_okay=False), help="Write the report to this file as well.")
@click.option("--no-cache", is_flag=True, help="Find everything out anew.")
@click.pass_context
def problem_verify(
    ctx: click.Context,
    packages: tuple[Path, ...],
    isolation: str | None,
    jobs: int | None,
    html: Path | None,
    *,
    as_json: bool,
    no_cache: bool,
) -> None:
    """Verify PACKAGES, folders or zips: lint, validators on all data, every jury submission on every test.

    What has not changed since an earlier time is not run again. Exit code 1 if anything is not ok.
    """
    lazy: Lazy = ctx.obj
    settings = _settings(lazy, isolation, jobs)
    with _watched() as watcher:
        reports = asyncio.run(verify_all(settings, packages, watcher, remembers=not no_cache))
    if html is not None:
        _write(html, reports, settings)
    if as_json:
        click.echo(json.dumps(document(reports)))
    else:
        terminal.show(reports, Console(width=None if sys.stdout.isatty() else _WIDTH, highlight=False))
    if not all(report.is_ok for report in reports):
        ctx.exit(1)


def _settings(lazy: Lazy, isolation: str | None, jobs: int | None) -> Settings:
    changes: dict[str, object] = {}
    if isolation is not None:
        changes["isolation"] = Isolation(isolation)
    if jobs is not None:
        changes["slots"] = jobs
    return lazy.settings.model_copy(update=changes)


@contextlib.contextmanager
def _watched() -> Iterator[Watcher]:
    """A live table on a terminal, else lines; both on standard error."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield terminal.Lines(lambda line: click.echo(line, err=True))
        return
    with terminal.LiveTable(console) as table:
        yield table


def _write(path: Path, reports: Sequence[PackageReport], settings: Settings) -> None:
    try:
        path.write_text(page(reports, made_at=datetime.now(UTC), isolation=settings.isolation.value))
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}; the report needs a file that can be written") from error
