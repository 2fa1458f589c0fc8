"""``judge up``: everything on one machine, in the foreground, from nothing to verdicts.

Started in this order, stopped in the reverse one: the embedded PostgreSQL, a Docker engine if none runs, and then side
by side the daemon and the web server as child processes, which are started again when they end by themselves. Killed
with kill -9, the kernel tells every child to end (PR_SET_PDEATHSIG).
"""

from __future__ import annotations

import asyncio
import itertools
import os
import secrets
import signal
import socket
import sys
import urllib.request
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from judge import samples
from judge.config import Isolation, Settings
from judge.database.embedded import embedded
from judge.database.migrating import migrate
from judge.errors import JudgeError, SandboxError, UsageError
from judge.hosts import fitness, host
from judge.models import MIB
from judge.recipes.languages import needed_images, offered
from judge.store import accounts
from judge.store.accounts import Role
from judge.store.jury import JuryVerdict
from judge.store.objects import open_store
from judge.store.pool import Connection, open_pool
from problems.package import Package
from sandbox import engine, images
from web.identity.passwords import Passwords

SAMPLES = Path(__file__).parents[1] / "problems" / "samples"
ADMIN = "admin"

_READY_TIMEOUT_S = 60.0
_STOP_TIMEOUT_S = 20.0
_POLL_S = 0.1
#: A child that ran this long before ending had started well: its next start waits no longer than the first.
_STEADY_S = 60.0
_FIRST_PAUSE_S = 0.5
_LONGEST_PAUSE_S = 30.0
_WIDTH = 140
#: What our own commands exit with after saying, in one line, why they cannot run.
_REFUSED = 2


def run(settings: Settings) -> None:
    """Run until Ctrl-C or SIGTERM.

    Raises:
        JudgeError: something cannot be started, and what to do.
    """
    with host.alone(settings.data_dir / "up.lock", "judge"):
        until_told(_up(settings))
    click.echo("stopped")


def until_told(work: Coroutine[Any, Any, None], told: asyncio.Event | None = None) -> None:
    """Run a coroutine until it ends, or until Ctrl-C, SIGTERM or SIGHUP cancels it and it has put everything away.

    Args:
        work: the coroutine.
        told: set by the first signal instead, for work that ends by itself then; the second cancels.
    """

    async def main() -> None:
        task = asyncio.create_task(work, name="main")

        def end() -> None:
            if told is None or told.is_set():
                task.cancel()
            else:
                told.set()

        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            asyncio.get_running_loop().add_signal_handler(number, end)
        with suppress(asyncio.CancelledError):
            await task

    asyncio.run(main())


async def _up(settings: Settings) -> None:
    _check_port(settings)
    found = await asyncio.to_thread(samples.packages, SAMPLES)
    async with AsyncExitStack() as stack:
        dsn = await _database(settings, stack)
        if settings.isolation is Isolation.CONTAINER:
            _say("Docker engine")
            await stack.enter_async_context(engine.running(_detail, data_dir=settings.data_dir))
            _say("language images")
            await _images(settings, {*needed_images(), *needed_images(samples.languages(found))})
        await _run_services(settings, dsn, found)


async def _images(settings: Settings, names: set[str]) -> None:
    """Build what is missing. What fails is told of, and stops what needs it: all, without that of the self-test."""
    recipes = host.recipes(names)
    cache_dir = settings.data_dir / "images"
    try:
        await images.ensure(recipes, mirror=settings.debian_mirror, cache_dir=cache_dir, progress=_detail)
    except SandboxError as error:
        lacking = names - (await images.built(recipes)).keys()
        if fitness.IMAGE in lacking:
            raise
        _detail(str(error))
        ids = [item.id for item in offered().values() if lacking & {item.image, item.runs_in}]
        _say(f"going on without {', '.join(sorted(lacking))}: nothing is judged in {', '.join(ids) or 'some language'}")


async def _database(settings: Settings, stack: AsyncExitStack) -> str:
    if settings.database_url:
        _say("database: the one of JUDGE_DATABASE_URL")
        dsn = settings.database_url
    else:
        _say(f"database: PostgreSQL in {settings.data_dir / 'postgres'}")
        dsn = await stack.enter_async_context(embedded(settings.data_dir))
    for revision in await migrate(dsn):
        _detail(f"schema {revision} applied")
    return dsn


async def _run_services(settings: Settings, dsn: str, found: list[Package]) -> None:
    """Daemon and web server, with what is shown once they run. Leaves only by an error or a cancellation."""
    # What runs here judges here, whatever broker others are told through.
    own = {"JUDGE_DATABASE_URL": dsn, "JUDGE_DATA_DIR": str(settings.data_dir), "JUDGE_BROKER_URL": ""}
    environment = os.environ | own
    async with open_pool(dsn, max_size=2, objects=open_store(settings)) as pool:
        async with pool.acquire() as connection:
            _say("sample contest")
            contest_id = await samples.publish(connection, found)
            _detail(f"problems: {', '.join(package.name for package in found)}")
            password = await _first_admin(connection)
        try:
            async with asyncio.TaskGroup() as group:
                for name in ("daemon", "web"):
                    group.create_task(_supervise(name, environment), name=name)
                _say("daemon and web server")
                await _until_healthy(settings)
                _show_ready(settings, password)
                judged = await samples.verdicts(pool, contest_id, progress=_show_progress)
                show_verdicts(judged)
                click.echo("Ctrl-C stops all of this; the data stays.")
        except* JudgeError as errors:
            raise errors.exceptions[0] from None


async def _first_admin(connection: Connection) -> str | None:
    """The password of an admin made now, because there was none; it is kept nowhere else."""
    if await accounts.count_admins(connection) > 0:
        return None
    password = secrets.token_urlsafe(12)
    if await accounts.by_login(connection, ADMIN) is not None:
        raise UsageError(f"no admin can log in, and {ADMIN} is no admin: run `judge user create-admin LOGIN`")
    hashed = await Passwords().hash(password)
    await accounts.create(connection, login=ADMIN, name="Admin", password_hash=hashed, role=Role.ADMIN)
    return password


async def _supervise(name: str, environment: dict[str, str]) -> None:
    """Keep a child process running: one that ends is started again, after a pause that grows while it keeps ending.

    Raises:
        JudgeError: its very first start was refused by itself; it has said why.
    """
    loop = asyncio.get_running_loop()
    pause_s = _FIRST_PAUSE_S
    for start in itertools.count():
        started = loop.time()
        async with _child(name, environment) as process:
            code = await process.wait()
        if start == 0 and code == _REFUSED:
            raise JudgeError(f"the {name} cannot run; it says why above")
        if loop.time() - started > _STEADY_S:
            pause_s = _FIRST_PAUSE_S
        _detail(f"{name} ended by {_ending(code)}; starting it again in {pause_s:.1f} s")
        await asyncio.sleep(pause_s)
        pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)


@asynccontextmanager
async def _child(name: str, environment: dict[str, str]) -> AsyncIterator[Process]:
    """A process of our own, gone at exit. In its own session: Ctrl-C is ours to pass on, in order."""
    process = await asyncio.create_subprocess_exec(
        *("setpriv", "--pdeathsig", "TERM", "--", sys.executable, "-m", "judge", name),
        stdin=asyncio.subprocess.DEVNULL,
        env=environment,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
            try:
                async with asyncio.timeout(_STOP_TIMEOUT_S):
                    await process.wait()
            except TimeoutError:
                _detail(f"{name} does not stop: killing it")
                process.kill()
                await process.wait()


def _ending(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit code {code}"


async def _until_healthy(settings: Settings) -> None:
    def is_healthy() -> bool:
        try:
            with urllib.request.urlopen(f"{_url(settings)}/healthz", timeout=2) as answer:  # noqa: S310 - always http
                return bool(answer.status == 200)
        except OSError:
            return False

    try:
        async with asyncio.timeout(_READY_TIMEOUT_S):
            while not await asyncio.to_thread(is_healthy):
                await asyncio.sleep(_POLL_S)
    except TimeoutError as error:
        raise JudgeError(f"the web server does not answer on {_url(settings)}/healthz: see its log above") from error


def _check_port(settings: Settings) -> None:
    """Refuse early a port that is taken, rather than after minutes of building images."""
    family = socket.AF_INET6 if ":" in settings.web_host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.web_host, settings.web_port))
        except OSError as error:
            raise UsageError(
                f"{settings.web_host}:{settings.web_port} cannot be used ({error.strerror}): "
                "set JUDGE_WEB_PORT to a free port"
            ) from error


def _url(settings: Settings) -> str:
    """Where the web server is reached from this machine."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.web_host, settings.web_host)  # noqa: S104
    return f"http://{f'[{host}]' if ':' in host else host}:{settings.web_port}"


def _say(line: str) -> None:
    click.secho(f"==> {line}", bold=True)


def _detail(line: str) -> None:
    click.echo(f"    {line}")


def _show_ready(settings: Settings, password: str | None) -> None:
    _say(f"ready: {_url(settings)}")
    if password is not None:
        _detail(f"log in as {ADMIN} with the password {password}")
        _detail("It is shown this once and kept nowhere: write it down. `judge user reset-password` makes another.")


def _show_progress(judged: int, total: int) -> None:
    _detail(f"jury submissions judged: {judged} of {total}")


def show_verdicts(found: list[JuryVerdict]) -> None:
    """Print what the jury's submissions got, beside what they were expected to get."""
    table = Table(box=None)
    for heading in ("problem", "file", "language", "expected", "verdict", "time", "memory"):
        table.add_column(heading, overflow="fold")
    for item in found:
        table.add_row(
            item.problem,
            item.file,
            item.language,
            " or ".join(item.expected),
            f"[{'green' if item.is_as_expected else 'red bold'}]{item.verdict or '-'}[/]",
            "-" if item.slowest_cpu_us is None else f"{item.slowest_cpu_us / 1e6:.3f} s",
            "-" if item.peak_memory_bytes is None else f"{item.peak_memory_bytes / MIB:.1f} MiB",
        )
    # What is not a terminal has no width to respect.
    Console(width=None if sys.stdout.isatty() else _WIDTH).print(table)
    wrong = sum(not item.is_as_expected for item in found)
    click.secho(
        f"{len(found) - wrong} of {len(found)} jury submissions got a verdict they were expected to get",
        fg="red" if wrong else "green",
    )
