"""``judge doctor``: what on this host makes judging unsafe, unfair or impossible."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from judge.cli.documents import JSON
from judge.cli.settings import Lazy
from judge.config import Isolation
from judge.doctor import examine, ordered
from sandbox.doctor.finding import Finding, Status

_COLOURS = {Status.FAIL: "bold red", Status.WARN: "yellow", Status.PASS: "green", Status.SKIP: "dim"}
_GROUPS = {
    "host": "Host and kernel",
    "engine": "Docker engine",
    "runtime": "Container runtime",
    "files": "Docker's files",
    "cell": "A cell, made and looked at",
    "image": "Language images",
    "broker": "Broker",
}


@click.command()
@click.option("--isolation", type=click.Choice([level.value for level in Isolation]), help="Overrides the settings.")
@JSON
@click.pass_context
def doctor(ctx: click.Context, isolation: str | None, *, as_json: bool) -> None:
    """Look at this host, its Docker engine and a real cell, and say what to mend.

    Changes nothing. Run it as root: other users are not shown everything, and what they are not shown is skipped.
    Numbers in the column CIS are recommendations of the CIS Docker Benchmark v1.6.0.

    Exit code 0: nothing failed; warnings do not count. 1: something failed. 2: it cannot be looked at as asked.
    """
    settings = ctx.find_object(Lazy).settings  # type: ignore[union-attr]  # main sets it for every command
    if isolation is not None:
        settings = settings.model_copy(update={"isolation": Isolation(isolation)})
    findings = ordered(asyncio.run(examine(settings)))
    if as_json:
        click.echo(json.dumps({"isolation": settings.isolation.value, "findings": [_described(f) for f in findings]}))
    else:
        _show(findings, settings.isolation)
    ctx.exit(1 if any(finding.status is Status.FAIL for finding in findings) else 0)


def _described(finding: Finding) -> dict[str, Any]:
    known = asdict(finding)
    return {name: known[name] for name in ("id", "status", "title", "cis", "found", "why", "mend")}


def _show(findings: Sequence[Finding], isolation: Isolation) -> None:
    """A table for each group, the group with the worst finding first, and the worst finding first in each."""
    console = Console(highlight=False)
    firsts = list(dict.fromkeys(finding.group for finding in findings))
    for group in firsts:
        table = Table("", "check", "CIS", "found", title=_GROUPS.get(group, group), title_justify="left", expand=True)
        for finding in (finding for finding in findings if finding.group == group):
            _add(table, finding)
        console.print(table)
    counts = Counter(finding.status for finding in findings)
    said = ", ".join(f"[{_COLOURS[status]}]{counts[status]} {status.value}[/]" for status in Status)
    console.print(f"At isolation level {isolation.value}: {said}")


def _add(table: Table, finding: Finding) -> None:
    """What is well takes one line; what is not says why it matters and what mends it."""
    colour = _COLOURS[finding.status]
    found = [escape(finding.found)]
    if finding.status in {Status.FAIL, Status.WARN}:
        found.append(f"[dim]{escape(finding.why)}[/]")
    if finding.mend:
        found.append(f"[cyan]mend:[/] {escape(finding.mend)}")
    title = f"{escape(finding.title)}\n[dim]{finding.id}[/]"
    table.add_row(f"[{colour}]{finding.status.value}[/]", title, finding.cis or "", "\n".join(found))
