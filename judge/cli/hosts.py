"""Commands about judgehosts: ``judge host``."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import click

from judge.cli.context import run
from judge.cli.documents import JSON, show
from judge.cli.moments import told
from judge.cli.settings import Lazy
from judge.store import judgehosts, machines
from judge.store.machines import Machine
from judge.store.pool import Connection


@click.group()
def host() -> None:
    """Judgehosts: which there are, whether they take work, and what known programs say of them."""


@host.command("list")
@JSON
@click.pass_obj
def host_list(lazy: Lazy, *, as_json: bool) -> None:
    """List all judgehosts that ever registered."""
    lease_s = lazy.settings.lease_s
    found = run(lazy, lambda connection: machines.every(connection, lost_after_s=lease_s))
    described = [_described(machine, lease_s) for machine in found]
    show({"judgehosts": described}, map(_line, described), as_json=as_json)


@host.command("show")
@click.argument("name")
@JSON
@click.pass_obj
def host_show(lazy: Lazy, name: str, *, as_json: bool) -> None:
    """Show all that is known of a judgehost, its latest canaries included."""
    lease_s = lazy.settings.lease_s
    machine = run(lazy, lambda connection: machines.named(connection, name, lost_after_s=lease_s))
    described = _described(machine, lease_s)
    show(described, _lines(described), as_json=as_json)


@host.command("disable")
@click.argument("name")
@click.option("--reason", default="disabled on the command line", show_default=True, help="Shown to admins.")
@click.pass_obj
def host_disable(lazy: Lazy, name: str, *, reason: str) -> None:
    """Let a judgehost take no new work; what it judges now it ends."""

    async def work(connection: Connection) -> None:
        found = await machines.named(connection, name, lost_after_s=lazy.settings.lease_s)
        await judgehosts.disable(connection, judgehost_id=found.host.id, reason=reason[:200], by=None)

    run(lazy, work)
    click.echo(f"{name}: takes no new work")


@host.command("enable")
@click.argument("name")
@click.pass_obj
def host_enable(lazy: Lazy, name: str) -> None:
    """Let a judgehost that is disabled or locked take work again, once it has tested itself."""

    async def work(connection: Connection) -> None:
        found = await machines.named(connection, name, lost_after_s=lazy.settings.lease_s)
        await judgehosts.enable(connection, judgehost_id=found.host.id, by=None)

    run(lazy, work)
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


def _line(item: dict[str, Any]) -> str:
    """A judgehost in a list."""
    canaries = item["canaries"][0]["outcome"] if item["canaries"] else "no canaries yet"
    why = item["unfit"] or item["disabled"] or ""
    return f"{item['name']:20} {item['state']:9} {item['slots']:3} slots  {canaries:15} {why}".rstrip()


def _lines(item: dict[str, Any]) -> Iterator[str]:
    """All that is known of a judgehost."""
    for key in ("name", "state", "slots", "levels", "last_seen_at", "unfit", "disabled", "judged_last_hour"):
        value = item[key]
        if value not in (None, ""):
            yield f"{key:17} {', '.join(value) if isinstance(value, list) else value}"
    for one in item["judges"]:
        yield f"{'judges':17} submission {one['submission_id']} to {one['problem']} since {one['claimed_at']}"
    if item["differing"]:
        yield f"{'other images':17} than another judgehost: {', '.join(item['differing'])}"
    for one in item["canaries"]:
        yield f"{'canaries':17} {one['began_at']} {one['outcome']:9} {one['detail']}".rstrip()
        if one["rejudging_id"] is not None:
            yield f"{'':17} rejudging {one['rejudging_id']} judges again what it judged since its last good round"
