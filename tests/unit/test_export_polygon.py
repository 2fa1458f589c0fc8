"""Polygon packages written in the format 2025-09: their programs behind wrappers, their groups by its rules."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
import yaml

from judge.errors import PackageError
from problems.export import export
from tests import packages, polygons


def test_a_polygon_package(tmp_path: Path) -> None:
    """Tests, statement and solutions of a Polygon package come along, its programs behind wrappers of ours."""
    before = polygons.loaded(tmp_path, polygons.ANSWERS)
    after, notes, folder = packages.exported(before, tmp_path)

    assert [(case.name, case.input, case.answer) for case in after.problem.testcases] == [
        (case.name, case.input, case.answer) for case in before.problem.testcases
    ]
    assert after.problem.limits == before.problem.limits
    assert sorted(item.path for item in after.submissions) == [
        "submissions/accepted/also.py",
        "submissions/accepted/main.cpp",
        "submissions/wrong_answer/wrong.py",
    ]
    assert (folder / "statement/problem.en.tex").read_text() == (
        "Double it.\n\\section*{Input}\nA number.\n\\section*{Output}\nTwice it.\n"
    )
    assert notes == (
        "the name in ru is left out: there is no statement in that language",
        "submissions/accepted/main.cpp: was in cpp17; here each judge has a C++ of its own",
    )
    assert after.input_flags["secret/02"] == {"": ("--testset", "tests")}


@pytest.mark.parametrize(
    ("output", "code", "message"), [("84", 42, "ok"), ("85", 43, "wrong answer not that"), (None, 1, "")]
)
def test_the_wrapped_checker(tmp_path: Path, output: str | None, code: int, message: str) -> None:
    """Built by its script, a testlib checker accepts with 42 and rejects with 43; its own failure is neither."""
    _, _, folder = packages.exported(polygons.loaded(tmp_path, polygons.ANSWERS), tmp_path)
    program = _built(folder / "output_validator")
    feedback = tmp_path / "feedback"
    feedback.mkdir()
    answer = folder / ("data/secret/02.ans" if output is not None else "none")
    argv = [str(program), str(folder / "data/secret/02.in"), str(answer), f"{feedback}/"]
    ended = subprocess.run(argv, input=output or "", text=True, capture_output=True, check=False, timeout=20)

    assert ended.returncode == code
    assert (feedback / "judgemessage.txt").read_text().strip() == message
    assert sorted(path.name for path in feedback.iterdir()) == ["judgemessage.txt"]


def test_points_of_a_wrapped_checker(tmp_path: Path) -> None:
    """What a checker gives is the test's score where the test counts by itself, and a rejection where it does not."""
    checker = '#include "testlib.h"\nint main() { std::fprintf(stderr, "points 2.5 half\\n"); return 7; } // quitp\n'
    tests = polygons.TESTS.replace("<test ", '<test points="5" ', 3).replace(
        'points="5" method="manual" sample', "sample"
    )
    changes = {**polygons.ANSWERS, "problem.xml": polygons.problem_xml(tests=tests), "files/check.cpp": checker}
    after, _, folder = packages.exported(polygons.loaded(tmp_path, changes), tmp_path)
    program = _built(folder / "output_validator")
    feedback = tmp_path / "feedback"
    feedback.mkdir()
    files = [str(folder / "data/sample/01.in"), str(folder / "data/sample/01.ans"), f"{feedback}/"]

    assert after.problem.testcases[1].checker_flags == ("points", "5")
    assert subprocess.run([program, *files], input="", text=True, check=False, timeout=20).returncode == 43
    given = subprocess.run([program, *files, "points", "5"], input="", text=True, check=False, timeout=20)
    assert given.returncode == 42
    assert (feedback / "score.txt").read_text() == "2.5\n"


def test_flags_of_a_wrapped_checker(tmp_path: Path) -> None:
    """What else stands on the command line is the checker's, in front of the files."""
    checker = (
        '#include "testlib.h"\n'
        "int main(int count, char **given) {\n"
        '    return count == 6 && given[1] == std::string("--group") && given[2] == std::string("easy") ? 0 : 1;\n'
        "} // checker.group()\n"
    )
    after, _, folder = packages.exported(
        polygons.loaded(tmp_path, {**polygons.ANSWERS, "files/check.cpp": checker}), tmp_path
    )
    program = _built(folder / "output_validator")
    (tmp_path / "feedback").mkdir()
    files = [str(folder / "data/sample/01.in"), str(folder / "data/sample/01.ans"), f"{tmp_path}/feedback/"]

    assert after.problem.testcases[0].checker_flags == ("--testset", "tests")
    for flags, code in ((["points", "5", "--group", "easy"], 42), (["--group", "easy"], 42), (["--group", "x"], 43)):
        assert (
            subprocess.run([program, *files, *flags], input="", text=True, timeout=20, check=False).returncode == code
        )


@pytest.mark.parametrize(("content", "code"), [("5\n", 42), ("5 6\n", 43)])
def test_the_wrapped_validator(tmp_path: Path, content: str, code: int) -> None:
    """A testlib validator says 42 of a valid input and 43 of any other."""
    _, _, folder = packages.exported(polygons.loaded(tmp_path, polygons.ANSWERS), tmp_path)
    program = _built(folder / "input_validators/val")

    assert subprocess.run([program], input=content, text=True, check=False, timeout=20).returncode == code


def test_points_and_groups_of_polygon(tmp_path: Path) -> None:
    """Complete groups pass or fail; what counts test by test is a sum; dependencies are required groups."""
    tests = """<test method="manual" sample="true" group="0"/>
        <test points="10" group="b"/><test points="20" group="a"/><test points="20" group="c"/>"""
    groups = """<groups><group name="0" points-policy="complete-group"/>
        <group name="a" points-policy="complete-group"/>
        <group name="b"><dependencies><dependency group="a"/><dependency group="0"/></dependencies></group>
        <group name="c" points-policy="complete-group" points="70"/></groups>"""
    changes = {**polygons.ANSWERS, "tests/04": "1\n", "tests/04.a": "2\n"}
    package = polygons.loaded(tmp_path, {**changes, "problem.xml": polygons.problem_xml(tests=tests, groups=groups)})
    after, _, folder = packages.exported(package, tmp_path)

    groups_written = {
        path.parent.name: yaml.safe_load(path.read_text()) for path in (folder / "data").rglob("test_group.yaml")
    }
    assert groups_written == {
        "secret": {"max_score": 100, "score_aggregation": "sum"},
        "02-a": {"max_score": 20, "score_aggregation": "pass-fail"},
        "03-b": {"max_score": 10, "score_aggregation": "sum", "require_pass": ["secret/02-a", "sample"]},
        "04-c": {"max_score": 70, "score_aggregation": "pass-fail"},
    }
    assert len(after.problem.testcases) == 4


def test_output_to_a_file(tmp_path: Path) -> None:
    """A problem whose output is a file cannot be expressed."""
    names = polygons.problem_xml(judging='output-file="double.out"')
    with pytest.raises(PackageError, match=r"output written to the file double\.out"):
        export(polygons.loaded(tmp_path, {**polygons.ANSWERS, "problem.xml": names}), tmp_path / "out")


def _built(folder: Path) -> Path:
    subprocess.run([folder / "build"], cwd=folder, check=True, timeout=60)
    return folder / "run"
