"""Commands of those who run a contest: ``judge contest``."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import click

from judge.cli.context import open_connection
from judge.cli.settings import Lazy
from judge.config import Isolation
from judge.errors import UsageError
from judge.scoring import Scoring
from judge.store import contests, scores
from judge.store.contests import Feedback

#: Walls that a contest may ask for; ``local`` has none, and is nobody's to ask for.
_LEVELS = click.Choice([level.value for level in Isolation if level is not Isolation.LOCAL])


@click.group()
def contest() -> None:
    """Contests."""


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
    starts_at = _time(starts) or datetime.now(UTC)
    ends_at, freeze_at = _time(ends), _time(freezes)

    async def work() -> None:
        async with open_connection(lazy.settings) as to:
            await contests.create(
                to,
                name=name,
                title=title or name,
                starts_at=starts_at,
                ends_at=ends_at,
                freeze_at=freeze_at,
                isolation=isolation,
            )

    asyncio.run(work())
    click.echo(f"contest {name}: open at /contests/{name} from {starts_at:%Y-%m-%d %H:%M} UTC")


@contest.command("isolate")
@click.argument("name")
@click.argument("level", type=click.Choice([*_LEVELS.choices, "default"]))
@click.pass_obj
def contest_isolate(lazy: Lazy, name: str, level: str) -> None:
    """Judge the submissions of contest NAME at this isolation LEVEL from now on; "default" is each judgehost's own."""

    async def work() -> int:
        async with open_connection(lazy.settings) as to:
            return await contests.isolate(to, name=name, isolation=None if level == "default" else level)

    hosts = asyncio.run(work())
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

    async def work() -> int:
        async with open_connection(lazy.settings) as to:
            return await contests.set_pool(to, name=name, pool=pool)

    hosts = asyncio.run(work())
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

    async def work() -> None:
        async with open_connection(lazy.settings) as to:
            await contests.set_feedback(to, name=name, feedback=Feedback(feedback))

    asyncio.run(work())
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

    async def work() -> None:
        async with open_connection(lazy.settings) as to:
            await contests.set_scoring(to, name=name, scoring=Scoring(scoring))

    asyncio.run(work())
    click.echo(f"contest {name}: scored by the rules {scoring}")


@contest.command("recount")
@click.argument("name")
@click.pass_obj
def contest_recount(lazy: Lazy, name: str) -> None:
    """Count the scoreboard of contest NAME again from all submissions.

    It is kept right at all times; this is for whoever changed the database by hand.
    """

    async def work() -> int:
        async with open_connection(lazy.settings) as to:
            return await scores.recount_named(to, name)

    changed = asyncio.run(work())
    click.echo(f"contest {name}: counted again, {changed} rows were not as they should be")


def _time(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{text!r} is no time; write it like 2030-05-01T09:00+02:00") from None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
