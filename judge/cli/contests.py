"""Commands of those who run a contest: ``judge contest``."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import click

from judge.cli import gaps, staff
from judge.cli.context import run
from judge.cli.documents import JSON
from judge.cli.moments import moment
from judge.cli.settings import Lazy
from judge.config import Isolation
from judge.errors import UsageError
from judge.recipes import languages as known
from judge.scoring import Scoring
from judge.store import contest_changes, contests, judgehosts, scores
from judge.store.contests import Feedback
from judge.store.pool import Connection

#: Walls that a contest may ask for; ``local`` has none, and is nobody's to ask for.
_LEVELS = click.Choice([level.value for level in Isolation if level is not Isolation.LOCAL])


@click.group()
def contest() -> None:
    """Contests."""


contest.add_command(gaps.group)
contest.add_command(staff.group)


@contest.command("create")
@click.argument("name")
@click.option("--title", help="What pages call it; the name by default.")
@click.option("--starts", help="When it starts, like 2030-05-01T09:00+02:00; now by default.")
@click.option("--ends", help="When it ends; never by default.")
@click.option("--freezes", help="When the public scoreboard stops changing; never by default.")
@click.option("--isolation", type=_LEVELS, help="The level to judge at; each judgehost's own by default.")
@click.pass_obj
def contest_create(
    lazy: Lazy,
    *,
    name: str,
    title: str | None,
    starts: str | None,
    ends: str | None,
    freezes: str | None,
    isolation: str | None,
) -> None:
    """Make a contest. Times without a zone are UTC."""
    starts_at = moment(starts) if starts else datetime.now(UTC)
    ends_at, freeze_at = (moment(text) if text else None for text in (ends, freezes))

    async def work(to: Connection) -> None:
        await contests.create(
            to,
            name=name,
            title=title or name,
            starts_at=starts_at,
            ends_at=ends_at,
            freeze_at=freeze_at,
            isolation=isolation,
        )

    run(lazy, work)
    click.echo(f"contest {name}: open at /contests/{name} from {starts_at:%Y-%m-%d %H:%M} UTC")


@contest.command("isolate")
@click.argument("name")
@click.argument("level", type=click.Choice([*_LEVELS.choices, "default"]))
@click.pass_obj
def contest_isolate(lazy: Lazy, name: str, level: str) -> None:
    """Judge the submissions of contest NAME at this isolation LEVEL from now on; "default" is each judgehost's own."""

    async def work(to: Connection) -> int:
        isolation = None if level == "default" else level
        await contest_changes.alter(to, name, by=None, isolation=isolation)
        return await judgehosts.count_giving(to, isolation)

    hosts = run(lazy, work)
    click.echo(f"contest {name}: judged at level {level}")
    if not hosts:
        click.echo(f"no judgehost gives the level {level} yet: its submissions wait until one does", err=True)


@contest.command("pool")
@click.argument("name")
@click.argument("pool")
@click.pass_obj
def contest_pool(lazy: Lazy, name: str, pool: str) -> None:
    """Judge the submissions of contest NAME only on judgehosts of POOL (their setting pools) from now on.

    "default" is the pool of contests and judgehosts that name none.
    """

    async def work(to: Connection) -> int:
        await contest_changes.alter(to, name, by=None, pool=pool)
        return await judgehosts.count_in(to, pool)

    hosts = run(lazy, work)
    click.echo(f"contest {name}: judged in pool {pool}")
    if not hosts:
        click.echo(f"no judgehost is in the pool {pool} yet: its submissions wait until one is", err=True)


@contest.command("feedback")
@click.argument("name")
@click.argument("feedback", type=click.Choice([item.value for item in Feedback]))
@click.pass_obj
def contest_feedback(lazy: Lazy, name: str, feedback: str) -> None:
    """Show contestants so much of what became of their own submissions to contest NAME, also of earlier ones.

    "full" is every test case, "samples" the verdict and the samples, "verdict" the verdict, "none" whether it compiled.
    """
    run(lazy, lambda to: contest_changes.alter(to, name, by=None, feedback=Feedback(feedback)))
    click.echo(f"contest {name}: feedback is {feedback}")


@contest.command("scoring")
@click.argument("name")
@click.argument("scoring", type=click.Choice([item.value for item in Scoring]))
@click.pass_obj
def contest_scoring(lazy: Lazy, name: str, scoring: str) -> None:
    """Score contest NAME that way, also what was submitted before.

    "icpc" ranks by problems solved and penalty, "ioi" by the best points of each part of each problem, "atcoder" by
    points and penalty.
    """
    run(lazy, lambda to: contest_changes.alter(to, name, by=None, scoring=Scoring(scoring)))
    click.echo(f"contest {name}: scored by the rules {scoring}")


@contest.command("languages")
@click.argument("name")
@click.argument("languages", nargs=-1, metavar="[LANGUAGE]...")
@click.option("--all", "is_all", is_flag=True, help="Take all languages that are offered.")
@JSON
@click.pass_obj
def contest_languages(lazy: Lazy, name: str, languages: tuple[str, ...], *, is_all: bool, as_json: bool) -> None:
    """Take submissions to contest NAME in these languages alone from now on; without any, say which it takes.

    A LANGUAGE is an id of `judge language list`. What was submitted before is judged all the same.
    """
    if is_all and languages:
        raise UsageError("name the languages, or give --all")
    lazy.settings  # noqa: B018 - which languages there are is the settings' to say.
    chosen = tuple(dict.fromkeys(known.language(item).id for item in languages)) or None

    async def work(to: Connection) -> tuple[str, ...] | None:
        if chosen or is_all:
            await contest_changes.alter(to, name, by=None, languages=chosen)
            return chosen
        return (await contests.by_name(to, name)).languages

    taken = run(lazy, work)
    if as_json:
        click.echo(json.dumps({"languages": taken}))
        return
    click.echo(f"contest {name}: takes {'all languages' if taken is None else ', '.join(taken)}")
    missing = [item for item in taken or () if item not in known.offered()]
    if missing:
        click.echo(f"not offered by the settings of this machine: {', '.join(missing)}", err=True)


@contest.command("recount")
@click.argument("name")
@click.pass_obj
def contest_recount(lazy: Lazy, name: str) -> None:
    """Count the scoreboard of contest NAME again from all submissions.

    It is kept right at all times; this is for whoever changed the database by hand.
    """
    changed = run(lazy, lambda to: scores.recount_named(to, name))
    click.echo(f"contest {name}: counted again, {changed} rows were not as they should be")
