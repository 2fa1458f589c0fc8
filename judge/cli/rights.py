"""Commands about whose a problem is: ``judge problem rights``."""

from __future__ import annotations

import asyncio
import json

import click

from judge.cli.context import account_of, open_connection
from judge.cli.settings import Lazy
from judge.store import problem_access
from judge.store.problem_access import Access, Sharing

_NOTHING = "nothing"


@click.group("rights")
def group() -> None:
    """Which setters may do what with a problem: read it, write (change) it, or own it and say who else may."""


@group.command("list")
@click.argument("problem")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_obj
def rights_list(lazy: Lazy, problem: str, *, as_json: bool) -> None:
    """List the setters who are named for PROBLEM, and what all others may."""

    async def work() -> Sharing:
        async with open_connection(lazy.settings) as connection:
            return await problem_access.sharing(connection, problem)

    sharing = asyncio.run(work())
    if as_json:
        named = [
            {"login": setter.login, "name": setter.name, "access": setter.access.value, "idle": setter.is_idle}
            for setter in sharing.named
        ]
        click.echo(json.dumps({"setters_may": sharing.setters_may, "named": named}))
        return
    for setter in sharing.named:
        idle = "  (disabled, or no setter any more)" if setter.is_idle else ""
        click.echo(f"{setter.access.value:7} {setter.login:20} {setter.name}{idle}")
    click.echo(f"{sharing.setters_may or _NOTHING:7} all setters")


@group.command("give")
@click.argument("problem")
@click.argument("login")
@click.argument("access", type=click.Choice([access.value for access in Access]))
@click.pass_obj
def rights_give(lazy: Lazy, problem: str, login: str, access: str) -> None:
    """Let the setter LOGIN do that much with PROBLEM, no less and no more."""

    async def work() -> None:
        async with open_connection(lazy.settings) as connection:
            await problem_access.name_setter(connection, problem, login=login, access=Access(access), by=None)

    asyncio.run(work())
    click.echo(f"{problem}: {login} may {access}")


@group.command("take")
@click.argument("problem")
@click.argument("login")
@click.pass_obj
def rights_take(lazy: Lazy, problem: str, login: str) -> None:
    """Name the account LOGIN for PROBLEM no longer; it may what all setters may."""

    async def work() -> None:
        async with open_connection(lazy.settings) as connection:
            account = await account_of(connection, login)
            await problem_access.drop_setter(connection, problem, user_id=account.id, by=None)

    asyncio.run(work())
    click.echo(f"{problem}: {login} is not named any more")


@group.command("setters")
@click.argument("problem")
@click.argument("access", type=click.Choice([_NOTHING, Access.READ.value, Access.WRITE.value]))
@click.pass_obj
def rights_setters(lazy: Lazy, problem: str, access: str) -> None:
    """Say what all setters may do with PROBLEM who are not named for it."""
    setters_may = None if access == _NOTHING else Access(access)

    async def work() -> None:
        async with open_connection(lazy.settings) as connection:
            await problem_access.share(connection, problem, setters_may=setters_may, by=None)

    asyncio.run(work())
    click.echo(f"{problem}: all setters may {access}")
