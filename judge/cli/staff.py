"""Commands about those who help with a contest: ``judge contest staff``."""

from __future__ import annotations

import click

from judge.cli.context import account_of, run
from judge.cli.documents import JSON, show
from judge.cli.settings import Lazy
from judge.store import contests, staff
from judge.store.pool import Connection
from judge.store.staff import ContestRole, Helper


@click.group("staff")
def group() -> None:
    """Who helps with a contest, and as what."""


@group.command("list")
@click.argument("name")
@JSON
@click.pass_obj
def staff_list(lazy: Lazy, name: str, *, as_json: bool) -> None:
    """List those who help with contest NAME."""

    async def work(connection: Connection) -> list[Helper]:
        return await staff.of_contest(connection, (await contests.by_name(connection, name)).id)

    found = [{"login": each.login, "name": each.name, "role": each.role.value} for each in run(lazy, work)]
    lines = (f"{item['role']:9} {item['login']:20} {item['name']}" for item in found)
    show({"staff": found}, lines, as_json=as_json)


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

    async def work(connection: Connection) -> None:
        contest = await contests.by_name(connection, name)
        await staff.set_role(connection, contest_id=contest.id, login=login, role=ContestRole(role), by=None)

    run(lazy, work)
    click.echo(f"contest {name}: {login} helps as {role}")


@group.command("remove")
@click.argument("name")
@click.argument("login")
@click.pass_obj
def staff_remove(lazy: Lazy, name: str, login: str) -> None:
    """Let the account LOGIN help with contest NAME no longer."""

    async def work(connection: Connection) -> None:
        contest = await contests.by_name(connection, name)
        account = await account_of(connection, login)
        await staff.remove(connection, contest_id=contest.id, user_id=account.id, by=None)

    run(lazy, work)
    click.echo(f"contest {name}: {login} helps no longer")
