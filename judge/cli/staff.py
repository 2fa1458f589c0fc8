"""Commands about those who help with a contest: ``judge contest staff``."""

from __future__ import annotations

import asyncio
import json

import click

from judge.cli.context import account_of, open_connection
from judge.cli.settings import Lazy
from judge.store import contests, staff
from judge.store.staff import ContestRole, Helper


@click.group("staff")
def group() -> None:
    """Who helps with a contest, and as what."""


@group.command("list")
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_obj
def staff_list(lazy: Lazy, name: str, *, as_json: bool) -> None:
    """List those who help with contest NAME."""

    async def work() -> list[Helper]:
        async with open_connection(lazy.settings) as connection:
            return await staff.of_contest(connection, (await contests.by_name(connection, name)).id)

    helpers = asyncio.run(work())
    if as_json:
        listed = [{"login": helper.login, "name": helper.name, "role": helper.role.value} for helper in helpers]
        click.echo(json.dumps({"staff": listed}))
        return
    for helper in helpers:
        click.echo(f"{helper.role.value:9} {helper.login:20} {helper.name}")


@group.command("add")
@click.argument("name")
@click.argument("login")
@click.argument("role", type=click.Choice([role.value for role in ContestRole]))
@click.pass_obj
def staff_add(lazy: Lazy, name: str, login: str, role: str) -> None:
    """Have the account LOGIN help with contest NAME, in that ROLE from now on.

    "jury" sees everything of the contest and answers questions, "observer" sees the same and changes nothing,
    "balloons" sees who solved what and brings balloons.
    """

    async def work() -> None:
        async with open_connection(lazy.settings) as connection:
            contest = await contests.by_name(connection, name)
            await staff.set_role(connection, contest_id=contest.id, login=login, role=ContestRole(role), by=None)

    asyncio.run(work())
    click.echo(f"contest {name}: {login} helps as {role}")


@group.command("remove")
@click.argument("name")
@click.argument("login")
@click.pass_obj
def staff_remove(lazy: Lazy, name: str, login: str) -> None:
    """Let the account LOGIN help with contest NAME no longer."""

    async def work() -> None:
        async with open_connection(lazy.settings) as connection:
            contest = await contests.by_name(connection, name)
            account = await account_of(connection, login)
            await staff.remove(connection, contest_id=contest.id, user_id=account.id, by=None)

    asyncio.run(work())
    click.echo(f"contest {name}: {login} helps no longer")
