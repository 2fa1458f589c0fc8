"""ICPC packages that keep their generators instead of their test data."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from judge.models import Blob
from problems.generators import FILE, seed
from problems.package import Package
from problems.recipes import MISSING, MissingTest
from tests.packages import complaints, loaded

Changes = Mapping[str, str | bytes | None]

GENERATED: Changes = {
    "data/secret/1.in": None,
    "data/secret/1.ans": None,
    "generators/gen.py": "import sys\nprint(*sys.argv[1:])\n",
    "generators/generators.yaml": "data:\n  secret:\n    small: gen 5 {seed}\n    big: gen.py {name} {seed:2}\n",
}


def _recipes(package: Package) -> dict[str, MissingTest]:
    return {recipe.testcase: recipe for recipe in package.recipes if isinstance(recipe, MissingTest)}


def test_test_cases_that_are_only_named(tmp_path: Path) -> None:
    """A named test case stands in its place, its input made by a generator and its answer by an accepted submission."""
    package = loaded(tmp_path, GENERATED)

    assert [case.name for case in package.problem.testcases] == ["sample/1", "secret/big", "secret/small"]
    assert package.problem.testcases[1].input == package.problem.testcases[1].answer == MISSING
    recipes = _recipes(package)
    assert recipes.keys() == {"secret/big", "secret/small"}
    big, small = recipes["secret/big"], recipes["secret/small"]
    assert big.input is not None
    assert small.input is not None
    assert big.input.argv == ("big", str(seed("secret/big", "seed:2")))
    assert small.input.argv == ("5", str(seed("secret/small")))
    assert big.input.program.files[0].name == "gen.py"
    assert big.answer is not None
    assert [solution.files[0].name for solution in big.answer.solutions] == ["sum.py"]


def test_seeds() -> None:
    """A seed follows from the name and the number alone, and fits into an int."""
    assert seed("secret/a") == seed("secret/a")
    assert len({seed("secret/a"), seed("secret/b"), seed("secret/a", "seed:1")}) == 3
    assert all(0 <= seed(f"secret/{number}") < 2**31 for number in range(100))


def test_what_is_there_is_taken(tmp_path: Path) -> None:
    """A test case of the package is judged as it is; the others stand around it in the order of names."""
    changes = {**GENERATED, "data/secret/middle.in": "1 2\n", "data/secret/middle.ans": "3\n"}
    text = "data:\n  secret:\n    a: gen 1\n    middle: gen 2\n    z: gen 3\n    by-hand:\n"
    package = loaded(tmp_path, {**changes, "generators/generators.yaml": text})

    assert [case.name for case in package.problem.testcases] == ["sample/1", "secret/a", "secret/middle", "secret/z"]
    assert package.problem.testcases[2].input == Blob.of(b"1 2\n")
    assert _recipes(package).keys() == {"secret/a", "secret/z"}


def test_an_answer_that_is_there(tmp_path: Path) -> None:
    """An answer file without its input is the answer to what is made."""
    package = loaded(tmp_path, {**GENERATED, "data/secret/big.ans": "7\n"})

    assert package.problem.testcases[1].answer == Blob.of(b"7\n")
    assert _recipes(package)["secret/big"].answer is None


def test_groups(tmp_path: Path) -> None:
    """Made test cases belong to their folder's group and take its flags, be the folder there or not."""
    changes = {
        **GENERATED,
        "problem.yaml": "name: x\ntype: scoring\nvalidator_flags: case_sensitive\nlimits: {time_limit: 1}\n",
        "data/testdata.yaml": "on_reject: continue\ngrader_flags: ignore_sample\n",
        "data/secret/one/testdata.yaml": "accept_score: 40\noutput_validator_flags: float_tolerance 1e-3\n",
        "generators/generators.yaml": (
            "data:\n  secret:\n    one:\n      a: gen 1\n    two:\n      data:\n        b: gen 2\n"
        ),
    }
    package = loaded(tmp_path, changes)

    assert [(case.name, case.checker_flags) for case in package.problem.testcases[1:]] == [
        ("secret/one/a", ("case_sensitive", "float_tolerance", "1e-3")),
        ("secret/two/b", ("case_sensitive",)),
    ]
    assert package.problem.grading is not None
    secret = package.problem.grading.root.members[1]
    assert not isinstance(secret, int)
    assert [(group.name, group.members) for group in secret.members if not isinstance(group, int)] == [
        ("secret/one", (1,)),
        ("secret/two", (2,)),
    ]


def test_the_solution_that_answers(tmp_path: Path) -> None:
    """The submission that the file names answers first."""
    text = f"solution: /submissions/accepted/slow.py\n{GENERATED['generators/generators.yaml']!s}"
    changes = {**GENERATED, "generators/generators.yaml": text, "submissions/accepted/slow.py": "pass\n"}
    answer = _recipes(loaded(tmp_path, changes))["secret/big"].answer

    assert answer is not None
    assert [solution.files[0].name for solution in answer.solutions] == ["slow.py", "sum.py"]


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("data:\n  secret:\n    a: other 1\n", "generators/generators.yaml:3: secret/a: cannot be made: there is no"),
        ("data:\n  secret:\n    a: gen 'x\n", "generators/generators.yaml:3: secret/a: cannot be split into words"),
        ("data:\n  secret:\n    a: ../../usr/bin/env\n", "there is no program '../../usr/bin/env'"),
        ("data: [a\n", "not YAML"),
    ],
)
def test_what_cannot_be_made(tmp_path: Path, text: str, error: str) -> None:
    """What cannot be made is an error with its line."""
    assert any(error in found for found in complaints(tmp_path, {**GENERATED, "generators/generators.yaml": text}))


def test_lists_are_not_read(tmp_path: Path) -> None:
    """What is more than this small part of the format's is told of, and left out."""
    text = "data:\n  secret:\n    a: gen 1\n    b:\n      - c: gen 2\n    ../d: gen 3\n"
    package = loaded(tmp_path, {**GENERATED, "generators/generators.yaml": text})

    assert _recipes(package).keys() == {"secret/a"}
    assert any("secret/b: a list of test cases is not read here" in warning for warning in package.warnings)
    assert any("secret/../d: the format forbids such names" in warning for warning in package.warnings)


def test_test_cases_of_several_lines(tmp_path: Path) -> None:
    """A test case told file by file is no folder of commands: what is not one command is left out, and told."""
    text = (
        "data:\n  secret:\n    solution: /submissions/accepted/sum.py\n    data:\n"
        "      a:\n        generate: gen 1\n        hint: small\n"
        "      b:\n        in: 1 2\n        ans: '3'\n"
        "      c:\n        copy: manual/c\n"
        "      d:\n        generate: gen {count}\n        count: 3\n"
        "      in: gen 4\n"
        "      1:\n        in: 1 2\n"
        "      e:\n        solution: /submissions/accepted/sum.py\n        data:\n          - '': gen 5\n"
    )
    package = loaded(tmp_path, {**GENERATED, "data/secret/1.in": "1 2\n", "data/secret/1.ans": "3\n", FILE: text})

    assert _recipes(package).keys() == {"secret/a", "secret/in"}
    told = [warning.split(": ")[1] for warning in package.warnings if "left out" in warning]
    assert told == ["secret/b", "secret/c", "secret/d"]
    assert any("secret/e/data: a list of test cases is not read here" in warning for warning in package.warnings)


def test_interactive_problems_need_answer_files(tmp_path: Path) -> None:
    """No submission can answer alone where it is talked to: an answer file has to be there, empty or not."""
    changes = {
        **GENERATED,
        "problem.yaml": "name: x\nvalidation: custom interactive\nlimits: {time_limit: 1}\n",
        "output_validators/talk.py": "import sys\nsys.exit(42)\n",
    }
    assert any("needs a file .ans" in error for error in complaints(tmp_path, changes))

    answers = {"data/secret/big.ans": "", "data/secret/small.ans": ""}
    assert len(loaded(tmp_path / "again", {**changes, **answers}).recipes) == 2


def test_no_submission_that_answers(tmp_path: Path) -> None:
    """Without an accepted submission there is nobody to answer."""
    changes = {**GENERATED, "submissions/accepted/sum.py": None, "submissions/wrong_answer/a.py": "print(1)\n"}

    assert any("no accepted submission can be run" in error for error in complaints(tmp_path, changes))
