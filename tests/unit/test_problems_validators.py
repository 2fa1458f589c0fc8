"""Finding the programs that judge."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from judge.models import CheckerSpec, Source
from problems import validators
from problems.findings import Findings
from problems.tree import Tree
from problems.validators import InputValidator, named
from tests.packages import GOOD, complaints, loaded

CUSTOM = GOOD["problem.yaml"] + "validation: custom\n"


def described(checker: CheckerSpec) -> list[tuple[str, str, list[str]]]:
    """Name, language and files of each program that has to accept."""
    return [
        (item.program_name, item.program.language, [file.name for file in item.program.files])
        for item in checker.all
        if item.program is not None
    ]


def package_tree(folder: Path, files: list[str]) -> Tree:
    """A package with these files, which are empty."""
    folder.mkdir(exist_ok=True)
    for file in files:
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).touch()
    return Tree(folder, Findings())


class TestOutputValidators:
    @pytest.mark.parametrize(
        ("files", "expected"),
        [
            (["output_validators/validate.cpp"], [("validate.cpp", "cpp23", ["validate.cpp"])]),
            (["output_validators/validate.py"], [("validate.py", "python3", ["validate.py"])]),
            (
                ["output_validators/validate.c", "output_validators/validate.h", "output_validators/README.md"],
                [("validate.c", "c", ["validate.c", "validate.h"])],
            ),
            (
                ["output_validators/v/a.cpp", "output_validators/v/b.cpp", "output_validators/v/lib/testlib.h"],
                [("v", "cpp23", ["a.cpp", "b.cpp", "lib/testlib.h"])],
            ),
            (
                ["output_validators/v/main.py", "output_validators/v/maze.py"],
                [("v", "python3", ["main.py", "maze.py"])],
            ),
            (["output_validators/Check.java"], [("Check.java", "java", ["Check.java"])]),
            (["output_validators/v/build", "output_validators/v/x.cpp"], [("v", "script", ["build", "x.cpp"])]),
            (["output_validators/v/run"], [("v", "script", ["run"])]),
            (
                ["output_validators/build", "output_validators/x.cpp"],
                [("output_validators", "script", ["build", "x.cpp"])],
            ),
            (
                ["output_validators/__init__.py", "output_validators/__main__.py"],
                [("output_validators", "python3", ["__init__.py", "__main__.py"])],
            ),
            (["output_validator/validate.cpp"], [("validate.cpp", "cpp23", ["validate.cpp"])]),
            (
                ["output_validator/a.cpp", "output_validator/b.cpp", "output_validator/lib/x.h"],
                [("output_validator", "cpp23", ["a.cpp", "b.cpp", "lib/x.h"])],
            ),
            (["output_validator/inner/a.py", "output_validator/README.md"], [("inner", "python3", ["a.py"])]),
            (
                ["output_validator/build", "output_validator/run.c"],
                [("output_validator", "script", ["build", "run.c"])],
            ),
            (["output_validators/.gitkeep", "output_validator/a.py"], [("a.py", "python3", ["a.py"])]),
        ],
    )
    def test_one(self, tmp_path: Path, files: list[str], expected: list[tuple[str, str, list[str]]]) -> None:
        """A file, a file with headers, or a directory of files is the one validator, with all that belongs to it."""
        package = loaded(tmp_path, {"problem.yaml": CUSTOM, **dict.fromkeys(files, "x")})

        assert package.problem.checker.name == "program"
        assert described(package.problem.checker) == expected

    def test_several(self, tmp_path: Path) -> None:
        """In the legacy format each file and each directory is a validator, and all have to accept."""
        files = [
            "output_validators/a.cpp",
            "output_validators/b.py",
            "output_validators/v/x.c",
            "output_validators/x.h",
        ]
        package = loaded(tmp_path, {"problem.yaml": CUSTOM, **dict.fromkeys(files, "x")})

        assert described(package.problem.checker) == [
            ("a.cpp", "cpp23", ["a.cpp", "x.h"]),
            ("b.py", "python3", ["b.py"]),
            ("v", "c", ["x.c"]),
        ]

    def test_of_domjudge(self, tmp_path: Path) -> None:
        """There is one validator in its packages, made of all files in the folder."""
        files = {
            "domjudge-problem.ini": "timelimit = 1\n",
            "output_validators/a.cpp": "",
            "output_validators/b.cpp": "",
        }
        package = loaded(tmp_path, {"problem.yaml": CUSTOM, **files})

        assert described(package.problem.checker) == [("output_validators", "cpp23", ["a.cpp", "b.cpp"])]

    @pytest.mark.parametrize(
        ("files", "complaint"),
        [
            ([], "problem.yaml: validation is custom, but there is no directory output_validators/"),
            (["output_validators/.gitkeep"], "output_validators/: holds no program"),
            (["output_validators/validate.ctd"], "output_validators/: no file is in a language"),
            (["output_validators/a.cpp", "output_validators/v/b.nim"], "output_validators/v: it is written in Nim"),
            ([f"output_validators/{number}.py" for number in range(51)], "output_validators/: holds more than 50"),
        ],
    )
    def test_unusable(self, tmp_path: Path, files: list[str], complaint: str) -> None:
        """What cannot be used is refused, saying why: no other validator may take its place."""
        (found,) = complaints(tmp_path, {"problem.yaml": CUSTOM, **dict.fromkeys(files, "x")})

        assert found.startswith(complaint)

    def test_unused(self, tmp_path: Path) -> None:
        """A validator that the metadata do not ask for is not used, with a warning."""
        package = loaded(tmp_path, {"output_validators/validate.py": "x"})

        assert package.problem.checker == CheckerSpec(name="tokens")
        assert "`validation: custom` is not set" in package.warnings[0]

    def test_of_a_draft_without_the_key(self, tmp_path: Path) -> None:
        """In the drafts after legacy, a validator is used because it is there."""
        yaml = GOOD["problem.yaml"] + "problem_format_version: 2023-07-draft\n"
        package = loaded(tmp_path, {"problem.yaml": yaml, "output_validator/validate.py": "x"})

        assert package.problem.checker.name == "program"

    def test_headers_to_include(self, tmp_path: Path) -> None:
        """Validators may include the headers that submissions get, but are not linked with a driver."""
        files = {
            "include/cpp/game.h": "shared",
            "include/cpp/driver.cpp": "",
            "output_validators/v/v.cpp": "",
            "output_validators/w/w.cpp": "",
            "output_validators/w/game.h": "own",
            "output_validators/x.py": "",
        }
        checker = loaded(tmp_path, {"problem.yaml": CUSTOM, **files}).problem.checker
        contents = [
            {file.name: file.content for file in item.program.files} for item in checker.all if item.program is not None
        ]

        assert contents == [
            {"x.py": b""},
            {"v.cpp": b"", "game.h": b"shared"},
            {"w.cpp": b"", "game.h": b"own"},
        ]


class TestInputValidators:
    def test_all_kinds(self, tmp_path: Path) -> None:
        """Programs can be run; specifications of other tools are noted, for a setter must know that they are not."""
        files = [
            "input_validators/a.py",
            "input_validators/v/check.cpp",
            "input_validators/v/testlib.h",
            "input_validators/w/w.ctd",
            "input_validators/x.ctd",
            "input_validators/y.viva",
            "input_validators/z/z.nim",
            "input_format_validators/old.c",
            "input_format_validators/a.py",
        ]
        package = loaded(tmp_path, dict.fromkeys(files, "x"))
        found = {item.name: item for item in package.input_validators}

        assert list(found) == ["a.py", "old.c", "v", "w", "x.ctd", "y.viva", "z"]
        assert {name: item.source.language for name, item in found.items() if item.source is not None} == {
            "a.py": "python3",
            "old.c": "c",
            "v": "cpp23",
        }
        assert found["x.ctd"] == InputValidator(
            name="x.ctd", kind="checktestdata", source=None, note="this judge has no checktestdata"
        )
        assert (found["w"].kind, found["y.viva"].kind, found["z"].kind) == ("checktestdata", "viva", "program")
        assert "input_validators/z: is not run: it is written in Nim, which this judge does not have" in (
            package.warnings
        )

    def test_none(self, tmp_path: Path) -> None:
        """A package may have none."""
        assert loaded(tmp_path).input_validators == ()

    def test_nothing_usable(self, tmp_path: Path) -> None:
        """A folder with nothing in a language of ours is mentioned as a whole."""
        (found,) = loaded(tmp_path, {"input_validators/check.nim": "x"}).input_validators

        assert (found.source, found.note) == (None, "it is written in Nim, which this judge does not have")

    def test_scripts(self, tmp_path: Path) -> None:
        """Input validators may be built by their own scripts."""
        (found,) = loaded(tmp_path, {"input_validators/v/build": "x"}).input_validators

        assert found.source is not None
        assert found.source.language == "script"


#: How one of the package's other programs is read.
Read = Callable[[Tree, Findings], Source | None]


class TestOthers:
    @pytest.mark.parametrize("read", [validators.static_validator, validators.grader])
    def test_none(self, tmp_path: Path, read: Read) -> None:
        """Most packages have neither."""
        findings = Findings()

        assert read(package_tree(tmp_path, []), findings) is None
        assert findings.errors == []

    @pytest.mark.parametrize(
        ("read", "file"),
        [
            (validators.static_validator, "static_validator/check.py"),
            (validators.static_validator, "static_validator/v/check.py"),
            (validators.grader, "graders/grade.py"),
            (validators.grader, "graders/g/grade.py"),
        ],
    )
    def test_one(self, tmp_path: Path, read: Read, file: str) -> None:
        """A file or a directory is the program."""
        source = read(package_tree(tmp_path, [file]), Findings())

        assert source is not None
        assert (source.language, source.files[0].name) == ("python3", Path(file).name)

    def test_too_many_graders(self, tmp_path: Path) -> None:
        """There is at most one grader; which of two would be meant nobody can say."""
        findings = Findings()
        tree = package_tree(tmp_path, ["graders/a/a.py", "graders/b/b.py"])

        assert validators.grader(tree, findings) is None
        assert findings.errors == ["graders/: holds several programs, of which there may be one"]

    def test_unusable(self, tmp_path: Path) -> None:
        """A program in a language that this judge has not is an error, for nothing can do its work."""
        findings = Findings()

        assert validators.static_validator(package_tree(tmp_path, ["static_validator/a.zig"]), findings) is None
        assert findings.errors == ["static_validator/: it is written in Zig, which this judge does not have"]


def test_flags_by_name() -> None:
    """Flags are given to a validator by its file's name, with or without the extension."""
    flags = {"a": ["1"], "b.py": ["2"]}

    assert (named(flags, "a.py"), named(flags, "a"), named(flags, "b.py")) == (["1"], ["1"], ["2"])
    assert (named(flags, "b"), named(flags, "c.py")) == (None, None)
