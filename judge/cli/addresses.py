"""Commands about addresses that log in to an account by themselves: ``judge user address``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import BinaryIO

import click

from judge.cli.context import run
from judge.cli.documents import JSON, show
from judge.cli.settings import Lazy
from judge.errors import NotFound, UsageError
from judge.store import networks
from judge.store.networks import Network
from judge.store.pool import Connection

_MOST_BYTES = 1024 * 1024


@click.group("address")
def group() -> None:
    """Addresses and networks that log in to a contestant's account by themselves, as at a contest on site."""


@group.command("list")
@JSON
@click.pass_obj
def address_list(lazy: Lazy, *, as_json: bool) -> None:
    """List them, and whose each is."""
    listed = run(lazy, lambda connection: networks.page(connection, limit=networks.MOST))
    found = [{"network": each.network, "login": each.login, "name": each.name, "used": each.is_used} for each in listed]
    lines = (f"{item['network']:20} {item['login']:20} {item['name']}{_unused(item)}" for item in found)
    show({"addresses": found}, lines, as_json=as_json)


@group.command("add")
@click.argument("login")
@click.argument("addresses", nargs=-1, required=True, metavar="ADDRESS...")
@click.pass_obj
def address_add(lazy: Lazy, login: str, addresses: tuple[str, ...]) -> None:
    """Log browsers at each ADDRESS, which may be a network like 10.0.1.0/24, in to the contestant's account LOGIN."""
    _add(lazy, [(login, networks.parsed(address)) for address in addresses])


@group.command("import")
@click.argument("file", type=click.File("rb"))
@click.pass_obj
def address_import(lazy: Lazy, file: BinaryIO) -> None:
    """Take all addresses that FILE ("-": standard input) lists, or none: on each line a login and an address."""
    content = file.read(_MOST_BYTES + 1)
    if len(content) > _MOST_BYTES:
        raise UsageError(f"{file.name} is larger than {_MOST_BYTES // 1024} KiB")
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        raise UsageError(f"{file.name} is not UTF-8: byte {error.start + 1} cannot be read as text") from error
    _add(lazy, networks.entries(text))


@group.command("remove")
@click.argument("addresses", nargs=-1, metavar="ADDRESS...")
@click.option("--all", "is_all", is_flag=True, help="Remove all of them.")
@click.pass_obj
def address_remove(lazy: Lazy, addresses: tuple[str, ...], *, is_all: bool) -> None:
    """Let nobody in by these addresses any more. Who is logged in stays so."""
    if is_all == bool(addresses):
        raise UsageError("name the addresses to remove, or give --all")
    wanted = None if is_all else [networks.parsed(address) for address in addresses]

    async def work(connection: Connection) -> int:
        async with connection.transaction():
            count = await networks.remove(connection, wanted, by=None)
            if wanted is not None and count < len(set(wanted)):
                raise NotFound("not all of these are listed, and nothing was removed; see: judge user address list")
            return count

    click.echo(_counted(run(lazy, work), "removed"))


def _add(lazy: Lazy, entries: list[tuple[str, Network]]) -> None:
    run(lazy, lambda connection: networks.add(connection, entries, by=None))
    click.echo(_counted(len(entries), "added"))


def _unused(item: Mapping[str, object]) -> str:
    return "" if item["used"] else "  (not used: disabled, staff, two-step login or no password)"


def _counted(count: int, done: str) -> str:
    return f"{count} {'address' if count == 1 else 'addresses'} {done}"
