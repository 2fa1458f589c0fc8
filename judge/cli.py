"""The command line: reads the settings, and puts the parts together for each command."""

from __future__ import annotations

import asyncio
import json
import secrets
import sys
from asyncio.subprocess import DEVNULL, PIPE, STDOUT
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import click

from judge import cli_judging, config, database, logs, up
from judge.config import Isolation, Settings
from judge.embedded import embedded
from judge.errors import JudgeError, NotFound, UsageError
from judge.languages import Language, languages
from judge.languages import images as language_images
from judge.store import accounts
from judge.store.accounts import Role
from judge.store.pool import Connection, connect
from sandbox import engine, images
from sandbox.images import Recipe
from web.passwords import Passwords, check_strength


class _Commands(click.Group):
    """A group whose commands end in one clear line and exit code 2 where a ``JudgeError`` says what is wrong."""

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401
        try:
            return super().invoke(ctx)
        except JudgeError as error:
            click.echo(f"judge: {error}", err=True)
            ctx.exit(2)


@click.group(cls=_Commands)
@click.version_option(package_name="judge")
@click.pass_context
def main(ctx: click.Context) -> None:
    """A judge for programming contests. Settings come from judge.toml and JUDGE_* environment variables."""
    logs.set_up()
    if not ctx.resilient_parsing:
        ctx.obj = _Lazy()


class _Lazy:
    """The settings, read when a command wants them: --help works with broken ones."""

    @property
    def settings(self) -> Settings:
        return config.load()


@main.command("up")
@click.pass_obj
def up_command(lazy: _Lazy) -> None:
    """Run everything on this machine, in the foreground: database, judge daemon and web server."""
    up.run(lazy.settings)


@main.command()
@click.pass_obj
def web(lazy: _Lazy) -> None:
    """Serve the web pages."""
    from web.app import run

    with _server_dsn(lazy.settings) as dsn:
        run(lazy.settings, dsn)


@main.command()
@click.pass_obj
def daemon(lazy: _Lazy) -> None:
    """Judge submissions as they come."""
    from judge.daemon import run

    with _server_dsn(lazy.settings) as dsn:
        up.until_told(run(lazy.settings, dsn))


@main.command()
@click.pass_obj
def migrate(lazy: _Lazy) -> None:
    """Bring the database's schema up to date."""

    async def work() -> list[str]:
        async with _dsn(lazy.settings) as dsn:
            return await database.migrate(dsn)

    applied = asyncio.run(work())
    click.echo(f"applied: {', '.join(applied)}" if applied else "the schema is up to date")


@main.group()
def language() -> None:
    """Languages that submissions may be written in."""


@language.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_obj
def language_list(lazy: _Lazy, *, as_json: bool) -> None:
    """List the languages, with the version each image has. Without its image a language has no version."""
    described = asyncio.run(_described_languages(lazy.settings))
    if as_json:
        click.echo(json.dumps({"languages": described}))
        return
    for item in described:
        extensions = ", ".join(item["extensions"])
        click.echo(f"{item['id']:10} {item['name']:22} {extensions:24} {item['version'] or '(image not built)'}")


@main.group()
def image() -> None:
    """Language images."""


@image.command("build")
@click.argument("names", nargs=-1)
@click.pass_obj
def image_build(lazy: _Lazy, names: tuple[str, ...]) -> None:
    """Build the images of those NAMES that are missing; of all languages by default."""
    known = {recipe.name: recipe for recipe in up.recipes()}
    if unknown := sorted(set(names) - set(known)):
        raise UsageError(f"no image is called {', '.join(unknown)}; there are: {', '.join(known)}")
    settings = lazy.settings

    async def work() -> None:
        settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o711)
        async with engine.running(click.echo, data_dir=settings.data_dir):
            wanted = [known[name] for name in names or known]
            cache_dir = settings.data_dir / "images"
            built = await images.ensure(wanted, mirror=settings.debian_mirror, cache_dir=cache_dir, progress=click.echo)
        for recipe in wanted:
            click.echo(f"{recipe.tag} {built[recipe.name]}")

    asyncio.run(work())


@main.group()
def user() -> None:
    """Accounts."""


@user.command("create-admin")
@click.argument("login")
@click.option("--name", help="The name shown to others; the login by default.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input instead of making one.")
@click.pass_obj
def create_admin(lazy: _Lazy, login: str, name: str | None, *, password_stdin: bool) -> None:
    """Make an admin account."""
    password = _password(login, from_stdin=password_stdin)

    async def work() -> None:
        async with _connection(lazy.settings) as connection:
            hashed = await Passwords().hash(password)
            await accounts.create(connection, login=login, name=name or login, password_hash=hashed, role=Role.ADMIN)

    asyncio.run(work())
    _show_password(login, password, is_given=password_stdin)


@user.command("reset-password")
@click.argument("login")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input instead of making one.")
@click.pass_obj
def reset_password(lazy: _Lazy, login: str, *, password_stdin: bool) -> None:
    """Give an account a new password, and log it out everywhere."""
    password = _password(login, from_stdin=password_stdin)

    async def work() -> None:
        async with _connection(lazy.settings) as connection:
            account = await accounts.by_login(connection, login)
            if account is None:
                raise NotFound(f"nobody has the login {login!r}")
            hashed = await Passwords().hash(password)
            await accounts.set_password(connection, account_id=account.id, password_hash=hashed)

    asyncio.run(work())
    _show_password(login, password, is_given=password_stdin)


def _password(login: str, *, from_stdin: bool) -> str:
    """A new password: never an argument, which every user of the machine could read."""
    if not from_stdin:
        return secrets.token_urlsafe(12)
    given = sys.stdin.readline(1000).rstrip("\n")
    check_strength(given, login=login)
    return given


def _show_password(login: str, password: str, *, is_given: bool) -> None:
    click.echo(f"{login}: password set" if is_given else f"{login}: the password is {password}")


async def _described_languages(settings: Settings) -> list[dict[str, Any]]:
    """Every language, as ``--json`` prints it."""

    async def describe(item: Language) -> dict[str, Any]:
        version = await _version(item, settings.isolation)
        known = {"id": item.id, "name": item.name, "extensions": list(item.extensions), "image": item.image}
        return known | {"version": version}

    return await asyncio.gather(*(describe(item) for item in languages().values()))


async def _version(item: Language, isolation: Isolation) -> str | None:
    """What the compiler or interpreter calls itself, where it would run; None where it is not there."""
    if isolation is Isolation.CONTAINER:
        return await images.first_line(
            Recipe(name=item.image, packages=language_images()[item.image].packages), item.version
        )
    try:
        process = await asyncio.create_subprocess_exec(*item.version, stdin=DEVNULL, stdout=PIPE, stderr=STDOUT)
    except FileNotFoundError:
        return None
    said, _ = await process.communicate()
    return next(iter(said.decode(errors="replace").splitlines()), "")


@asynccontextmanager
async def _dsn(settings: Settings) -> AsyncIterator[str]:
    """The database of the settings, or the embedded one, started if it does not run already."""
    if settings.database_url:
        yield settings.database_url
        return
    async with embedded(settings.data_dir) as dsn:
        yield dsn


@asynccontextmanager
async def _connection(settings: Settings) -> AsyncIterator[Connection]:
    async with _dsn(settings) as dsn:
        await database.check_migrated(dsn)
        async with connect(dsn) as connection:
            yield connection


@contextmanager
def _server_dsn(settings: Settings) -> Iterator[str]:
    """The database for a command that has an event loop of its own."""
    with asyncio.Runner() as runner:
        context = _dsn(settings)
        dsn = runner.run(context.__aenter__())
        try:
            runner.run(database.check_migrated(dsn))
            yield dsn
        finally:
            runner.run(context.__aexit__(None, None, None))


main.add_command(cli_judging.run)
main.add_command(cli_judging.bench)
