"""Packages with one thing changed: what comes out is a package like any other."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from judge.errors import PackageError
from judge.models import Blob
from problems import archive
from problems.amending import Amendment, TestData, TimeLimit, add_answers, is_test_name
from problems.package import Package, load
from problems.recipes import MissingTest, Solved
from problems.zipping import zip_folder
from tests import polygons
from tests.packages import write
from tests.zips import zipped

HEAD = "name: Two Sums\n"
ROOT = Path(__file__).parents[2]
PACKAGES = sorted(
    path
    for folder in ("tests/packages", "problems/samples")
    for path in (ROOT / folder).iterdir()
    if (path / "problem.yaml").is_file()
    or (path / "problem.xml").is_file()
    or (path / "domjudge-problem.ini").is_file()
)


Changes = dict[str, str | bytes | None]


def _amended(folder: Path, amendment: Amendment, changes: Changes | None = None) -> Package:
    """What comes out where the change was made as meant."""
    is_in, after = _tried(folder, amendment, write(folder / "before", changes))
    assert is_in
    return after


def _tried(folder: Path, amendment: Amendment, path: Path) -> tuple[bool, Package]:
    before = load(path)
    amendment.apply(before)
    zip_folder(path, folder / f"{path.name}.zip")
    after = load(archive.unpack(folder / f"{path.name}.zip", folder / "after"), makes_answers=True)
    return amendment.is_in(before, after), after


def _file(folder: Path, content: bytes, name: str = "given") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def test_another_answer(tmp_path: Path) -> None:
    """Only what was given changes."""
    change = TestData(name="secret/1", is_new=False, input=None, answer=_file(tmp_path, b"12\r\n\0"))

    package = _amended(tmp_path, change)

    assert [(case.name, case.input, case.answer) for case in package.problem.testcases] == [
        ("sample/1", Blob.of(b"1 2\n"), Blob.of(b"3\n")),
        ("secret/1", Blob.of(b"5 6\n"), Blob.of(b"12\r\n\0")),
    ]


def test_one_more(tmp_path: Path) -> None:
    """A test case may come with a group of its own, and empty data."""
    given, answer = _file(tmp_path, b""), _file(tmp_path, b"0\n", "answer")
    change = TestData(name="secret/group/big.1", is_new=True, input=given, answer=answer)

    package = _amended(tmp_path, change)

    assert [case.name for case in package.problem.testcases] == ["sample/1", "secret/1", "secret/group/big.1"]


def test_answers_that_are_made(tmp_path: Path) -> None:
    """Where an input comes alone, an accepted submission makes the answer, which then goes into the package."""
    given = _file(tmp_path, b"1 1\n")
    other: Changes = {"submissions/accepted/fast.cpp": "int main() {}\n"}

    new = _amended(tmp_path / "new", TestData(name="secret/2", is_new=True, input=given, answer=None), other)
    replaced = _amended(tmp_path / "old", TestData(name="secret/1", is_new=False, input=given, answer=None))
    kept = _amended(
        tmp_path / "kept", TestData(name="secret/1", is_new=False, input=given, answer=None, keeps_answer=True)
    )

    fast, slow = (jury.source for jury in new.submissions)
    assert new.recipes == (MissingTest(testcase="secret/2", answer=Solved(solutions=(fast, slow))),)
    assert [recipe.testcase for recipe in replaced.recipes if isinstance(recipe, MissingTest)] == ["secret/1"]
    assert (kept.recipes, kept.problem.testcases[1].answer) == ((), Blob.of(b"11\n"))
    answer = Blob.of(b"2\n")
    cases = (*new.problem.testcases[:2], replace(new.problem.testcases[2], answer=answer))
    made = replace(new, problem=replace(new.problem, testcases=cases), files={answer: _file(tmp_path, b"2\n")})
    assert add_answers(new, made)
    whole = load(new.path)
    assert [case.answer for case in whole.problem.testcases] == [Blob.of(b"3\n"), Blob.of(b"11\n"), answer]
    assert not add_answers(whole, whole)


@pytest.mark.parametrize(
    ("change", "changes", "words"),
    [
        ({"name": "secret/2", "is_new": True, "answer": b"2\n"}, {}, "give the input as well"),
        ({"name": "secret/1", "is_new": True, "input": b"2\n"}, {}, "is there already"),
        ({"name": "secret/2", "is_new": False, "input": b"2\n"}, {}, "is not there any more"),
        ({"name": "secret/1.in/x", "is_new": True, "input": b"2\n"}, {}, "cannot be put into the package"),
        (
            {"name": "secret/2", "is_new": True, "input": b"2\n"},
            {"submissions/accepted/sum.py": None, "submissions/wrong_answer/a.py": "print(0)\n"},
            "give the answer as well",
        ),
    ],
)
def test_what_cannot_be_made(tmp_path: Path, change: dict[str, Any], changes: Changes, words: str) -> None:
    """What is missing, or in the way, is said."""
    given = {name: _file(tmp_path, change[name], name) if name in change else None for name in ("input", "answer")}

    with pytest.raises(PackageError, match=words):
        TestData(**{**change, **given}).apply(load(write(tmp_path, changes)))


def test_talking_problems(tmp_path: Path) -> None:
    """What an interactive problem has as an answer no submission makes: it stays, and a new one is empty."""
    talks: Changes = {
        "problem.yaml": "problem_format_version: 2025-09\nname: T\nuuid: 6f8ec2bc-bc17-4a31-9f2c-d0b3b0b9a0d1\n"
        "type: interactive\nlicense: public domain\nlimits: {time_limit: 1}\n",
        "output_validator/check.py": "import sys\nsys.exit(42)\n",
        "statement/problem.en.md": "Talk.\n",
        "problem_statement/problem.en.md": None,
    }
    given = _file(tmp_path, b"1 1\n")

    new = _amended(tmp_path / "new", TestData(name="secret/2", is_new=True, input=given, answer=None), talks)
    old = _amended(tmp_path / "old", TestData(name="secret/1", is_new=False, input=given, answer=None), talks)

    assert [case.answer for case in new.problem.testcases] == [Blob.of(b"3\n"), Blob.of(b"11\n"), Blob.of(b"")]
    assert [case.answer for case in old.problem.testcases] == [Blob.of(b"3\n"), Blob.of(b"11\n")]
    assert new.recipes == old.recipes == ()


def test_tests_that_a_list_numbers(tmp_path: Path) -> None:
    """A test case is not put among those that generators number, for these would not be made any more."""
    listed: Changes = {
        "generators/gen.py": "print(1, 2)\n",
        "generators/generators.yaml": "data:\n  secret:\n    g:\n      data:\n        - a: gen 1\n        - b: gen 2\n",
    }
    change = TestData(name="secret/g/3", is_new=True, input=_file(tmp_path, b"1 1\n"), answer=None)

    assert not _tried(tmp_path, change, write(tmp_path / "before", listed))[0]


@pytest.mark.parametrize(
    "meta",
    [
        HEAD + "limits:\n  time_limit: 1.5\n",
        HEAD + "limits:\n    memory: 256\n    # time_limit\n    time_limit: 10 # long\n",
        HEAD + "limits: {memory: 256, time_limit: 1}\n",
        HEAD + "limits: {memory: 256}\n",
        HEAD + "limits:\n  memory: 256\n  output: 8\n",
        HEAD + "limits: # of ours\n  memory: 256\n",
        HEAD,
        HEAD.rstrip(),
        HEAD + "limits:\n  time_limit: '1.5' # s\n",
        HEAD + "limits: ~ # none\n",
        HEAD + "limits:\n",
        HEAD + "limits: &ours {memory: 256}\n",
        HEAD + '# time_limit: 3\n"limits":\n  time_multiplier: 3\n',
        "{name: Two Sums}",
        "---\n# Größe\nname: Zwei Größen\n...\n",
    ],
)
def test_time_limits(tmp_path: Path, meta: str) -> None:
    """However the file is written, the limit is the new one, and the other limits are as before."""
    before = load(write(tmp_path / "as-it-is", {"problem.yaml": meta}))
    change = TimeLimit(time_ms=2250)

    package = _amended(tmp_path, change, {"problem.yaml": meta})

    assert package.problem.limits.time_ms == 2250
    assert package.problem.limits.memory_bytes == before.problem.limits.memory_bytes


@pytest.mark.parametrize("time_ms", [1, 10, 1500, 1_234_567, 3_600_000])
def test_long_and_short_time_limits(tmp_path: Path, time_ms: int) -> None:
    """Every digit of a limit comes through."""
    assert _amended(tmp_path, TimeLimit(time_ms=time_ms), {}).problem.limits.time_ms == time_ms


@pytest.mark.parametrize(
    ("changes", "files"),
    [
        ({"domjudge-problem.ini": "name=T\ntimelimit = '7' ; long\n"}, {"domjudge-problem.ini"}),
        ({"domjudge-problem.ini": "timelimit=7\n", "problem.yaml": None}, {"domjudge-problem.ini"}),
        ({".timelimit": "7\n", "problem.yaml": HEAD}, {".timelimit"}),
        ({"domjudge-problem.ini": "color=#ff0000\n", "problem.yaml": HEAD}, {"problem.yaml"}),
        (
            {"domjudge-problem.ini": "timelimit=1.5\n", ".timelimit": "1.5\n"},
            {"problem.yaml", ".timelimit", "domjudge-problem.ini"},
        ),
    ],
)
def test_limits_that_domjudge_reads(tmp_path: Path, changes: Changes, files: set[str]) -> None:
    """Every file that gives a limit gets the new one, so that none contradicts another."""
    package = _amended(tmp_path, TimeLimit(time_ms=2250), changes)

    assert package.problem.limits.time_ms == 2250
    changed = {path.name for path in package.path.iterdir() if path.is_file() and "2.25" in path.read_text()}
    assert changed >= files
    assert not any("which counts" in warning for warning in package.warnings)


class TestPolygon:
    """What Polygon made is changed in its own files."""

    def test_another_time_limit(self, tmp_path: Path) -> None:
        """The limit of the test set that counts."""
        change = TimeLimit(time_ms=2250)
        is_in, package = _tried(tmp_path, change, polygons.write(tmp_path / "before"))

        assert is_in
        assert package.problem.limits.time_ms == 2250

    def test_other_data(self, tmp_path: Path) -> None:
        """A test that a generator made is one of a file then, and the main solution answers it."""
        path = polygons.write(tmp_path / "before")
        number, name = next((int(case.name[-2:]), case.name) for case in load(path).problem.testcases[::-1])
        change = TestData(name=name, is_new=False, input=_file(tmp_path, b"77\r\n"), answer=None)

        is_in, package = _tried(tmp_path, change, path)

        assert is_in
        assert (package.path / "tests" / f"{number:02d}").read_bytes() == b"77\r\n"
        missing = {item.testcase: item for item in package.recipes if isinstance(item, MissingTest)}
        assert missing[name].input is None and isinstance(missing[name].answer, Solved)

    @pytest.mark.parametrize(("kind", "group"), [("secret", ""), ("sample", ""), ("secret", "easy/")])
    def test_one_more(self, tmp_path: Path, kind: str, group: str) -> None:
        """It has the next number, and stands where it belongs."""
        path = polygons.write(tmp_path / "before")
        before = load(path).problem.testcases
        name = f"{kind}/{group}{len(before) + 1:02d}"
        given, answer = _file(tmp_path, b"77\n"), _file(tmp_path, b"154\n", "answer")

        is_in, package = _tried(tmp_path, TestData(name=name, is_new=True, input=given, answer=answer), path)

        assert is_in
        assert [case.name for case in package.problem.testcases if case not in before] == [name.replace(group, "")]
        assert (f'group="{group[:-1]}"' in (package.path / "problem.xml").read_text()) == bool(group)

    def test_tests_that_are_only_counted(self, tmp_path: Path) -> None:
        """Old packages count their tests; the count grows, up to another digit in every name."""
        count = "<test-count>99</test-count>"
        data = {f"tests/{number:02d}{ending}": "1\n" for number in range(1, 100) for ending in ("", ".a")}
        xml = polygons.problem_xml(
            tests="", limits=f"<time-limit>1500</time-limit>{count}<memory-limit>1</memory-limit>"
        )
        path = polygons.write(tmp_path / "before", {**data, "problem.xml": xml})
        given = _file(tmp_path, b"7\n")
        with pytest.raises(PackageError, match="call it secret/100"):
            TestData(name="sample/100", is_new=True, input=given, answer=given).apply(load(path))

        is_in, package = _tried(tmp_path, TestData(name="secret/100", is_new=True, input=given, answer=given), path)

        assert is_in
        assert [case.name for case in package.problem.testcases[::99]] == ["secret/001", "secret/100"]

    @pytest.mark.parametrize("name", ["secret/99", "secret/x", "secret/00", "secret/-1"])
    def test_a_name_that_is_no_next_number(self, tmp_path: Path, name: str) -> None:
        """The error says what to call it."""
        package = load(polygons.write(tmp_path))
        count = len(package.problem.testcases)

        with pytest.raises(PackageError, match=f"call the next one secret/{count + 1:02d}"):
            TestData(name=name, is_new=True, input=_file(tmp_path, b"7\n"), answer=None).apply(package)


@pytest.mark.parametrize("path", PACKAGES, ids=lambda path: path.name)
def test_every_package(tmp_path: Path, path: Path) -> None:
    """Whatever format a package has and whatever is in it, its time limit and tests can be changed."""
    before = load(path)
    last = before.problem.testcases[-1].name
    is_polygons = before.format == "polygon"
    new = f"secret/{len(before.problem.testcases) + 1:02d}" if is_polygons else f"{last.rpartition('/')[0]}/zzz"
    given = _file(tmp_path, b"1 2\n")
    changes: list[Amendment] = [
        TimeLimit(time_ms=2250),
        TestData(name=new, is_new=True, input=given, answer=given),
        TestData(name=last, is_new=False, input=None, answer=given),
    ]

    for number, change in enumerate(changes):
        folder = tmp_path / str(number)
        shutil.copytree(path, folder / path.name)
        is_in, after = _tried(folder, change, folder / path.name)
        assert is_in, change
        assert after.format == before.format


@pytest.mark.parametrize(
    ("name", "is_one"),
    [
        ("secret/03", True),
        ("sample/a-b_c.d", True),
        ("secret/group1/03", True),
        ("secret", False),
        ("data/03", False),
        ("secret/../03", False),
        ("secret/..", False),
        ("secret/a..b", False),
        ("secret//03", False),
        ("/secret/03", False),
        ("secret/03\n", False),
        ("secret/.hidden", False),
        ("secret/-03", False),
        ("secret/" + "x" * 101, False),
        ("secret/é", False),
    ],
)
def test_names(name: str, is_one: bool) -> None:
    """Names of new test cases are plain ones, below sample or secret."""
    assert is_test_name(name) == is_one


def test_a_zip_without_a_folder(tmp_path: Path) -> None:
    """What is zipped again has a folder of the problem's name in it, whatever it had before."""
    (tmp_path / "two-sums.zip").write_bytes(zipped(top=""))
    zip_folder(archive.unpack(tmp_path / "two-sums.zip", tmp_path / "a"), tmp_path / "other.zip")

    assert archive.unpack(tmp_path / "other.zip", tmp_path / "b").name == "two-sums"
