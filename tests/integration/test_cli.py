"""The command line, as a process: help, errors, languages, accounts."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from click import Command, Context, Group

from judge.cli import main
from judge.recipes.languages import offered
from judge.store import accounts, authenticators, throttles, tokens
from judge.store.accounts import Role
from judge.store.pool import Pool
from judge.store.tokens import Scope
from tests.integration.test_migrations import REVISIONS
from web.identity.passwords import Passwords


def judge(*words: str, stdin: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        (sys.executable, "-m", "judge", *words),
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env=os.environ | environment,
    )


def commands(group: Group, *before: str) -> list[tuple[str, ...]]:
    """Every command below a group, as words. The topmost ones are known by name only, until one is asked for."""
    context = Context(group)
    found: list[tuple[str, ...]] = []
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        found.append((*before, name))
        if isinstance(command, Group):
            found += commands(command, *before, name)
    return found


@pytest.mark.parametrize("words", [(), *commands(main)], ids=" ".join)
def test_every_command_has_help(words: tuple[str, ...]) -> None:
    """Each command says what it is for, even where the settings are broken."""
    command: Command = main
    for word in words:
        assert isinstance(command, Group)
        found = command.get_command(Context(command), word)
        assert found is not None
        command = found
    assert command.help


def test_help_works_with_broken_settings() -> None:
    """Whoever looks for help with a setting must get it."""
    assert judge("up", "--help", JUDGE_SLOTS="many").returncode == 0


def test_an_error_is_one_clear_line() -> None:
    """A setting that cannot be understood is named on standard error, without a traceback, and the exit code is 2."""
    done = judge("migrate", JUDGE_SLOTS="many")

    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("judge: setting slots: ")
    assert len(done.stderr.splitlines()) == 1


def test_languages_as_json() -> None:
    """One JSON document on standard output, with every language and nothing else."""
    done = judge("language", "list", "--json", JUDGE_ISOLATION="local")

    listed = json.loads(done.stdout)["languages"]
    assert [item["id"] for item in listed] == list(offered())
    assert all(set(item) == {"id", "name", "extensions", "image", "version"} for item in listed)
    python = next(item for item in listed if item["id"] == "python3")
    assert python["version"] is None or python["version"].startswith("Python 3")


def test_an_unknown_image_is_refused() -> None:
    """A mistyped image is named beside the ones there are; nothing is built."""
    done = judge("image", "build", "klingon")

    assert done.returncode == 2
    assert "no image is called klingon" in done.stderr


def test_migrating_twice(empty_dsn: str) -> None:
    """The command says what it did, and that there is nothing left to do."""
    assert judge("migrate", JUDGE_DATABASE_URL=empty_dsn).stdout == f"applied: {', '.join(REVISIONS)}\n"
    assert judge("migrate", JUDGE_DATABASE_URL=empty_dsn).stdout == "the schema is up to date\n"


def test_nothing_starts_on_an_empty_database(empty_dsn: str) -> None:
    """Servers and commands alike name the command to run first."""
    for words in (("web",), ("daemon",), ("user", "create-admin", "ann")):
        done = judge(*words, JUDGE_DATABASE_URL=empty_dsn)
        assert done.returncode == 2
        assert "run `judge migrate`" in done.stderr


async def test_an_admin_gets_a_password_that_works(pool: Pool, dsn: str) -> None:
    """The password shown is the one that is kept, as a hash."""
    done = judge("user", "create-admin", "ann", "--name", "Ann", JUDGE_DATABASE_URL=dsn)
    password = done.stdout.split()[-1]

    async with pool.acquire() as connection:
        account = await accounts.by_login(connection, "ann")
    assert account is not None
    assert (account.name, account.role) == ("Ann", Role.ADMIN)
    assert await Passwords().verify(account.password_hash, password)


async def test_a_password_is_reset(pool: Pool, dsn: str) -> None:
    """The new password works, the old one does not, and a chosen one comes through standard input alone."""
    old = judge("user", "create-admin", "ann", JUDGE_DATABASE_URL=dsn).stdout.split()[-1]
    done = judge("user", "reset-password", "ann", "--password-stdin", stdin="a long walk\n", JUDGE_DATABASE_URL=dsn)

    assert "a long walk" not in done.stdout
    async with pool.acquire() as connection:
        account = await accounts.by_login(connection, "ann")
    assert account is not None
    assert await Passwords().verify(account.password_hash, "a long walk")
    assert not await Passwords().verify(account.password_hash, old)


async def test_tokens_are_made_and_revoked(pool: Pool, dsn: str) -> None:
    """The token printed is the account's, for what was asked, until all of its tokens are revoked."""
    judge("user", "create-admin", "ann", JUDGE_DATABASE_URL=dsn)
    made = judge("user", "token", "ANN", "--name", "robot", "--scope", "setter", JUDGE_DATABASE_URL=dsn)
    async with pool.acquire() as connection:
        found = await tokens.find(connection, made.stdout.strip())
        assert found is not None
        assert (found[0].login, found[1]) == ("ann", Scope.SETTER)

        assert "1 token revoked" in judge("user", "revoke-tokens", "ann", JUDGE_DATABASE_URL=dsn).stdout
        assert await tokens.find(connection, made.stdout.strip()) is None


async def test_two_step_login_is_reset(pool: Pool, dsn: str) -> None:
    """Whoever lost the phone logs in with the password alone again; the audit log says so."""
    judge("user", "create-admin", "ann", JUDGE_DATABASE_URL=dsn)
    async with pool.acquire() as connection:
        account = await accounts.by_login(connection, "ann")
        assert account is not None
        await authenticators.begin(connection, account_id=account.id, secret=b"x" * 20)
        await authenticators.confirm(
            connection, account_id=account.id, secret=b"x" * 20, step=1, recovery_codes=["a", "b"]
        )

        assert judge("user", "reset-two-step", "ann", JUDGE_DATABASE_URL=dsn).returncode == 0

        assert await authenticators.find(connection, account.id) is None
        assert await connection.fetchval("SELECT action FROM audit_log ORDER BY id DESC") == "remove authenticator"
    again = judge("user", "reset-two-step", "ann", JUDGE_DATABASE_URL=dsn)
    assert (again.returncode, "no authenticator" in again.stderr) == (2, True)


async def test_somebody_is_let_try_again(pool: Pool, dsn: str) -> None:
    """Whoever was slowed down by guesses of others may log in at once; what they were slowed down by is printed."""
    judge("user", "create-admin", "ann", JUDGE_DATABASE_URL=dsn)
    async with pool.acquire() as connection:
        for _ in range(10):
            await throttles.hit(connection, "login:192.0.2.7 ann", window=timedelta(minutes=5))
        other = await throttles.hit(connection, "login:192.0.2.7 joann", window=timedelta(minutes=5))

        said = judge("user", "let-try", "ann", JUDGE_DATABASE_URL=dsn).stdout

        assert "ann: 192.0.2.7: 10 tries since" in said
        left = await connection.fetch("SELECT key, hits FROM throttles")
        assert [tuple(row) for row in left] == [("login:192.0.2.7 joann", other)]
        assert await connection.fetchval("SELECT action FROM audit_log ORDER BY id DESC") == "let try to log in"
    assert judge("user", "let-try", "ann", JUDGE_DATABASE_URL=dsn).stdout == "ann: may try to log in at once\n"


def test_bad_account_commands_are_refused(dsn: str) -> None:
    """A login that is taken, none at all, nobody's, and a password too short are each said so."""
    judge("user", "create-admin", "ann", JUDGE_DATABASE_URL=dsn)
    for words, stdin, said in (
        (("create-admin", "Ann"), "", "taken"),
        (("create-admin", "a b"), "", "login is"),
        (("reset-password", "bob"), "", "nobody has the login 'bob'"),
        (("reset-password", "ann", "--password-stdin"), "short\n", "characters"),
        (("token", "bob", "--name", "x"), "", "nobody has the login 'bob'"),
        (("token", "ann", "--name", ""), "", "1 to 100 characters"),
    ):
        done = judge("user", *words, stdin=stdin, JUDGE_DATABASE_URL=dsn)
        assert done.returncode == 2
        assert said in done.stderr


def test_logs_are_json_where_nobody_looks(tmp_path: Path) -> None:
    """Standard error that is no terminal gets one JSON object a line, of structlog and of the standard library."""
    script = (
        "import logging, structlog; from judge import logs; logs.set_up();"
        "structlog.get_logger().info('one', n=1); logging.getLogger('x').warning('two')"
    )
    done = subprocess.run((sys.executable, "-c", script), capture_output=True, text=True, check=True, cwd=tmp_path)

    records = [json.loads(line) for line in done.stderr.splitlines()]
    assert [(record["event"], record["level"]) for record in records] == [("one", "info"), ("two", "warning")]
    assert done.stdout == ""


def test_no_local_variable_is_ever_logged(tmp_path: Path) -> None:
    """A traceback in the log, on a terminal or not, names places and no values: those may be secrets."""
    script = (
        "import pathlib, sys, structlog; from judge import logs\n"
        "def fail(secret):\n"
        "    raise ValueError('told')\n"
        "sys.stderr.isatty = lambda: sys.argv[1] == 'terminal'\n"
        "logs.set_up()\n"
        "try: fail('hunter' + '2')\n"
        "except ValueError: structlog.get_logger().exception('failed')\n"
    )
    for where in ("terminal", "file"):
        argv = (sys.executable, "-c", script, where)
        done = subprocess.run(argv, capture_output=True, text=True, check=True, cwd=tmp_path)
        assert "ValueError: told" in done.stderr
        assert "hunter2" not in done.stderr


async def test_importing_accounts(pool: Pool, dsn: str) -> None:
    """All accounts of a list are made, with passwords that are told once; or none, with what is wrong."""
    made = judge("user", "import", "-", stdin="login,name\nt1,Null Pointers\nt2,Others\n", JUDGE_DATABASE_URL=dsn)
    assert made.returncode == 0, made.stderr
    rows = [line.split("\t") for line in made.stdout.splitlines()]
    assert [row[:2] for row in rows] == [["t1", "Null Pointers"], ["t2", "Others"]]
    async with pool.acquire() as connection:
        account = await accounts.by_login(connection, "t2")
    assert account is not None
    assert await Passwords().verify(account.password_hash, rows[1][2])

    refused = judge("user", "import", "-", stdin="t3,New\nt1,Again\n", JUDGE_DATABASE_URL=dsn)
    assert (refused.returncode, "these logins are taken: t1" in refused.stderr) == (2, True), refused.stderr
    assert judge("user", "import", "-", stdin="a b,c\n", JUDGE_DATABASE_URL=dsn).returncode == 2
