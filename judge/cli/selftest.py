"""``judge selftest``: hostile programs against this host's walls."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import click

from judge.cli.documents import JSON
from judge.config import Isolation, Settings
from judge.selftest import rows, suite
from judge.selftest.court import Finding
from judge.selftest.programs import FOLDER, attacks
from judge.selftest.suite import Report


@click.command()
@click.option("--isolation", type=click.Choice([level.value for level in Isolation]), help="Overrides the settings.")
@click.option("--only", metavar="PATTERN", help="Only programs so called, or those that cover this row.")
@click.option("--quick", "is_quick", is_flag=True, help="A few programs, in seconds.")
@click.option(
    "--programs", "folder", type=click.Path(path_type=Path), default=FOLDER, help="Hostile programs of your own."
)
@JSON
@click.option("--rows", "shows_rows", is_flag=True, help="Print what is covered, and judge nothing.")
@click.pass_context
def selftest(
    ctx: click.Context,
    *,
    isolation: str | None,
    only: str | None,
    is_quick: bool,
    folder: Path,
    as_json: bool,
    shows_rows: bool,
) -> None:
    """Judge hostile programs on this host, and see that all is as before.

    Exit code 0: everything held. 1: something did not. 2: this host cannot judge at that level.
    """
    if shows_rows:
        click.echo(rows.table(attacks(folder)), nl=False)
        return
    settings: Settings = ctx.obj.settings
    if isolation is not None:
        settings = settings.model_copy(update={"isolation": Isolation(isolation)})
    programs = suite.chosen(only=only, is_quick=is_quick, folder=folder)
    if not as_json:
        click.echo(_line("program", "covers", "expected", "verdict", "checks"))
    level = settings.isolation.value
    report = asyncio.run(suite.run(settings, programs, lambda finding: click.echo(_told(finding, level), err=as_json)))
    if as_json:
        click.echo(json.dumps(report.as_json()))
    _conclude(report)
    if not report.is_ok:
        ctx.exit(1)


def _told(finding: Finding, level: str) -> str:
    attack = finding.attack
    expected = " ".join(sorted(verdict.value for verdict in attack.expected(level)))
    verdict = finding.verdict.value if finding.verdict else "-"
    checks = f"FAILED: {'; '.join(finding.failed)}" if finding.failed else ""
    if finding.skipped:
        checks = f"not judged: {finding.skipped}"
    line = _line(attack.name, " ".join(attack.covers), expected, verdict, checks or "ok")
    return click.style(line, fg="red", bold=True) if finding.failed else line


def _line(name: str, covers: str, expected: str, verdict: str, checks: str) -> str:
    return f"{name:36} {covers:20} {expected:16} {verdict:8} {checks}"


def _conclude(report: Report) -> None:
    """The last words, for people, on standard error."""
    for leak in report.leaks:
        click.secho(f"LEFT BEHIND: {leak}", fg="red", bold=True, err=True)
    failed = [finding.attack.name for finding in report.findings if finding.failed]
    skipped = sum(bool(finding.skipped) for finding in report.findings)
    seconds = sum(finding.seconds for finding in report.findings)
    judged = len(report.findings) - skipped
    click.echo(
        f"{judged} hostile programs judged at level {report.level} in {seconds:.0f} s, {skipped} not judged", err=True
    )
    if report.is_ok:
        click.secho("all is as it should be", fg="green", err=True)
        return
    click.secho(
        f"THIS HOST MUST NOT JUDGE at level {report.level}: {len(failed)} programs were not as they should be"
        f"{': ' + ', '.join(failed) if failed else ''}",
        fg="red",
        bold=True,
        err=True,
    )
