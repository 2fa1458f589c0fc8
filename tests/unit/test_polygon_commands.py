"""Which command makes which test, as problem.xml and scripts say it."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from problems.recipes import Generated, MissingTest
from tests.polygons import complaints, loaded, problem_xml

#: Three tests of which only the first is there.
UNKNOWN = '<test method="manual" sample="true"/><test method="generated"/><test method="generated"/>'


def _orders(tmp_path: Path, changes: dict[str, str | bytes | None]) -> dict[str, Generated]:
    package = loaded(tmp_path, changes)
    recipes = [recipe for recipe in package.recipes if isinstance(recipe, MissingTest)]
    return {recipe.testcase: recipe.input for recipe in recipes if isinstance(recipe.input, Generated)}


def _scripted(tmp_path: Path, script: str, name: str = "doall.sh") -> dict[str, tuple[str, ...]]:
    changes: dict[str, str | bytes | None] = {"problem.xml": problem_xml(tests=UNKNOWN), "tests/03": None, name: script}
    return {test: (order.program.files[0].name, *order.argv) for test, order in _orders(tmp_path, changes).items()}


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("gen 6 7", ("6", "7")),
        ("gen '-n' '5 6' \"7\"", ("-n", "5 6", "7")),
        ("files\\gen.exe 6 7", ("6", "7")),
        ("wine files/gen.exe 6", ("6",)),
        ("gen it's", ("it's",)),
        ("gen", ()),
    ],
)
def test_words_of_commands(tmp_path: Path, command: str, words: tuple[str, ...]) -> None:
    """Commands are words, with quotes as in a shell; how the program is started on Windows does not matter."""
    quoted = command.replace('"', "&quot;")
    tests = f'<test method="manual"/><test method="generated" cmd="{quoted}"/>'

    assert _orders(tmp_path, {"problem.xml": problem_xml(tests=tests)})["secret/02"].argv == words


def test_one_of_several_files(tmp_path: Path) -> None:
    """A generator that writes several files makes the one that the test names."""
    tests = '<test method="manual"/><test method="generated" cmd="gen 1" from-file="2"/>'

    assert _orders(tmp_path, {"problem.xml": problem_xml(tests=tests)})["secret/02"].file == "2"


@pytest.mark.parametrize("name", ["../2", "a/b", "/etc/passwd", "-"])
def test_files_elsewhere(tmp_path: Path, name: str) -> None:
    """The file a generator writes is a plain name."""
    tests = f'<test method="manual"/><test method="generated" cmd="gen 1" from-file="{name}"/>'

    errors = complaints(tmp_path, {"problem.xml": problem_xml(tests=tests)})
    assert any("is not the name of a file that a generator writes" in error for error in errors)


def test_doall(tmp_path: Path) -> None:
    """Where problem.xml does not say how tests are made, the lines of doall.sh do; none of it is run."""
    script = (
        "#!/usr/bin/env bash\nrm -rf /\nmkdir -p tests\n"
        'scripts/gen-input-via-stdout.sh "wine files/gen.exe 6 7" "tests/02" 2\n'
        'scripts/gen-input-via-stdout.sh "wine files/gen.exe 8 9" "tests/03" 3\n'
        'scripts/gen-answer.sh tests/02 tests/02.a "tests" ""\n'
    )

    assert _scripted(tmp_path, script) == {"secret/02": ("gen.cpp", "6", "7"), "secret/03": ("gen.cpp", "8", "9")}


def test_lines_of_a_script(tmp_path: Path) -> None:
    """A line names a test by its number; anything that only a shell would understand is left alone."""
    script = "gen 2 2 > tests/02\necho $(gen 3) > 2\ngen 4 4 | sort > 2\ngen 5 5 > /etc/passwd\n"

    assert _scripted(tmp_path, script, "scripts/tests.sh") == {"secret/02": ("gen.cpp", "2", "2")}


def test_numbers_given_by_a_script(tmp_path: Path) -> None:
    """$ counts tests that nobody wrote by hand."""
    script = "gen 1 1 > $\ngen 2 2 > $\n"

    assert _scripted(tmp_path, script, "scripts/tests.sh") == {
        "secret/02": ("gen.cpp", "1", "1"),
        "secret/03": ("gen.cpp", "2", "2"),
    }


def test_ranges_of_a_script(tmp_path: Path) -> None:
    """A line for several tests takes from each file the test of its number."""
    changes: dict[str, str | bytes | None] = {
        "problem.xml": problem_xml(tests=UNKNOWN),
        "tests/03": None,
        "scripts/tests.sh": "gen 5 > {2-3}\n",
    }
    orders = _orders(tmp_path, changes)

    assert {name: (order.argv, order.file) for name, order in orders.items()} == {
        "secret/02": (("5",), "2"),
        "secret/03": (("5",), "3"),
    }


def test_generators_that_nobody_lists(tmp_path: Path) -> None:
    """A generator may be a mere file of files/."""
    tests = '<test method="manual"/><test method="generated" cmd="other 1"/>'
    changes: dict[str, str | bytes | None] = {"problem.xml": problem_xml(tests=tests), "files/other.py": "print(1)\n"}

    assert _orders(tmp_path, changes)["secret/02"].program.language == "python3"


def test_endless_scripts_take_no_time(tmp_path: Path) -> None:
    """Scripts that make tests by the thousand, and again, are read as far as any package needs them."""
    problem = {"problem.xml": problem_xml(tests=UNKNOWN), "tests/03": None}
    scripts = {f"scripts/{name}.sh": "gen 1 > $\n" * 20_000 for name in "abcd"}
    started = time.monotonic()

    orders = _orders(tmp_path, {**problem, **scripts})

    assert orders["secret/03"].argv == ("1",)
    assert time.monotonic() - started < 10
