"""``judge bench``: measuring this host."""

from __future__ import annotations

import asyncio
import importlib
import json

import click

from judge.cli.context import Lazy


@click.group()
def bench() -> None:
    """Measure this host, beside a peer or the physical limit in the same run."""


def _add_bench(name: str, text: str) -> None:
    """Add the command for ``judge.bench.NAME``, which is imported only to be run: it needs nearly everything."""

    @bench.command(name, help=text)
    @click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
    @click.pass_obj
    def command(lazy: Lazy, *, as_json: bool) -> None:
        measure = importlib.import_module(f"judge.bench.{name}").measure
        figures = importlib.import_module("judge.bench.figures")
        found = asyncio.run(measure(lazy.settings, lambda line: click.echo(line, err=True)))
        if as_json:
            click.echo(json.dumps(figures.as_json(found)))
        else:
            figures.show(found)


_add_bench("sandbox", "What a run costs: a box, a bare fork and exec, a container of its own.")
_add_bench("queue", "How soon an idle daemon picks a submission up.")
_add_bench("web", "How soon a verdict is on its way into an open page.")
