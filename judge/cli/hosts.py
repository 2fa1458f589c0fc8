"""Commands about judgehosts: ``judge host``."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from typing import Any

import click

from judge.cli.context import open_connection
from judge.cli.moments import told
from judge.cli.settings import Lazy
from judge.store import judgehosts, machines
from judge.store.machines import Machine


@click.group()
def host() -> None:
    """Judgehosts: which there are, whether they take work, and what known programs say of them."""


@host.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_obj
def host_list(lazy: Lazy, *, as_json: bool) -> None:
    """List all judgehosts that ever registered."""

    async def work() -> list[Machine]:
        async with open_connection(lazy.settings) as connection:
            return await machines.every(connection, lost_after_s=lazy.settings.lease_s)

    described = [_described(machine, lazy.settings.lease_s) for machine in asyncio.run(work())]
    if as_json:
        click.echo(json.dumps({"judgehosts": described}))
        return
    for item in described:
        canaries = item["canaries"][0]["outcome"] if item["canaries"] else "no canaries yet"
        why = item["unfit"] or item["disabled"] or ""
        click.echo(f"{item['name']:20} {item['state']:9} {item['slots']:3} slots  {canaries:15} {why}".rstrip())


@host.command("show")
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_obj
def host_show(lazy: Lazy, name: str, *, as_json: bool) -> None:
    """Show all that is known of a judgehost, its latest canaries included."""

    async def work() -> Machine:
        async with open_connection(lazy.settings) as connection:
            return await machines.named(connection, name, lost_after_s=lazy.settings.lease_s)

    item = _described(asyncio.run(work()), lazy.settings.lease_s)
    if as_json:
        click.echo(json.dumps(item))
        return
    for key in ("name", "state", "slots", "levels", "last_seen_at", "unfit", "disabled", "judged_last_hour"):
        value = item[key]
        if value not in (None, ""):
            click.echo(f"{key:17} {', '.join(value) if isinstance(value, list) else value}")
    for one in item["judges"]:
        click.echo(f"{'judges':17} submission {one['submission_id']} to {one['problem']} since {one['claimed_at']}")
    if item["differing"]:
        click.echo(f"{'other images':17} than another judgehost: {', '.join(item['differing'])}")
    for one in item["canaries"]:
        click.echo(f"{'canaries':17} {one['began_at']} {one['outcome']:9} {one['detail']}".rstrip())
        if one["rejudging_id"] is not None:
            click.echo(f"{'':17} rejudging {one['rejudging_id']} judges again what it judged since its last good round")


@host.command("disable")
@click.argument("name")
@click.option("--reason", default="disabled on the command line", show_default=True, help="Shown to admins.")
@click.pass_obj
def host_disable(lazy: Lazy, name: str, *, reason: str) -> None:
    """Let a judgehost take no new work; what it judges now it ends."""

    async def work() -> None:
        async with open_connection(lazy.settings) as connection:
            found = await machines.named(connection, name, lost_after_s=lazy.settings.lease_s)
            await judgehosts.disable(connection, judgehost_id=found.host.id, reason=reason[:200], by=None)

    asyncio.run(work())
    click.echo(f"{name}: takes no new work")


@host.command("enable")
@click.argument("name")
@click.pass_obj
def host_enable(lazy: Lazy, name: str) -> None:
    """Let a judgehost that is disabled or locked take work again, once it has tested itself."""

    async def work() -> None:
        async with open_connection(lazy.settings) as connection:
            found = await machines.named(connection, name, lost_after_s=lazy.settings.lease_s)
            await judgehosts.enable(connection, judgehost_id=found.host.id, by=None)

    asyncio.run(work())
    click.echo(f"{name}: may take work")


def _described(machine: Machine, lost_after_s: float) -> dict[str, Any]:
    """A judgehost as JSON."""
    host = machine.host
    return {
        "name": host.name,
        "state": machine.state(datetime.now(UTC), lost_after_s),
        "slots": host.slots,
        "levels": list(host.levels) or [host.isolation],
        "last_seen_at": told(host.last_seen_at),
        "unfit": host.unfit,
        "disabled": host.disabled,
        "judged_last_hour": machine.judged_last_hour,
        "judges": [
            {"submission_id": one.submission_id, "problem": one.problem, "claimed_at": told(one.claimed_at)}
            for one in machine.work
        ],
        "differing": list(machine.differing),
        "canaries": [
            {
                "began_at": told(one.began_at),
                "outcome": one.outcome.value,
                "detail": one.detail,
                "rejudging_id": one.rejudging_id,
                "figures": dict(one.figures),
            }
            for one in machine.rounds
        ],
    }
