"""The pages of tryouts: asking for one, what is refused, whose it is, and that its streams stay text."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from judge.store import contests, judgehosts, problems, tryouts
from judge.store.accounts import Role
from judge.store.tryouts import Tried
from judge.verdicts import Verdict
from tests.packages import loaded
from tests.website import Page, Site, Visitor
from web import rates

PROBLEM = "/contests/spring/problems/A"
FIELDS = {"language": "python3", "source": "print(input())", "input": "<b>5</b>\n"}


async def _asked(site: Site) -> tuple[Visitor, str]:
    await site.contest()
    visitor = await site.logged_in("ada")
    answer = await visitor.post(f"{PROBLEM}/tryouts", FIELDS, form_on=PROBLEM)
    assert answer.status == 303, answer.words
    return visitor, answer.headers["Location"]


async def _ran(site: Site, tried: Tried) -> None:
    async with site.pool.acquire() as connection:
        host_id = await judgehosts.register(connection, name="host", slots=1, isolation="local")
        claim = await tryouts.claim(connection, judgehost_id=host_id, lease_s=30)
        assert claim is not None
        await tryouts.finish(connection, claim, tried, judgehost_id=host_id)


async def test_asked_and_shown(site: Site) -> None:
    """It waits, then its output is shown as text, cut where it was; no submission comes of it."""
    visitor, address = await _asked(site)
    assert "Waits for a slot" in (await visitor.get(address)).words

    await _ran(site, Tried(output=b"<script>1</script>\0\x1b[31m", output_bytes=3 * 2**20, cpu_us=1000, memory_bytes=1))
    page = await visitor.get(address)

    assert "Ran to its end" in page.words
    assert "&lt;script&gt;1&lt;/script&gt;</pre>" in page.text
    assert "&lt;b&gt;5&lt;/b&gt;" in page.text
    assert "all of it has 3" in page.words
    assert "data-refresh" not in page.text
    form = (await visitor.get(f"{PROBLEM}?tried={address.rsplit('/', 1)[1]}")).text
    assert "print(input())</textarea>" in form
    assert "&lt;b&gt;5&lt;/b&gt;\n</textarea>" in form
    async with site.pool.acquire() as connection:
        assert await connection.fetchval("SELECT count(*) FROM submissions") == 0


async def test_what_stopped_it(site: Site) -> None:
    """A limit that was passed is told as a verdict is."""
    visitor, address = await _asked(site)

    await _ran(site, Tried(verdict=Verdict.RTE, reason="exit code 3", errors=b"Traceback", cpu_us=1, memory_bytes=1))

    page = await visitor.get(address)
    assert "Run-time error" in page.words
    assert "exit code 3" in page.words
    assert "Traceback" in page.words


async def test_nobody_elses(site: Site) -> None:
    """Others see neither the page nor the source; judges see both."""
    _, address = await _asked(site)
    other = await site.logged_in("other")

    assert (await other.get(address)).status == 404
    assert (await other.get(f"{PROBLEM}?tried={address.rsplit('/', 1)[1]}")).status == 404
    assert (await (await site.logged_in("setter", Role.SETTER)).get(address)).status == 200
    assert (await site.visitor().get(address)).status == 303


async def _refused(visitor: Visitor, fields: dict[str, str]) -> Page:
    return await visitor.post(f"{PROBLEM}/tryouts", {**FIELDS, **fields}, form_on=PROBLEM)


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({"source": " "}, "empty"),
        ({"language": "auto"}, "Choose the language"),
        ({"source": "print(1)\0"}, "NUL"),
        ({"input": "x" * (32 * 1024 + 1)}, "32 KiB at most"),
    ],
)
async def test_refused(site: Site, fields: dict[str, str], complaint: str) -> None:
    """What could not be submitted is not run either; the form holds what was sent."""
    await site.contest()
    visitor = await site.logged_in("ada")

    answer = await _refused(visitor, fields)

    assert answer.status == 400
    assert complaint in answer.words
    assert ("&lt;b&gt;5&lt;/b&gt;" in answer.text) == ("input" not in fields)
    async with site.pool.acquire() as connection:
        assert await connection.fetchval("SELECT count(*) FROM tryouts") == 0


KEY = "KEY = 42\n"


@pytest.mark.parametrize(
    ("files", "untried"),
    [
        ({"include/python3/key.py": KEY}, {"python3"}),
        ({"include/python3/key.py": KEY, "attachments/key.py": "KEY = 0\n"}, {"python3"}),
        ({"include/python3/key.py": KEY, "attachments/for-you/grader.py": KEY}, set()),
        ({"include/python3/key.py": KEY, "include/python3/more.py": "", "attachments/key.py": KEY}, {"python3"}),
        ({"include/default/key": KEY}, {"python3", "c"}),
        ({"include/default/key": KEY, "include/python3/key.py": "KEY = 1\n", "attachments/k": "KEY = 1\n"}, {"c"}),
    ],
)
async def test_secret_files_are_not_printed(
    site: Site, tmp_path: Path, files: Mapping[str, str], untried: set[str]
) -> None:
    """Where a language's included files are not all attachments, no program in it is run: it could print them."""
    seeded = await site.contest()
    async with site.pool.acquire() as connection:
        problem_id = await problems.problem_of(connection, await problems.publish(connection, loaded(tmp_path, files)))
        await contests.add_problem(connection, contest_id=seeded.contest_id, problem_id=problem_id)
    there = "/contests/spring/problems/B"

    for language in ("python3", "c"):
        visitor = await site.logged_in(f"for-{language}")
        answer = await visitor.post(f"{there}/tryouts", {**FIELDS, "language": language}, form_on=there)
        assert (answer.status == 400) == ("could print them" in answer.words) == (language in untried), answer.words

    page = await visitor.get(there)
    assert ("kept secret" in page.words) == bool(untried)
    assert ("/tryouts" in page.text) == (len(untried) < 2)
    async with site.pool.acquire() as connection:
        rows = await connection.fetch("SELECT DISTINCT language FROM tryouts")
    assert {row["language"] for row in rows} == {"python3", "c"} - untried


async def test_one_at_a_time_and_not_too_often(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """The next one waits for the last; and there is a rate."""
    monkeypatch.setattr(rates, "TRY", rates.Rate(name="try", tries=2, window=rates.TRY.window))
    visitor, _ = await _asked(site)

    answer = await _refused(visitor, {})
    assert (answer.status, "has not ended yet" in answer.words) == (400, True)
    assert (await _refused(visitor, {})).status == 429


async def test_any_input_is_kept_as_it_is(site: Site) -> None:
    """An input may have characters that no text of the database could have."""
    await site.contest()
    visitor = await site.logged_in("ada")

    answer = await _refused(visitor, {"input": "\0 ü \N{GRINNING FACE}"})

    async with site.pool.acquire() as connection:
        found = await tryouts.by_id(connection, int(answer.headers["Location"].rsplit("/", 1)[1]))
    assert found.input == "\0 ü \N{GRINNING FACE}".encode()
    assert (await visitor.get(answer.headers["Location"])).status == 200
