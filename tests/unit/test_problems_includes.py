"""Finding the files that are laid over submissions."""

from __future__ import annotations

from pathlib import Path

import pytest

from judge.models import Source, SourceFile
from judge.recipes.languages import by_code, entry_point
from problems.findings import Findings
from problems.includes import read
from problems.tree import Tree
from tests.packages import loaded


def included(folder: Path, files: dict[str, str]) -> tuple[dict[str, list[str]], Findings]:
    """Names of files by language, and what was found odd."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    findings = Findings()
    found = read(Tree(folder, findings), findings, constants={"n": "7"})
    return {key: [f"{file.name}={file.content.decode()}" for file in value] for key, value in found.items()}, findings


def test_by_language(tmp_path: Path) -> None:
    """A code of the format covers all of our languages that it means; constants are replaced."""
    files = {"include/cpp/lib/x.h": "{{n}}", "include/python3/main.py": "b", "include/default/data.txt": "c"}
    found, findings = included(tmp_path, files)

    cpp = ["lib/x.h=7"]
    default = ["data.txt=c"]
    python = ["main.py=b"]
    expected = {item.id: cpp for item in by_code("cpp")} | {item.id: python for item in by_code("python3")}
    assert found == {**expected, "default": default}
    assert (findings.errors, findings.warnings) == ([], [])


def test_without(tmp_path: Path) -> None:
    """Most packages include nothing."""
    assert included(tmp_path, {"problem.yaml": ""})[0] == {}


@pytest.mark.parametrize(
    ("file", "warning"),
    [
        ("include/stray.h", "include/stray.h: ignored: files to include stand in folders such as include/cpp/"),
        ("include/zig/x.zig", "include/zig: ignored: this judge has no language of that code"),
        ("include/cpp/.gitkeep", "include/cpp: is empty: nothing is included"),
    ],
)
def test_what_is_odd(tmp_path: Path, file: str, warning: str) -> None:
    """What cannot be included is mentioned."""
    _, findings = included(tmp_path, {file: ""})

    assert findings.warnings == [warning]


def test_too_much(tmp_path: Path) -> None:
    """Files to include are held in memory, so they are bounded; a package that has more is refused."""
    found, findings = included(tmp_path, {f"include/c/{number}.h": "" for number in range(201)})

    assert found["c"] == []
    assert findings.errors == ["include/c: cannot be included: more than 200 files"]


def test_laying_over(tmp_path: Path) -> None:
    """A file replaces the submission's file of the same name; a language without a folder gets the default."""
    files = {"include/cpp/main.cpp": "driver", "include/default/data.txt": "d"}
    problem = loaded(tmp_path, files).problem
    mine = tuple(SourceFile(name=name, content=b"mine") for name in ("main.cpp", "part.cpp"))

    cpp = problem.completed(Source(language="cpp20", files=mine))
    java = problem.completed(Source(language="java", files=mine[1:]))

    assert {file.name: file.content for file in cpp.files} == {"main.cpp": b"driver", "part.cpp": b"mine"}
    assert {file.name: file.content for file in java.files} == {"part.cpp": b"mine", "data.txt": b"d"}


@pytest.mark.parametrize(("name", "main"), [("helper.py", "sum.py"), ("main.py", "main.py")])
def test_what_starts(tmp_path: Path, name: str, main: str) -> None:
    """A driver is called as its language calls main files; any other included file never starts the program."""
    problem = loaded(tmp_path, {f"include/python3/{name}": "n = 1\n"}).problem
    source = Source(language="python3", files=(SourceFile(name="sum.py", content=b"import helper\n"),))

    assert entry_point(problem.completed(source)) == main
