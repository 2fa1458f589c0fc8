"""Contests' staff, spans and languages, problems' setters, and addresses that log in, from the command line."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from judge.store import accounts, contests, problem_access
from judge.store.accounts import Role
from judge.store.pool import Connection, Pool
from tests.integration.test_cli import judge

CONTEST = "spring"


async def _account(connection: Connection, login: str, role: Role) -> int:
    return await accounts.create(connection, login=login, name=login.title(), password_hash="x", role=role)  # noqa: S106


async def _contest(connection: Connection) -> int:
    return await contests.create(
        connection,
        name=CONTEST,
        title="Spring",
        starts_at=datetime(2030, 5, 1, 9, tzinfo=UTC),
        ends_at=datetime(2030, 5, 1, 14, tzinfo=UTC),
        freeze_at=None,
    )


async def _audited(pool: Pool) -> list[tuple[int | None, str]]:
    """Who did what; nobody is the command line."""
    async with pool.acquire() as connection:
        rows = await connection.fetch("SELECT user_id, action FROM audit_log ORDER BY id")
    return [(row["user_id"], row["action"]) for row in rows]


def _said(dsn: str, *words: str, stdin: str = "") -> str:
    done = judge(*words, stdin=stdin, JUDGE_DATABASE_URL=dsn)
    assert done.returncode == 0, done.stderr
    return done.stdout


def _json(dsn: str, *words: str) -> Any:
    return json.loads(_said(dsn, *words, "--json"))


async def test_staff(pool: Pool, dsn: str) -> None:
    """Somebody helps with a contest, as something else, and no longer; each is in the audit log."""
    async with pool.acquire() as connection:
        await _contest(connection)
        await _account(connection, "helper", Role.CONTESTANT)

    _said(dsn, "contest", "staff", "add", CONTEST, "helper", "balloons")
    _said(dsn, "contest", "staff", "add", CONTEST, "HELPER", "jury")
    listed = _json(dsn, "contest", "staff", "list", CONTEST)
    _said(dsn, "contest", "staff", "remove", CONTEST, "helper")

    assert listed == {"staff": [{"login": "helper", "name": "Helper", "role": "jury"}]}
    assert _said(dsn, "contest", "staff", "list", CONTEST) == ""
    assert await _audited(pool) == [
        (None, "set contest role"),
        (None, "set contest role"),
        (None, "remove contest role"),
    ]


async def test_gaps(pool: Pool, dsn: str) -> None:
    """A span is cut out of a contest, listed, and put back by its beginning."""
    async with pool.acquire() as connection:
        await _contest(connection)

    _said(dsn, "contest", "gap", "cut", CONTEST, "2030-05-01T12:00+02:00", "2030-05-01T10:20:30.5")
    listed = _json(dsn, "contest", "gap", "list", CONTEST)
    overlapping = judge(
        "contest", "gap", "cut", CONTEST, "2030-05-01T10:10", "2030-05-01T11:00", JUDGE_DATABASE_URL=dsn
    )
    _said(dsn, "contest", "gap", "put-back", CONTEST, listed["gaps"][0]["from"])

    assert listed == {"gaps": [{"from": "2030-05-01T10:00:00Z", "until": "2030-05-01T10:20:30Z"}]}
    assert overlapping.returncode == 2 and "overlaps another one" in overlapping.stderr
    assert _json(dsn, "contest", "gap", "list", CONTEST) == {"gaps": []}
    assert await _audited(pool) == [(None, "cut out of contest"), (None, "put back into contest")]


async def test_languages_of_a_contest(pool: Pool, dsn: str) -> None:
    """A contest takes some languages, then all again; asking changes nothing."""
    async with pool.acquire() as connection:
        await _contest(connection)
    words = ("contest", "languages", CONTEST)

    before = _json(dsn, *words)
    chosen = _json(dsn, *words, "python3", "cpp20", "python3")
    asked = _said(dsn, *words)
    everything = _json(dsn, *words, "--all")

    assert before == everything == {"languages": None}
    assert chosen == {"languages": ["python3", "cpp20"]}
    assert asked == "contest spring: takes python3, cpp20\n"
    assert await _audited(pool) == [(None, "change contest")] * 2


async def test_rights(pool: Pool, dsn: str) -> None:
    """An owner and a reader are named, the others may nothing; a problem is never nobody's."""
    async with pool.acquire() as connection:
        owner = await _account(connection, "owner", Role.SETTER)
        await _account(connection, "reader", Role.SETTER)
        await problem_access.take_name(connection, "sums", by=owner)
    words = ("problem", "rights")

    _said(dsn, *words, "give", "sums", "reader", "write")
    _said(dsn, *words, "give", "sums", "reader", "read")
    _said(dsn, *words, "setters", "sums", "read")
    listed = _json(dsn, *words, "list", "sums")
    nobodys = judge(*words, "take", "sums", "owner", JUDGE_DATABASE_URL=dsn)
    _said(dsn, *words, "setters", "sums", "nothing")
    _said(dsn, *words, "take", "sums", "reader")

    assert listed["setters_may"] == "read"
    assert [(item["login"], item["access"], item["idle"]) for item in listed["named"]] == [
        ("owner", "own", False),
        ("reader", "read", False),
    ]
    assert nobodys.returncode == 2 and "name another owner first" in nobodys.stderr
    assert _said(dsn, *words, "list", "sums").split() == ["own", "owner", "Owner", "nothing", "all", "setters"]
    assert [action for _, action in await _audited(pool)] == [
        "name setter",
        "name setter",
        "share problem",
        "share problem",
        "drop setter",
    ]


async def test_addresses(pool: Pool, dsn: str) -> None:
    """Addresses are added one by one or as a list, all of it or none, and removed again."""
    async with pool.acquire() as connection:
        for login in ("team1", "team2"):
            await _account(connection, login, Role.CONTESTANT)
    words = ("user", "address")

    _said(dsn, *words, "add", "team1", "10.0.1.0/24", "2001:db8::1")
    refused = judge(*words, "import", "-", stdin="team2 10.0.2.1\nnobody 10.0.2.2\n", JUDGE_DATABASE_URL=dsn)
    _said(dsn, *words, "import", "-", stdin="team2, 10.0.2.1\n\nteam2\t10.0.2.2\n")
    listed = _json(dsn, *words, "list")
    gone = judge(*words, "remove", "10.0.2.1", "10.9.9.9", JUDGE_DATABASE_URL=dsn)
    one = _said(dsn, *words, "remove", "10.0.2.1")
    rest = _said(dsn, *words, "remove", "--all")

    assert refused.returncode == 2 and "no contestants' logins: nobody" in refused.stderr
    assert [(item["network"], item["login"], item["used"]) for item in listed["addresses"]] == [
        ("10.0.1.0/24", "team1", True),
        ("2001:db8::1", "team1", True),
        ("10.0.2.1", "team2", True),
        ("10.0.2.2", "team2", True),
    ]
    assert gone.returncode == 2 and "nothing was removed" in gone.stderr
    assert (one, rest) == ("1 address removed\n", "3 addresses removed\n")
    assert _said(dsn, *words, "list") == ""


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("contest", "staff", "add", CONTEST, "nobody", "jury"), "no account of that login"),
        (("contest", "staff", "add", CONTEST, "nobody", "king"), "Invalid value for"),
        (("contest", "staff", "remove", CONTEST, "nobody"), "nobody has the login 'nobody'"),
        (("contest", "gap", "cut", CONTEST, "soon", "later"), "'soon' is no time"),
        (("contest", "gap", "put-back", CONTEST, "2030-05-01T10:00"), "no such span"),
        (("contest", "languages", CONTEST, "klingon"), "unknown language 'klingon'"),
        (("contest", "languages", CONTEST, "python3", "--all"), "or give --all"),
        (("problem", "rights", "list", "none"), "no such problem"),
        (("user", "address", "add", "nobody", "10.0.0.0/8"), "too wide"),
        (("user", "address", "add", "nobody", "here"), "not an address"),
        (("user", "address", "remove"), "or give --all"),
    ],
    ids=lambda value: " ".join(value[1:4]) if isinstance(value, tuple) else "",
)
async def test_refused(pool: Pool, dsn: str, words: tuple[str, ...], said: str) -> None:
    """What cannot be done is said in a line, with exit code 2, and changes nothing."""
    async with pool.acquire() as connection:
        await _contest(connection)

    done = judge(*words, JUDGE_DATABASE_URL=dsn)

    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr and "Traceback" not in done.stderr
    assert await _audited(pool) == []
