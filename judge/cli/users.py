"""Commands about accounts: ``judge user``."""

from __future__ import annotations

import asyncio
import secrets
import sys
from datetime import timedelta
from typing import BinaryIO

import click
from rich.console import Console
from rich.progress import Progress

from judge import roster
from judge.cli import addresses
from judge.cli.context import account_of, open_connection, run
from judge.cli.settings import Lazy
from judge.errors import UsageError
from judge.store import accounts, authenticators, tokens
from judge.store.accounts import Role
from judge.store.pool import Connection
from judge.store.throttles import Slowed
from judge.store.tokens import Scope
from web.identity import slowed
from web.identity.passwords import Passwords, check_strength


@click.group()
def user() -> None:
    """Accounts."""


user.add_command(addresses.group)


@user.command("create-admin")
@click.argument("login")
@click.option("--name", help="The name shown to others; the login by default.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input instead of making one.")
@click.pass_obj
def create_admin(lazy: Lazy, login: str, name: str | None, *, password_stdin: bool) -> None:
    """Make an admin account."""
    password = _password(login, from_stdin=password_stdin)

    async def work(connection: Connection) -> None:
        hashed = await Passwords().hash(password)
        await accounts.create(connection, login=login, name=name or login, password_hash=hashed, role=Role.ADMIN)

    run(lazy, work)
    _show_password(login, password, is_given=password_stdin)


@user.command("reset-password")
@click.argument("login")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input instead of making one.")
@click.pass_obj
def reset_password(lazy: Lazy, login: str, *, password_stdin: bool) -> None:
    """Give an account a new password, and log it out everywhere."""
    password = _password(login, from_stdin=password_stdin)

    async def work(connection: Connection) -> None:
        account = await account_of(connection, login)
        hashed = await Passwords().hash(password)
        await accounts.set_password(connection, account_id=account.id, password_hash=hashed)

    run(lazy, work)
    _show_password(login, password, is_given=password_stdin)


@user.command("import")
@click.argument("file", type=click.File("rb"))
@click.option(
    "--role",
    type=click.Choice([Role.CONTESTANT.value, Role.SETTER.value]),
    default=Role.CONTESTANT.value,
    show_default=True,
    help="What the accounts may do.",
)
@click.pass_obj
def import_accounts(lazy: Lazy, file: BinaryIO, role: str) -> None:
    """Make the accounts that FILE ("-": standard input) lists: CSV, TSV, or CLICS' accounts.tsv.

    One account a line: login and name; a first line may name the columns login, name, password and group. All of them
    are made, or none. Prints login, name and password of each with tabs between them: passwords are not kept.
    """
    content = file.read(roster.MAX_BYTES + 1)
    try:
        entries = roster.read(content.decode())
    except UnicodeDecodeError as error:
        raise UsageError(f"{file.name} is not UTF-8: byte {error.start + 1} cannot be read as text") from error

    async def work() -> None:
        passwords = Passwords()
        with Progress(console=Console(stderr=True), transient=True) as progress:
            hashing = progress.add_task("hashing passwords", total=len(entries))
            made = []
            for entry in entries:
                made.append((entry, await passwords.hash(entry.password)))
                progress.advance(hashing)
        async with open_connection(lazy.settings) as connection:
            await accounts.create_many(connection, made, role=Role(role), by=None)

    asyncio.run(work())
    for entry in entries:
        click.echo(f"{entry.login}\t{entry.name}\t{entry.password}")


@user.command("token")
@click.argument("login")
@click.option("--name", required=True, help="What it is for.")
@click.option(
    "--scope",
    type=click.Choice([scope.value for scope in Scope]),
    default=Scope.READ.value,
    show_default=True,
    help="What it may do, and no more than the account's role.",
)
@click.option(
    "--days",
    type=click.IntRange(1, tokens.LONGEST.days),
    default=30,
    show_default=True,
    help="For how long it is good.",
)
@click.pass_obj
def make_token(lazy: Lazy, login: str, name: str, scope: str, days: int) -> None:
    """Make an API token of an account, and print it: it is kept nowhere."""

    async def work(connection: Connection) -> str:
        account = await account_of(connection, login)
        return await tokens.create(
            connection,
            account_id=account.id,
            name=name,
            scope=Scope(scope),
            lifetime=timedelta(days=days),
            by=None,
        )

    click.echo(run(lazy, work))


@user.command("revoke-tokens")
@click.argument("login")
@click.pass_obj
def revoke_tokens(lazy: Lazy, login: str) -> None:
    """End all API tokens of an account."""

    async def work(connection: Connection) -> int:
        account = await account_of(connection, login)
        return await tokens.revoke_all(connection, account_id=account.id, by=None)

    count = run(lazy, work)
    click.echo(f"{login}: {count} {'token' if count == 1 else 'tokens'} revoked")


@user.command("reset-two-step")
@click.argument("login")
@click.pass_obj
def reset_two_step(lazy: Lazy, login: str) -> None:
    """Ask an account for no more one-time codes, whose owner lost the phone and the recovery codes."""

    async def work(connection: Connection) -> None:
        account = await account_of(connection, login)
        await authenticators.remove(connection, account_id=account.id, by=None)

    run(lazy, work)
    click.echo(f"{login}: logs in with the password alone")


@user.command("let-try")
@click.argument("login")
@click.pass_obj
def let_try(lazy: Lazy, login: str) -> None:
    """Let whoever has an account try to log in at once, however often somebody has guessed its password."""

    async def work(connection: Connection) -> list[Slowed]:
        account = await account_of(connection, login)
        found = await slowed.find(connection, account_id=account.id)
        await slowed.let_account_try(connection, account, by=None)
        return found

    for one in run(lazy, work):
        tried = f"{one.tries} tries since {one.since:%H:%M} UTC, slowed down until {one.until:%H:%M} UTC"
        click.echo(f"{login}: {slowed.where(one)}: {tried}")
    click.echo(f"{login}: may try to log in at once")


def _password(login: str, *, from_stdin: bool) -> str:
    """A new password: never an argument, which every user of the machine could read."""
    if not from_stdin:
        return secrets.token_urlsafe(12)
    given = sys.stdin.readline(1000).rstrip("\n")
    check_strength(given, login=login)
    return given


def _show_password(login: str, password: str, *, is_given: bool) -> None:
    click.echo(f"{login}: password set" if is_given else f"{login}: the password is {password}")
