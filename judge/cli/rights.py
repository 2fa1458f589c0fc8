"""Commands about whose a problem is: ``judge problem rights``."""

from __future__ import annotations

import click

from judge.cli.context import account_of, run
from judge.cli.documents import JSON, show
from judge.cli.settings import Lazy
from judge.store import problem_access
from judge.store.pool import Connection
from judge.store.problem_access import Access

_NOTHING = "nothing"


@click.group("rights")
def group() -> None:
    """Which setters may do what with a problem: read it, write (change) it, or own it and say who else may."""


@group.command("list")
@click.argument("problem")
@JSON
@click.pass_obj
def rights_list(lazy: Lazy, problem: str, *, as_json: bool) -> None:
    """List the setters who are named for PROBLEM, and what all others may."""
    sharing = run(lazy, lambda connection: problem_access.sharing(connection, problem))
    named = [
        {"login": setter.login, "name": setter.name, "access": setter.access.value, "idle": setter.is_idle}
        for setter in sharing.named
    ]
    idle = "  (disabled, or no setter any more)"
    lines = [f"{item['access']:7} {item['login']:20} {item['name']}{idle if item['idle'] else ''}" for item in named]
    lines.append(f"{sharing.setters_may or _NOTHING:7} all setters")
    show({"setters_may": sharing.setters_may, "named": named}, lines, as_json=as_json)


@group.command("give")
@click.argument("problem")
@click.argument("login")
@click.argument("access", type=click.Choice([access.value for access in Access]))
@click.pass_obj
def rights_give(lazy: Lazy, problem: str, login: str, access: str) -> None:
    """Let the setter LOGIN do that much with PROBLEM, no less and no more."""
    run(
        lazy,
        lambda connection: problem_access.name_setter(connection, problem, login=login, access=Access(access), by=None),
    )
    click.echo(f"{problem}: {login} may {access}")


@group.command("take")
@click.argument("problem")
@click.argument("login")
@click.pass_obj
def rights_take(lazy: Lazy, problem: str, login: str) -> None:
    """Name the account LOGIN for PROBLEM no longer; it may what all setters may."""

    async def work(connection: Connection) -> None:
        account = await account_of(connection, login)
        await problem_access.drop_setter(connection, problem, user_id=account.id, by=None)

    run(lazy, work)
    click.echo(f"{problem}: {login} is not named any more")


@group.command("setters")
@click.argument("problem")
@click.argument("access", type=click.Choice([_NOTHING, Access.READ.value, Access.WRITE.value]))
@click.pass_obj
def rights_setters(lazy: Lazy, problem: str, access: str) -> None:
    """Say what all setters may do with PROBLEM who are not named for it."""
    setters_may = None if access == _NOTHING else Access(access)

    run(lazy, lambda connection: problem_access.share(connection, problem, setters_may=setters_may, by=None))
    click.echo(f"{problem}: all setters may {access}")
