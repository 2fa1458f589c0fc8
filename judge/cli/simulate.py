"""``judge simulate``: how many slots a contest needs."""

from __future__ import annotations

import asyncio
import json
from dataclasses import asdict, replace
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from judge.cli.context import open_connection
from judge.cli.documents import JSON
from judge.cli.settings import Lazy
from judge.errors import UsageError
from judge.simulation import contest as contests_made
from judge.simulation import sizing
from judge.simulation.contest import Costs
from judge.simulation.model import Arrival, Judging, Overheads, simulate
from judge.simulation.sizing import Waits
from judge.store import contests, traces
from judge.store.traces import Traced

_COSTS = Costs()
_POSITIVE = click.FloatRange(min=0, min_open=True)
#: How far a simulation of a real contest may be from it.
_MOST_ERROR = 0.15


@click.command("simulate")
@click.option("--teams", type=click.IntRange(1, 1_000_000), default=500, show_default=True)
@click.option("--per-team", type=_POSITIVE, default=12.0, show_default=True, help="Submissions of each team.")
@click.option("--hours", type=_POSITIVE, default=5.0, show_default=True, help="How long the contest is.")
@click.option("--p95", type=_POSITIVE, default=5.0, show_default=True, help="Seconds that 95 % may wait at most.")
@click.option("--slots", type=click.IntRange(1, 16_384), multiple=True, help="Only tell what so many give.")
@click.option("--per-host", type=click.IntRange(1, 1024), default=4, show_default=True, help="Slots of a judgehost.")
@click.option("--costs", metavar="CONTEST", help="Judgings cost what they did in that contest.")
@click.option("--compile-s", type=_POSITIVE, default=_COSTS.compile_s, show_default=True)
@click.option("--test-s", type=_POSITIVE, default=_COSTS.test_s, show_default=True, help="One test of a right program.")
@click.option("--tests", type=click.IntRange(1), default=_COSTS.tests, show_default=True, help="Of a problem.")
@click.option("--limit-s", type=_POSITIVE, default=_COSTS.limit_s, show_default=True, help="One test that is TLE.")
@click.option("--dispatch-ms", type=_POSITIVE, default=3.0, show_default=True, help="See judge bench queue.")
@click.option(
    "--database-per-s", type=_POSITIVE, default=None, help="Judgings that the database does; see judge bench capacity."
)
@click.option("--repeats", type=click.IntRange(1, 100), default=sizing.REPEATS, show_default=True, help="Contests.")
@click.option("--against", metavar="CONTEST", help="Simulate that contest as it was, and compare.")
@JSON
@click.pass_obj
def simulate_command(lazy: Lazy, /, *, as_json: bool, against: str | None, costs: str | None, **given: Any) -> None:  # noqa: ANN401
    """Simulate a contest: how long judgings wait, and how many slots it takes that they wait less than --p95.

    Costs that were measured make a better answer: --costs takes whole judgings of a contest of yours.
    """
    if against is not None:
        _compare(lazy, against, as_json=as_json)
        return
    made = Costs(**{name: given[name] for name in ("compile_s", "test_s", "tests", "limit_s")})
    if costs is not None:
        found, _ = asyncio.run(_traced(lazy, costs))
        made = replace(made, measured=[judging.finished_s - judging.claimed_s for judging in found])
    overheads = Overheads(
        dispatch_s=given["dispatch_ms"] / 1000, database_s=1 / given["database_per_s"] if given["database_per_s"] else 0
    )

    def contest(seed: int) -> list[Arrival]:
        return contests_made.submissions(
            teams=given["teams"], per_team=given["per_team"], hours=given["hours"], costs=made, seed=seed
        )

    def waits(slots: int) -> Waits:
        return sizing.waits(
            contest, slots=slots, per_host=given["per_host"], overheads=overheads, repeats=given["repeats"]
        )

    answer = None
    if given["slots"]:
        rows = [waits(slots) for slots in given["slots"]]
    else:
        answer = sizing.needed(contest, p95_s=given["p95"], per_host=given["per_host"], overheads=overheads)
        if answer is None:
            raise UsageError("no number of slots gives that: the database or the claiming is the bottleneck")
        around = {max(1, answer.slots * share // 100) for share in (50, 75, 125, 200)} - {answer.slots}
        rows = sorted([answer, *map(waits, around)], key=lambda row: row.slots)
    busiest = contests_made.busiest(teams=given["teams"], per_team=given["per_team"], hours=given["hours"])
    if as_json:
        needed = None if answer is None else {**asdict(answer), "judgehosts": _hosts(answer, given["per_host"])}
        click.echo(json.dumps({"needed": needed, "busiest_per_s": busiest, "waits": [asdict(row) for row in rows]}))
        return
    _show(rows)
    click.echo(f"busiest: {busiest:.2g} submissions a second")
    if answer is not None:
        click.echo(
            f"{given['teams']} teams, p95 wait below {given['p95']:g} s: {answer.slots} slots,"
            f" {_hosts(answer, given['per_host'])} judgehosts of {given['per_host']}"
        )


def _hosts(row: Waits, per_host: int) -> int:
    return len(sizing.judgehosts(row.slots, per_host))


def _show(rows: list[Waits]) -> None:
    table = Table("slots", "wait p50", "p95", "p99", "p95 in the last tenth", "submission to verdict, p95", "use")
    for row in rows:
        times = (row.p50_s, row.p95_s, row.p99_s, row.last_p95_s, row.answer_p95_s)
        table.add_row(str(row.slots), *(f"{value:.2f} s" for value in times), f"{row.use:.0%}")
    Console(highlight=False).print(table)


async def _traced(lazy: Lazy, name: str) -> tuple[list[Traced], list[int]]:
    async with open_connection(lazy.settings) as connection:
        contest = await contests.by_name(connection, name)
        found = await traces.of_contest(connection, contest.id)
        if not found:
            raise UsageError(f"contest {name} has no judging that is done")
        return found, await traces.slots(connection, contest.id)


def _compare(lazy: Lazy, name: str, *, as_json: bool) -> None:
    found, slots = asyncio.run(_traced(lazy, name))
    real = as_judgings(found)
    overheads = Overheads(dispatch_s=sizing.dispatch_s(real, sum(slots)))
    simulated = simulate([judging.arrival for judging in real], slots=slots, overheads=overheads)
    compared = sizing.agreement(real, simulated)
    is_close = all(line.error <= _MOST_ERROR for line in compared)
    if as_json:
        click.echo(
            json.dumps(
                {
                    "judgings": len(real),
                    "slots": slots,
                    "dispatch_s": overheads.dispatch_s,
                    "ok": is_close,
                    "figures": [{**asdict(line), "error": line.error} for line in compared],
                }
            )
        )
    else:
        table = Table(f"{len(real)} judgings, {sum(slots)} slots", "real", "simulated", "off by")
        for line in compared:
            table.add_row(line.name, f"{line.real_s:.3f} s", f"{line.simulated_s:.3f} s", f"{line.error:.1%}")
        Console(highlight=False).print(table)
    if not is_close:
        raise click.exceptions.Exit(1)


def as_judgings(found: list[Traced]) -> list[Judging]:
    """A real contest's judgings as the model has them."""
    return [
        Judging(
            arrival=Arrival(
                at_s=one.queued_s,
                user=one.user_id,
                priority=one.priority,
                service_s=one.finished_s - one.claimed_s,
            ),
            claimed_s=one.claimed_s,
            finished_s=one.finished_s,
        )
        for one in found
    ]
