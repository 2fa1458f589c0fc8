"""ICPC packages that keep their generators instead of their test data."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from judge.models import Blob
from problems.generators import FILE, seed
from problems.package import Package
from problems.recipes import MISSING, Generated, MissingTest, Solved, Written
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
    assert isinstance(big.input, Generated)
    assert isinstance(small.input, Generated)
    assert big.input.argv == ("big", str(seed("secret/big", "seed:2")))
    assert small.input.argv == ("5", str(seed("secret/small")))
    assert big.input.program.files[0].name == "gen.py"
    assert isinstance(big.answer, Solved)
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

    assert isinstance(answer, Solved)
    assert [solution.files[0].name for solution in answer.solutions] == ["slow.py", "sum.py"]


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("data:\n  secret:\n    a: other 1\n", "generators/generators.yaml:3: secret/a: cannot be made: there is no"),
        ("data:\n  secret:\n    a: gen 'x\n", "generators/generators.yaml:3: secret/a: cannot be split into words"),
        ("data:\n  secret:\n    a: ../../usr/bin/env\n", "there is no program '../../usr/bin/env'"),
        ("data:\n  secret:\n    a: {copy: ../data/sample/1}\n", "there is no ../data/sample/1.in in generators/"),
        ("generators: {x: [../a.py]}\ndata: {secret: {a: x}}\n", "there is no file '../a.py' in generators/"),
        ("data: [a\n", "not YAML"),
    ],
)
def test_what_cannot_be_made(tmp_path: Path, text: str, error: str) -> None:
    """What cannot be made is an error with its line."""
    assert any(error in found for found in complaints(tmp_path, {**GENERATED, "generators/generators.yaml": text}))


def test_what_is_left_out(tmp_path: Path) -> None:
    """What is more than this part of the tool's format is told of, and left out."""
    text = (
        "data:\n  secret:\n    a: gen 1\n    b: {generate: gen 2, count: 3}\n    c: {ans: '3'}\n    ../d: gen 3\n"
        "    e:\n      solution: /submissions/accepted/sum.py\n      random_salt: x\n"
    )
    package = loaded(tmp_path, {**GENERATED, FILE: text})

    assert _recipes(package).keys() == {"secret/a"}
    assert any("secret/b: test cases that are counted are not made" in warning for warning in package.warnings)
    assert any("secret/c: nothing says how the input is made" in warning for warning in package.warnings)
    assert any("secret/../d: the format forbids such names" in warning for warning in package.warnings)


def test_test_cases_of_several_lines(tmp_path: Path) -> None:
    """Contents may be written out or be files in generators/; what is not given is made as always."""
    text = (
        "data:\n  secret:\n    solution: /submissions/accepted/sum.py\n    data:\n"
        "      a: {generate: gen 1, hint: small, ans: '3'}\n"
        "      b: {in: 1 2, ans: '3'}\n"
        "      c: {in: 3 4}\n"
        "      d: {copy: manual/d}\n"
        "      e: manual/e.in\n"
        "      in: gen 4\n"
        "      1: {in: 1 2}\n"
    )
    files = {"generators/manual/d.in": "5 5\n", "generators/manual/d.ans": "10\n", "generators/manual/e.in": "6 6\n"}
    there = {"data/secret/1.in": "1 2\n", "data/secret/1.ans": "3\n"}
    package = loaded(tmp_path, {**GENERATED, **files, **there, FILE: text})

    recipes = _recipes(package)
    assert recipes.keys() == {"secret/a", "secret/b", "secret/c", "secret/e", "secret/in"}
    assert isinstance(recipes["secret/a"].input, Generated)
    assert recipes["secret/a"].answer == recipes["secret/b"].answer == Written(content=b"3\n")
    assert recipes["secret/b"].input == Written(content=b"1 2\n")
    assert isinstance(recipes["secret/c"].answer, Solved)
    assert recipes["secret/e"].input is None
    assert isinstance(recipes["secret/e"].answer, Solved)
    cases = {case.name: case for case in package.problem.testcases}
    assert cases["secret/d"].input == Blob.of(b"5 5\n")
    assert cases["secret/d"].answer == Blob.of(b"10\n")
    assert package.files[Blob.of(b"6 6\n")].name == "e.in"


def test_lists_number_what_they_hold(tmp_path: Path) -> None:
    """The names of a list's test cases and folders begin with their place in it; many may be called the same."""
    items = "".join(f"      - a: gen {number}\n" for number in range(8))
    text = f"data:\n  secret:\n    data:\n{items}      - '': gen 8\n      - b: {{data: [{{~: gen 9}}]}}\n"
    package = loaded(tmp_path, {**GENERATED, FILE: text})

    names = ["secret/01-a", "secret/02-a", "secret/08-a", "secret/09", "secret/10-b/1"]
    assert len(_recipes(package)) == 10
    assert _recipes(package).keys() >= set(names)


def test_lists_of_what_is_there(tmp_path: Path) -> None:
    """A folder with inputs is taken as it is where the file has a list of it: other tools number in other ways."""
    text = "data:\n  sample:\n    data:\n      - x: gen 1\n  secret:\n    data:\n      - a: gen 1\n"
    there = {"data/secret/group/007-a.in": "1 2\n", "data/secret/group/007-a.ans": "3\n"}
    package = loaded(tmp_path, {**GENERATED, **there, FILE: text})

    assert [case.name for case in package.problem.testcases] == ["sample/1", "secret/group/007-a"]


def test_programs_of_several_files(tmp_path: Path) -> None:
    """A program that the file lists is made of those files, the first starting it."""
    text = "generators:\n  two: [main.py, parts/lib.py]\ndata:\n  secret:\n    a: two 1\n"
    package = loaded(tmp_path, {**GENERATED, "generators/main.py": "\n", "generators/parts/lib.py": "\n", FILE: text})
    made = _recipes(package)["secret/a"].input

    assert isinstance(made, Generated)
    assert [file.name for file in made.program.files] == ["main.py", "lib.py"]


def test_nobody_answers_a_talk(tmp_path: Path) -> None:
    """No submission can answer alone where it is talked to: the answer is empty unless there is one."""
    changes = {
        **GENERATED,
        "problem.yaml": "name: x\nvalidation: custom interactive\nlimits: {time_limit: 1}\n",
        "output_validators/talk.py": "import sys\nsys.exit(42)\n",
        "data/secret/big.ans": "7\n",
    }
    recipes = _recipes(loaded(tmp_path, changes))

    assert recipes["secret/big"].answer is None
    assert recipes["secret/small"].answer == Written(content=b"")


def test_no_submission_that_answers(tmp_path: Path) -> None:
    """Without an accepted submission there is nobody to answer."""
    changes = {**GENERATED, "submissions/accepted/sum.py": None, "submissions/wrong_answer/a.py": "print(1)\n"}

    assert any("no accepted submission can be run" in error for error in complaints(tmp_path, changes))
