"""Contests and packages from the command line: making one, and importing into it all or nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from judge.queueing import queue
from judge.recipes.languages import pasted
from judge.scoring import Scoring
from judge.store import accounts, audit, contests, judgehosts, problems
from judge.store.accounts import Role
from judge.store.pool import Connection, Pool
from problems.package import load
from tests.integration.test_cli import judge
from tests.packages import write
from tests.zips import HOSTILE, zipped

SAMPLES = Path(__file__).parents[2] / "problems" / "samples"


async def _rows(pool: Pool) -> list[int]:
    """How many problems, versions, test cases and blobs there are."""
    tables = ("problems", "problem_versions", "testcases", "blobs")
    async with pool.acquire() as connection:
        return [await connection.fetchval(f"SELECT count(*) FROM {table}") for table in tables]


async def test_a_contest_with_packages(pool: Pool, dsn: str, tmp_path: Path) -> None:
    """A folder and two kinds of zip become problems of the contest, in the order given, under the next letters."""
    (tmp_path / "kattis.zip").write_bytes(zipped(top="kattis-made/"))
    (tmp_path / "domjudge-made.zip").write_bytes(
        zipped({"problem.yaml": "name: Third\nlimits: {time_limit: 2}\n"}, top="")
    )
    paths = [write(tmp_path), tmp_path / "kattis.zip", tmp_path / "domjudge-made.zip"]
    assert judge("contest", "create", "spring", JUDGE_DATABASE_URL=dsn).returncode == 0

    done = judge("problem", "import", *map(str, paths), "--contest", "spring", JUDGE_DATABASE_URL=dsn)

    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "two-sums: Two Sums, 2 tests",
        "kattis-made: Two Sums, 2 tests",
        "domjudge-made: Third, 2 tests",
    ]
    async with pool.acquire() as connection:
        listed = await connection.fetch(
            "SELECT label, p.name FROM contest_problems JOIN problems p ON p.id = problem_id ORDER BY label"
        )
    assert [tuple(row) for row in listed] == [("A", "two-sums"), ("B", "kattis-made"), ("C", "domjudge-made")]


async def test_a_zip_is_what_its_folder_is(pool: Pool, dsn: str, tmp_path: Path) -> None:
    """Importing a package as a folder and as a zip, in either order, gives one version."""
    (tmp_path / "a.zip").write_bytes(zipped())
    folder = str(write(tmp_path))
    for path in (folder, str(tmp_path / "a.zip"), folder):
        assert judge("problem", "import", path, JUDGE_DATABASE_URL=dsn).returncode == 0

    assert (await _rows(pool))[:3] == [1, 1, 2]


async def test_all_or_nothing(pool: Pool, dsn: str, tmp_path: Path) -> None:
    """One bad package of three keeps all out; every file that is wrong is named with its package."""
    (tmp_path / "link.zip").write_bytes(HOSTILE["link"][0]())
    (tmp_path / "broken.zip").write_bytes(b"PK no zip")
    (tmp_path / "gone.zip").write_bytes(zipped({"data/secret/1.ans": None}))
    names = ("link.zip", "broken.zip", "gone.zip")

    done = judge(
        "problem", "import", str(write(tmp_path)), *(str(tmp_path / name) for name in names), JUDGE_DATABASE_URL=dsn
    )

    assert done.returncode == 2
    assert done.stdout == ""
    assert "link.zip/two-sums/link: is a link" in done.stderr
    assert "judge: link.zip/" in done.stderr and "\nbroken.zip: is no zip file" in done.stderr
    assert "\ngone.zip/data/secret/1.in: " in done.stderr
    assert await _rows(pool) == [0, 0, 0, 0]


def test_nothing_stays_on_the_disk(dsn: str, tmp_path: Path) -> None:
    """What was unpacked is removed, whether the import went well or not."""
    (tmp_path / "scratch").mkdir()
    for name, content in (("good.zip", zipped()), ("bad.zip", zipped({"problem.yaml": None}))):
        (tmp_path / name).write_bytes(content)
        judge("problem", "import", str(tmp_path / name), JUDGE_DATABASE_URL=dsn, TMPDIR=str(tmp_path / "scratch"))

        assert list((tmp_path / "scratch").iterdir()) == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("contest", "create", "No Name"), "contest name 'No Name'"),
        (("contest", "create", "x", "--starts", "soon"), "'soon' is no time"),
        (("contest", "create", "x", "--starts", "2030-05-02", "--ends", "2030-05-01"), "end before it starts"),
        (("contest", "create", "x", "--starts", "2030-05-02", "--freezes", "2030-05-01"), "freeze outside"),
        (("problem", "import", "nowhere.zip"), "nowhere.zip"),
    ],
)
def test_refused(dsn: str, words: tuple[str, ...], said: str) -> None:
    """What cannot be meant as given is said in a line, with exit code 2."""
    done = judge(*words, JUDGE_DATABASE_URL=dsn)

    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


async def test_an_unknown_contest(pool: Pool, dsn: str, tmp_path: Path) -> None:
    """A contest that is not there keeps the packages out as well."""
    done = judge("problem", "import", str(write(tmp_path)), "--contest", "nowhere", JUDGE_DATABASE_URL=dsn)

    assert done.returncode == 2
    assert "no contest of that name" in done.stderr
    assert await _rows(pool) == [0, 0, 0, 0]


async def test_times_of_a_contest(pool: Pool, dsn: str) -> None:
    """Times with a zone are taken as meant, those without are UTC, and a name is taken once."""
    words = ("contest", "create", "night", "--title", "Night", "--starts", "2030-05-01T09:00+02:00")
    assert judge(*words, "--ends", "2030-05-01T12:00", JUDGE_DATABASE_URL=dsn).returncode == 0

    again = judge(*words, JUDGE_DATABASE_URL=dsn)

    assert again.returncode == 2 and "already" in again.stderr
    async with pool.acquire() as connection:
        row = await connection.fetchrow("SELECT title, starts_at::text, ends_at::text FROM contests")
    assert row is not None
    assert tuple(row) == ("Night", "2030-05-01 07:00:00+00", "2030-05-01 12:00:00+00")


async def test_the_level_of_a_contest(pool: Pool, dsn: str) -> None:
    """A contest's submissions wait for a judgehost that gives its level, and then say which they were judged at."""
    words = ("contest", "create", "public", "--isolation", "gvisor")
    assert judge(*words, JUDGE_DATABASE_URL=dsn).returncode == 0
    async with pool.acquire() as connection:
        host_id = await judgehosts.register(
            connection, name="plain", slots=1, isolation="container", levels=["container"]
        )
        contest_id = (await contests.by_name(connection, "public")).id
        await _submission(connection, contest_id)

        assert await queue.claim(connection, judgehost_id=host_id, lease_s=30) is None

        await judgehosts.register(
            connection, name="plain", slots=1, isolation="container", levels=["container", "gvisor"]
        )
        claim = await queue.claim(connection, judgehost_id=host_id, lease_s=30)

        assert claim is not None and claim.isolation == "gvisor"
        assert await connection.fetchval("SELECT isolation FROM judgings") == "gvisor"
        await queue.give_back(connection, judgehost_id=host_id)
    done = judge("contest", "isolate", "public", "default", JUDGE_DATABASE_URL=dsn)

    assert done.returncode == 0, done.stderr
    async with pool.acquire() as connection:
        claim = await queue.claim(connection, judgehost_id=host_id, lease_s=30)
        assert claim is not None and claim.isolation == "container"


async def test_a_level_that_nobody_gives(dsn: str) -> None:
    """Asking for walls that no judgehost has is done, and said."""
    assert judge("contest", "create", "strong", JUDGE_DATABASE_URL=dsn).returncode == 0
    done = judge("contest", "isolate", "strong", "vm", JUDGE_DATABASE_URL=dsn)

    assert done.returncode == 0
    assert "no judgehost gives the level vm" in done.stderr
    assert judge("contest", "isolate", "strong", "local", JUDGE_DATABASE_URL=dsn).returncode == 2


async def test_scoring_and_counting_again(pool: Pool, dsn: str) -> None:
    """A contest is scored as it was said; rows that somebody spoilt by hand are counted right again."""
    assert judge("contest", "create", "camp", JUDGE_DATABASE_URL=dsn).returncode == 0
    done = judge("contest", "scoring", "camp", "ioi", JUDGE_DATABASE_URL=dsn)
    assert done.returncode == 0, done.stderr
    assert judge("contest", "scoring", "camp", "chess", JUDGE_DATABASE_URL=dsn).returncode == 2
    async with pool.acquire() as connection:
        contest = await contests.by_name(connection, "camp")
        assert contest.scoring is Scoring.IOI
        await _submission(connection, contest.id)
        await connection.execute("UPDATE scores SET submissions = 7, score = 100")

    assert "1 rows" in judge("contest", "recount", "camp", JUDGE_DATABASE_URL=dsn).stdout
    assert "0 rows" in judge("contest", "recount", "camp", JUDGE_DATABASE_URL=dsn).stdout
    assert judge("contest", "recount", "none", JUDGE_DATABASE_URL=dsn).returncode == 2
    async with pool.acquire() as connection:
        row = await connection.fetchrow("SELECT submissions, score, pending FROM scores")
    assert row is not None and tuple(row) == (1, 0, 1)


async def _submission(connection: Connection, contest_id: int) -> None:
    """One submission of a problem of the contest, queued."""
    version_id = await problems.publish(connection, load(SAMPLES / "hello-sum"))
    problem_id = await problems.problem_of(connection, version_id)
    await contests.add_problem(connection, contest_id=contest_id, problem_id=problem_id)
    user_id = await accounts.create(connection, login="a", name="a", password_hash=None, role=Role.CONTESTANT)
    await queue.enqueue(
        connection,
        contest_id=contest_id,
        problem_id=problem_id,
        user_id=user_id,
        source=pasted("python3", b"print(1)"),
    )


async def test_feedback_of_a_contest(pool: Pool, dsn: str) -> None:
    """How much contestants see is set by a word, for a contest that there is, and the audit log says so."""
    assert judge("contest", "create", "spring", JUDGE_DATABASE_URL=dsn).returncode == 0

    assert judge("contest", "feedback", "spring", "samples", JUDGE_DATABASE_URL=dsn).returncode == 0

    async with pool.acquire() as connection:
        assert (await contests.by_name(connection, "spring")).feedback == "samples"
        [entry] = await audit.page(connection, before_id=None, action=None, login=None, limit=10)
        assert (entry.action, entry.data["feedback"]) == ("change contest", ["full", "samples"])
    assert judge("contest", "feedback", "autumn", "none", JUDGE_DATABASE_URL=dsn).returncode == 2
    assert judge("contest", "feedback", "spring", "some", JUDGE_DATABASE_URL=dsn).returncode == 2
