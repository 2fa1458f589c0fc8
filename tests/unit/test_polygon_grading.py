"""Points and groups of packages of Polygon."""

from __future__ import annotations

from pathlib import Path

from judge.groups import Grading, Group, PointsRule
from tests.polygons import complaints, loaded, problem_xml

TESTS = """
<test method="manual" sample="true" points="0.0" group="0"/>
<test method="manual" points="10" group="b"/>
<test method="manual" points="15" group="a"/>
<test method="manual" points="15.5" group="a"/>
"""
GROUPS = """<groups>
<group name="b" points-policy="complete-group" points="30"><dependencies><dependency group="a"/></dependencies></group>
<group name="a" points-policy="each-test"/>
<group name="0" points-policy="complete-group"/>
</groups>"""
FILES: dict[str, str | bytes | None] = {"tests/02": "2\n", "tests/04": "4\n"}


def _grading(tmp_path: Path, tests: str = TESTS, groups: str = GROUPS) -> Grading | None:
    return loaded(tmp_path, {"problem.xml": problem_xml(tests=tests, groups=groups), **FILES}).problem.grading


def test_groups_with_their_rules(tmp_path: Path) -> None:
    """Each group has its policy and its points, and stands behind those that it depends on."""
    grading = _grading(tmp_path)

    assert grading == Grading(
        root=Group(
            name="",
            rule=PointsRule(),
            members=(
                Group(name="a", rule=PointsRule(), members=(2, 3)),
                Group(name="b", rule=PointsRule(is_complete=True, points=30.0, dependencies=("a",)), members=(1,)),
                Group(name="0", rule=PointsRule(is_complete=True), members=(0,)),
            ),
        ),
        is_scoring=True,
    )


def test_points_of_tests(tmp_path: Path) -> None:
    """Points of tests, fractions too, are the test cases' own."""
    package = loaded(tmp_path, {"problem.xml": problem_xml(tests=TESTS, groups=GROUPS), **FILES})

    assert [case.points for case in package.problem.testcases] == [0.0, 10.0, 15.0, 15.5]


def test_tests_without_group(tmp_path: Path) -> None:
    """A test in no group counts by itself; a group that nobody lists counts test by test."""
    tests = '<test method="manual" sample="true"/><test points="10"/><test points="15" group="x"/>'
    grading = _grading(tmp_path, tests, "")

    assert grading is not None
    assert grading.root.members == (0, 1, Group(name="x", rule=PointsRule(), members=(2,)))


def test_points_that_are_all_zero(tmp_path: Path) -> None:
    """Tools write points of zero for problems without points: these are judged by the verdict alone."""
    assert (
        _grading(tmp_path, TESTS.replace('"10"', '"0"').replace('"15"', '"0"').replace('"15.5"', '"0.0"'), "") is None
    )


def test_checkers_that_give_points(tmp_path: Path) -> None:
    """Where the checker gives points there is a score, whatever the tests say."""
    changes: dict[str, str | bytes | None] = {
        "files/check.cpp": '#include "testlib.h"\nint main() { quitp(0.5, "half"); }\n'
    }
    package = loaded(tmp_path, changes)

    assert package.problem.grading is not None
    assert package.problem.grading.is_scoring


def test_checkers_that_ask_where_a_test_stands(tmp_path: Path) -> None:
    """Only they are told: testlib.h of old takes the words for names of files."""
    tests = '<test sample="true" group="easy"/><test cmd="gen 6 7"/><test/>'
    changes: dict[str, str | bytes | None] = {
        "problem.xml": problem_xml(tests=tests),
        "files/check.cpp": '#include "testlib.h"\nint main() { return checker.group() == "easy" ? 0 : 1; }\n',
    }

    assert [testcase.checker_flags for testcase in loaded(tmp_path, changes).problem.testcases] == [
        ("--testset", "tests", "--group", "easy"),
        ("--testset", "tests"),
        ("--testset", "tests"),
    ]
    assert {testcase.checker_flags for testcase in loaded(tmp_path / "plain").problem.testcases} == {()}


def test_circles(tmp_path: Path) -> None:
    """Groups that depend on each other in a circle are refused, with a line."""
    groups = """<groups>
        <group name="a"><dependencies><dependency group="b"/></dependencies></group>
        <group name="b"><dependencies><dependency group="a"/></dependencies></group></groups>"""
    errors = complaints(tmp_path, {"problem.xml": problem_xml(tests=TESTS, groups=groups), **FILES})

    assert any("groups depend on each other in a circle: 'a', 'b'" in error for error in errors)


def test_what_is_wrong_with_groups(tmp_path: Path) -> None:
    """Unknown policies and groups, points that are no number, and a group listed twice are found with their lines."""
    groups = """<groups>
        <group name="a" points-policy="best"/><group name="a"/>
        <group name="b" points="nan"><dependencies><dependency group="c"/></dependencies></group></groups>"""
    errors = complaints(tmp_path, {"problem.xml": problem_xml(tests=TESTS, groups=groups), **FILES})

    for text in ("points-policy 'best' is unknown", "group 'a' is there twice", "points='nan'", "depends on 'c'"):
        assert any(text in error for error in errors), text
    assert all(error.startswith("problem.xml:") for error in errors)
