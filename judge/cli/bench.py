"""``judge bench``: measuring this host."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable

import click

from judge.bench import figures, queue, sandbox, web
from judge.cli.context import Lazy
from judge.config import Settings
from sandbox.engine import Progress


@click.group()
def bench() -> None:
    """Measure this host, beside a peer or the physical limit in the same run."""


def _add_bench(name: str, measure: Callable[[Settings, Progress], Awaitable[list[figures.Figure]]], text: str) -> None:
    @bench.command(name, help=text)
    @click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
    @click.pass_obj
    def command(lazy: Lazy, *, as_json: bool) -> None:
        async def work() -> list[figures.Figure]:
            return await measure(lazy.settings, lambda line: click.echo(line, err=True))

        found = asyncio.run(work())
        if as_json:
            click.echo(json.dumps(figures.as_json(found)))
        else:
            figures.show(found)


_add_bench("sandbox", sandbox.measure, "What a run costs: a box, a bare fork and exec, a container of its own.")
_add_bench("queue", queue.measure, "How soon an idle daemon picks a submission up.")
_add_bench("web", web.measure, "How soon a verdict is on its way into an open page.")
