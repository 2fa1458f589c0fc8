"""Loading whole packages: good ones and broken ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from judge.errors import PackageError
from judge.models import MIB, Blob, CheckerSpec, Limits
from judge.verdicts import Verdict
from problems import attachments
from problems.package import load
from tests.packages import complaints, loaded, write


def test_a_good_package(tmp_path: Path) -> None:
    """Everything that judging and showing a problem needs is there, without a warning."""
    package = loaded(tmp_path)

    assert (package.name, package.title, package.warnings) == ("two-sums", "Two Sums", ())
    assert package.problem.limits == Limits(time_ms=1500, wall_ms=4000)
    assert package.problem.checker == CheckerSpec(name="tokens")
    assert [case.name for case in package.problem.testcases] == ["sample/1", "secret/1"]
    assert [(item.language, item.format) for item in package.statements] == [("en", "md")]
    assert [(item.path, item.expected) for item in package.submissions] == [
        ("submissions/accepted/sum.py", (Verdict.AC,))
    ]


def test_files_are_found_by_their_digest(tmp_path: Path) -> None:
    """Each input's and answer's bytes can be read again from the file that the package names for its blob."""
    package = loaded(tmp_path, {"data/secret/2.in": "5 6\n", "data/secret/2.ans": b"\xff\0"})

    for case in package.problem.testcases:
        for blob in (case.input, case.answer):
            assert Blob.of(package.files[blob].read_bytes()) == blob
    assert package.problem.testcases[1].input == package.problem.testcases[2].input


def test_all_problems_are_reported_at_once(tmp_path: Path) -> None:
    """An author sees everything wrong in one go, each thing with its file."""
    found = complaints(
        tmp_path,
        {
            "problem.yaml": "name: X\nvalidation: interesting\nlimits: {time_limit: soon}\n",
            "include/cpp/big.h": "x" * (9 * MIB),
            "data/secret/1.ans": None,
            "data/secret/testdata.yaml": "output_validator_flags: [1, 2\n",
        },
    )

    assert len(found) == 4
    for file in (
        "problem.yaml:3: ",
        "data/secret/1.in: ",
        "data/secret/testdata.yaml:",
        "include/cpp: ",
    ):
        assert [line for line in found if line.startswith(file)], file


@pytest.mark.parametrize(
    ("folder", "name"),
    [("Sum", "sum"), ("a b", "a-b"), ("-sum", "sum"), ("s" * 65, "s" * 64), ("s\u00fcm", "s-m"), ("sum.v2", "sum-v2")],
)
def test_names_are_plain(tmp_path: Path, folder: str, name: str) -> None:
    """A folder's name that could not stand in an address is made one that can, and its author is told."""
    package = load(write(tmp_path, name=folder))

    assert (package.name, package.problem.name) == (name, name)
    assert package.warnings == (
        f"problem.yaml: the problem is called {name}, for that of the folder is no name of a package",
    )


@pytest.mark.parametrize("name", ["\u00fc", "-", "..."])
def test_names_without_anything_plain(tmp_path: Path, name: str) -> None:
    """A folder's name of which nothing can stand in an address is refused, with what it may be."""
    with pytest.raises(PackageError, match="folder is named"):
        load(write(tmp_path, name=name))


def test_a_path_that_is_no_package(tmp_path: Path) -> None:
    """A missing path, a file and an empty directory are refused in words."""
    (tmp_path / "file").write_text("")
    (tmp_path / "empty").mkdir()
    for name, words in (("missing", "cannot be read"), ("file", "is a directory"), ("empty", "problem.yaml: missing")):
        with pytest.raises(PackageError, match=words):
            load(tmp_path / name)


def test_attachments(tmp_path: Path) -> None:
    """Files for contestants are found in all folders, by their path, each with where its bytes are."""
    package = loaded(tmp_path, {"attachments/tool.py": "print()\n", "attachments/more/a.txt": "", "attachments/.x": ""})

    assert {name: package.files[blob].name for name, blob in package.attachments.items()} == {
        "tool.py": "tool.py",
        "more/a.txt": "a.txt",
    }
    assert package.attachments["tool.py"] == Blob.of(b"print()\n")


def test_too_many_attachments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """More files than anybody downloads, or larger ones than can be served, are refused."""
    monkeypatch.setattr(attachments, "MOST_FILES", 2)
    assert complaints(tmp_path, {f"attachments/{number}": "x" for number in range(3)}) == [
        "attachments: more than 2 files"
    ]
    monkeypatch.setattr(attachments, "TOTAL_BYTES", 0)
    assert complaints(tmp_path / "b", {"attachments/0": "x"}) == ["attachments: larger than 0 MiB in all"]


def test_includes_and_languages_and_static_validator(tmp_path: Path) -> None:
    """What is laid over submissions, and who looks at them, ends up in the problem."""
    package = loaded(
        tmp_path,
        {
            "include/cpp/a.h": "#define N 5\n",
            "include/default/b.txt": "b\n",
            "static_validator/v.py": "raise SystemExit(42)\n",
            "graders/g.py": "print('AC 1')\n",
        },
    )

    assert [file.name for file in package.problem.includes["cpp17"]] == ["a.h"]
    assert [file.name for file in package.problem.includes["default"]] == ["b.txt"]
    assert package.problem.static_validator is not None
    assert package.problem.grader is not None


def test_constants_are_replaced(tmp_path: Path) -> None:
    """Where the format says so: in programs, included files, statements and group files, and not in test data."""
    package = loaded(
        tmp_path,
        {
            "problem.yaml": (
                "problem_format_version: 2025-09\nname: x\nuuid: 6ec10bdc-0da5-4a3f-8d5e-bc0b2c8e3b71\n"
                "limits: {time_limit: 1}\nconstants: {most: 1e5, eps: {value: 1e-6, tex: '10^{-6}'}}\n"
            ),
            "statement/problem.en.md": "At most {{most}}, within {{eps.tex}}, {{other}}.\n",
            "problem_statement/problem.en.md": None,
            "include/python3/a.py": "N = {{most}}\n",
            "submissions/accepted/sum.py": "n = {{most}}\n",
            "data/secret/test_group.yaml": "output_validator_args: [float_tolerance, '{{eps}}']\n",
            "data/secret/1.in": "{{most}}\n",
        },
    )

    assert package.statements[0].content == b"At most 1e5, within 10^{-6}, {{other}}.\n"
    assert package.problem.includes["python3"][0].content == b"N = 1e5\n"
    assert package.submissions[0].source.files[0].content == b"n = 1e5\n"
    case = package.problem.testcases[1]
    assert case.checker_flags == ("float_tolerance", "1e-6")
    assert case.input == Blob.of(b"{{most}}\n")
