"""Finding the program that judges output."""

from __future__ import annotations

from pathlib import Path

import pytest

from judge.models import CheckerSpec
from tests.packages import GOOD, complaints, loaded

CUSTOM = GOOD["problem.yaml"] + "validation: custom\n"


@pytest.mark.parametrize(
    ("files", "language", "names"),
    [
        (["output_validators/validate.cpp"], "cpp20", ["validate.cpp"]),
        (["output_validators/validate.py"], "python3", ["validate.py"]),
        (["output_validator/validate.c", "output_validator/validate.h"], "c", ["validate.c", "validate.h"]),
        (
            ["output_validators/v/a.cpp", "output_validators/v/b.cpp", "output_validators/v/testlib.h"],
            "cpp20",
            ["a.cpp", "b.cpp", "testlib.h"],
        ),
        (["output_validators/v/main.py", "output_validators/v/maze.py"], "python3", ["main.py", "maze.py"]),
    ],
)
def test_one_program(tmp_path: Path, files: list[str], language: str, names: list[str]) -> None:
    """A file, a file with headers, or a directory of files is the one validator, with all that belongs to it."""
    package = loaded(tmp_path, {"problem.yaml": CUSTOM, **dict.fromkeys(files, "x")})

    checker = package.problem.checker
    assert (checker.name, package.warnings) == ("program", ())
    assert checker.program is not None
    assert (checker.program.language, [file.name for file in checker.program.files]) == (language, names)


@pytest.mark.parametrize(
    ("files", "complaint"),
    [
        ([], "problem.yaml: validation is custom, but there is no directory output_validators/"),
        (["output_validators/.gitkeep"], "output_validators/: holds no program"),
        (["output_validators/a.cpp", "output_validators/b.py"], "output_validators/: holds several programs"),
        (["output_validators/a/x.cpp", "output_validators/b/x.cpp"], "output_validators/: holds several programs"),
        (["output_validators/v/x.cpp", "output_validators/v/build"], "output_validators/: build and run scripts"),
        (["output_validators/v/run"], "output_validators/: build and run scripts"),
        (["output_validators/v/x.cpp", "output_validators/v/lib/y.h"], "output_validators/: the validator's directory"),
        (["output_validators/validate.ctd"], "output_validators/: no file is in a language"),
    ],
)
def test_anything_else(tmp_path: Path, files: list[str], complaint: str) -> None:
    """What is not exactly one program of source files is refused, saying why."""
    (found,) = complaints(tmp_path, {"problem.yaml": CUSTOM, **dict.fromkeys(files, "x")})

    assert found.startswith(complaint)


def test_unused_one(tmp_path: Path) -> None:
    """A validator that the metadata do not ask for is not used, with a warning."""
    package = loaded(tmp_path, {"output_validators/validate.py": "x"})

    assert package.problem.checker == CheckerSpec(name="tokens")
    assert "`validation: custom` is not set" in package.warnings[0]


def test_draft_without_the_key(tmp_path: Path) -> None:
    """In the drafts after legacy, a validator is used because it is there."""
    yaml = GOOD["problem.yaml"] + "problem_format_version: 2023-07-draft\n"
    package = loaded(tmp_path, {"problem.yaml": yaml, "output_validator/validate.py": "x"})

    assert package.problem.checker.name == "program"
