"""``judge run``: one source against one package."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from judge.cli.documents import JSON
from judge.config import Isolation, Settings
from judge.single import judge_source
from judge.verdicts import Verdict


@click.command()
@click.argument("source", type=click.Path(path_type=Path))
@click.option(
    "--problem",
    "package",
    required=True,
    type=click.Path(path_type=Path),
    help="A problem package, as a folder or a zip, in a version of the ICPC format or of Polygon.",
)
@click.option("--language", "language_id", help="A language's id; guessed from the file names by default.")
@click.option("--isolation", type=click.Choice([level.value for level in Isolation]), help="Overrides the settings.")
@click.option("--all", "is_full", is_flag=True, help="Run all tests, even after the first failure.")
@JSON
@click.pass_context
def run(
    ctx: click.Context,
    source: Path,
    package: Path,
    language_id: str | None,
    isolation: str | None,
    *,
    is_full: bool,
    as_json: bool,
) -> None:
    """Judge SOURCE, a file or a folder of them, without database or server.

    Exit code 0: judged, whatever the verdict. 2: it cannot be judged as given. 3: judge error.
    """
    settings: Settings = ctx.obj.settings
    if isolation is not None:
        settings = settings.model_copy(update={"isolation": Isolation(isolation)})
    described = asyncio.run(
        judge_source(
            settings,
            package,
            source,
            language_id=language_id,
            is_full=is_full,
            said=lambda line: click.echo(line, err=True),
        )
    )
    if as_json:
        click.echo(json.dumps(described))
    else:
        _show(described)
    if described["verdict"] == Verdict.JE:
        ctx.exit(3)


def _show(described: dict[str, Any]) -> None:
    """A judging for people."""
    console = Console(highlight=False)
    is_scored = any(test["score"] is not None for test in described["tests"])
    table = Table("test", "verdict", *(("score",) if is_scored else ()), "time", "memory", "")
    for test in described["tests"]:
        score = "" if test["score"] is None else f"{test['score']:g}"
        table.add_row(
            escape(test["name"]),
            test["verdict"],
            *((score,) if is_scored else ()),
            f"{test['cpu_ms']:.0f} ms",
            f"{test['memory_bytes'] / 2**20:.1f} MiB",
            escape("; ".join(filter(None, (test["reason"], test["message"])))),
        )
    if described["tests"]:
        console.print(table)
    if described["compile"]["output"]:
        console.print("compiler:\n" + described["compile"]["output"], markup=False)
    if described["message"]:
        console.print(described["message"], markup=False)
    verdict = Verdict(described["verdict"])
    score = "" if described["score"] is None else f", score {described['score']:g}"
    style = "bold green" if verdict is Verdict.AC else "bold red"
    console.print(f"{verdict.value}: {verdict.words}{score}", style=style)
