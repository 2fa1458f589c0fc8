"""Rejudging from the command line, as processes."""

from __future__ import annotations

import json
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from judge.store.pool import Pool
from judge.verdicts import Verdict
from tests.integration.test_cli import judge
from tests.rejudged import SAMPLES, Court, court

AC, WA = Verdict.AC, Verdict.WA


@pytest_asyncio.fixture
async def on(pool: Pool) -> AsyncIterator[Court]:
    """An empty contest."""
    async with pool.acquire() as connection:
        yield await court(connection)


async def test_from_counting_to_undoing(on: Court, dsn: str) -> None:
    """A rejudging is counted, made, shown, applied in part, undone and cancelled by commands alone."""
    made = await on.submitted(WA, AC)

    def run(*words: str, stdin: str = "") -> str:
        done = judge(*words, stdin=stdin, JUDGE_DATABASE_URL=dsn)
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert run("rejudge", "--contest", "test", "--dry-run", "--reason", "x") == "2 submissions would be judged again\n"
    said = json.loads(run("rejudge", "--contest", "test", "--reason", "a new answer", "--json"))
    assert (said["id"], said["submissions"], said["unfinished"]) == (1, 2, 2)
    await on.judge(AC, WA)
    shown = json.loads(run("rejudging", "show", "1", "--json", "--wait"))
    assert {(cell["old"], cell["new"], cell["submissions"]) for cell in shown["matrix"]} == {
        ("WA", "AC", 1),
        ("AC", "WA", 1),
    }
    assert [change["submission_id"] for change in shown["changes"]] == made
    assert "1 of" not in run("rejudging", "show", "1")
    assert "the verdicts of 1 submission count now" in run("rejudging", "apply", "1", "--old", "WA", stdin="y\n")
    assert await on.verdicts(made) == [AC, AC]
    assert "verdicts from before are back, those of 1 submission" in run("rejudging", "undo", "1", "--yes")
    run("rejudging", "cancel", "1", "--yes")
    listed = json.loads(run("rejudging", "list", "--json"))["rejudgings"]
    assert [(each["id"], each["state"], each["reason"]) for each in listed] == [(1, "cancelled", "a new answer")]
    run("verdict", "set", str(made[0]), "AC", "--reason", "it is right")
    assert await on.verdict(made[0]) is AC
    run("verdict", "restore", str(made[0]))
    assert await on.verdict(made[0]) is WA


async def test_refused(on: Court, dsn: str) -> None:
    """Everything at once, nothing at all, and what nobody confirms, are refused with exit code 2 and a line."""
    await on.submitted(WA)
    await on.rejudged(AC)
    for words, said in (
        (("rejudge", "--reason", "x"), "every submission there is"),
        (("rejudge", "--all"), "a reason is missing"),
        (("rejudge", "--verdicts", "TLE", "--reason", "x"), "nothing to judge again"),
        (("rejudging", "apply", "1"), "nothing was done"),
        (("rejudging", "show", "7"), "no rejudging 7"),
    ):
        done = judge(*words, stdin="n\n", JUDGE_DATABASE_URL=dsn)

        assert done.returncode == 2, words
        assert said in done.stderr, done.stderr
        assert "Traceback" not in done.stderr


async def test_offered_after_an_import(on: Court, dsn: str, tmp_path: Path) -> None:
    """Importing a package that judges otherwise says how many submissions that makes out of date, and the command."""
    await on.submitted(WA)
    package = tmp_path / "hello-sum"
    shutil.copytree(SAMPLES / "hello-sum", package)
    settings = package / "problem.yaml"
    settings.write_text(settings.read_text().replace("time_limit: 2", "time_limit: 3"))

    done = judge("problem", "import", str(package), JUDGE_DATABASE_URL=dsn)

    assert "hello-sum: 1 submissions were judged with other" in done.stderr
    assert "judge rejudge --problem hello-sum --stale" in done.stderr
