"""``judge selftest``: that it finds what is wrong, says so, and is complete."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from judge.cli import main
from judge.config import Isolation, Settings
from judge.errors import UsageError
from judge.selftest import rows, suite
from judge.selftest.programs import attacks

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs" / "selftest.md"
LEAST_PROGRAMS = 100
MARK = "<!-- judge selftest --rows -->\n"


def write(folder: Path, text: str, name: str = "program.c") -> Path:
    path = folder / "category" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return folder


def selftest(monkeypatch: pytest.MonkeyPatch, folder: Path, *words: str) -> Result:
    monkeypatch.setenv("JUDGE_DATA_DIR", str(folder / "data"))
    return CliRunner().invoke(
        main, ["selftest", "--isolation", "local", "--programs", str(folder / "programs"), *words]
    )


@pytest.mark.asyncio(loop_scope="session")
async def test_the_quick_self_test_holds_here(settings: Settings, image_names: dict[str, str]) -> None:
    """The self-test that a judgehost can afford at each start passes, and lets go of all that it took."""
    heard: list[str] = []
    programs = suite.chosen(is_quick=True)
    report = await suite.run(settings, programs, lambda finding: heard.append(finding.attack.name))

    assert report.is_ok, report.as_json()
    assert heard == [attack.name for attack in programs]
    assert 10 <= len(programs) <= 25
    assert report.level == settings.isolation.value


def test_what_is_wrong_is_said_loudly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A verdict that is not as expected fails the whole self-test, by its exit code and in words."""
    write(tmp_path / "programs", "// covers: A01\n// expect: TLE\nint main(void) { return 1; }\n")
    told = selftest(monkeypatch, tmp_path)

    assert told.exit_code == 1, told.output
    assert "RTE instead of TLE" in told.output
    assert "THIS HOST MUST NOT JUDGE" in told.output


def test_a_secret_that_got_out_fails_whatever_the_verdict(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The bait's content in what a program prints is found even where the verdict is the right one."""
    text = '# covers: F01\n# expect: WA\nprint("".join(map(chr, bytes.fromhex("@CANARY_HEX@"))))\n'
    write(tmp_path / "programs", text, "leak.py")
    monkeypatch.setattr("judge.selftest.bait.token_hex", lambda size: "c0ffee" * size)
    secret = f"canary-{'c0ffee' * 8}-do-not-tell"
    path = tmp_path / "programs" / "category" / "leak.py"
    path.write_text(text.replace("@CANARY_HEX@", secret.encode().hex()))
    told = selftest(monkeypatch, tmp_path)

    assert told.exit_code == 1, told.output
    assert "the secret is in the program's output" in told.output


def test_what_holds_is_told_as_json(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One document on standard output says of each program what was expected and what came of it."""
    write(tmp_path / "programs", "// covers: A01 B02\n// expect: RTE AC\nint main(void) { return 1; }\n")
    told = selftest(monkeypatch, tmp_path, "--json")

    assert told.exit_code == 0, told.output
    document = json.loads(told.stdout)
    assert document["ok"] is True
    assert document["isolation"] == Isolation.LOCAL.value
    [program] = document["programs"]
    assert {key: program[key] for key in ("name", "covers", "expected", "verdict", "failed", "skipped")} == {
        "name": "category/program.c",
        "covers": ["A01", "B02"],
        "expected": ["AC", "RTE"],
        "verdict": "RTE",
        "failed": [],
        "skipped": "",
    }


def test_programs_that_are_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the checkout's programs it says where they should be, and what is missing."""
    told = selftest(monkeypatch, tmp_path)

    assert told.exit_code == 2
    assert str(tmp_path / "programs") in told.output
    assert "checkout" in told.output


@pytest.mark.parametrize(
    ("head", "complaint"),
    [
        ("// expect: AC\n", "covers"),
        ("// covers: A01\n", "expect"),
        ("// covers: A01\n// expect: OK\n", "OK"),
        ("// covers: A01\n// expect: AC\n// expct: AC\n", "expct"),
        ("// covers: A01\n// expect: AC\n// expect: WA\n", "expect"),
        ("// covers: A01\n// expect: AC\n// time_ms: soon\n", "soon"),
        ("// covers: A01\n// expect: AC\n// reason@local: idle\n", "reason@local"),
    ],
)
def test_a_head_that_makes_no_sense(tmp_path: Path, head: str, complaint: str) -> None:
    """A head that could be meant otherwise than it is read is refused, with the program's name and what is wrong."""
    with pytest.raises(UsageError, match=complaint) as failure:
        attacks(write(tmp_path, f"{head}int main(void) {{}}\n"))

    assert "category/program.c" in str(failure.value)


def test_a_head_says_all(tmp_path: Path) -> None:
    """Every key of a head is understood, and each variant is a program of its own."""
    write(
        tmp_path,
        "// covers: A01 B02\n// expect: AC WA\n// expect@local: TLE\n// Prose: with a colon.\n// each: x y\n"
        "// reason: idle\n"
        "// answer: 8 9\n// checker: tokens float_tolerance 1e-6\n// times: 3\n// quick: yes\n// time_ms: 700\n"
        "// memory_mib: 3\n// output_mib: 2\n// compile_ms: 900\n// most_cpu_ms: 5\n// most_memory_mib: 1\n"
        'char text[] = "@EACH@ @TIMES 3 ab\\n@@NUL@";\n',
    )
    first, second = attacks(tmp_path)

    assert (first.name, second.name) == ("category/program.c-0", "category/program.c-1")
    assert [word.value for word in sorted(first.expected("container"))] == ["AC", "WA"]
    assert [word.value for word in first.expected("local")] == ["TLE"]
    assert (first.reason, first.answer, first.times, first.is_quick) == ("idle", "8 9", 3, True)
    assert (first.checker, first.checker_flags) == ("tokens", ("float_tolerance", "1e-6"))
    limits = first.limits
    assert (limits.time_ms, limits.wall_ms, limits.compile_time_ms) == (700, 1700, 900)
    assert (limits.memory_bytes, limits.output_bytes) == (3 << 20, 2 << 20)
    assert (first.most_cpu_us, first.most_memory_bytes) == (5000, 1 << 20)
    content = second.source({}).files[0].content
    assert b'"y ab\nab\nab\n\0"' in content


def test_each_row_is_covered_or_says_why_not() -> None:
    """No kind of attack is forgotten, and nothing claims to cover one that is not in the catalogue."""
    known = {row.id: row for row in rows.rows()}
    by_row = rows.covered(attacks())

    assert set(by_row) <= set(known)
    assert {row_id for row_id, row in known.items() if row.absent} == set(known) - set(by_row)


def test_what_covers_the_other_rows_is_there() -> None:
    """A row that is left to other tests, or to a part of the source, names files that exist."""
    named = [path for row in rows.rows() for path in re.findall(r"(?:tests|sandbox)/[\w/*.]+\.\w+", row.absent)]

    assert len(named) > 5
    assert [path for path in named if not list(ROOT.glob(path))] == []


def test_there_are_enough_programs() -> None:
    """More than a hundred programs, in five languages, beside their variants."""
    programs = [attack for attack in attacks() if attack.number == 0]

    assert len(programs) >= LEAST_PROGRAMS
    assert {attack.language.id for attack in programs} >= {"c", "cpp20", "python3", "java", "javascript"}


def test_the_table_in_the_docs_is_the_catalogue() -> None:
    """What the documentation says is covered is covered; ``judge selftest --rows`` prints it anew."""
    before, mark, table = DOCS.read_text().partition(MARK)

    assert mark, before
    assert table.strip() == rows.table(attacks()).strip()
