"""Packages with one thing changed: what comes out is a package like any other."""

from __future__ import annotations

from pathlib import Path

import pytest

from judge.errors import PackageError
from judge.models import Blob
from problems import archive
from problems.amending import Amendment, TestData, TimeLimit, is_test_name
from problems.package import Package, load
from problems.zipping import zip_folder
from tests.packages import write
from tests.zips import zipped

HEAD = "name: Two Sums\n"


def _amended(folder: Path, amendment: Amendment, changes: dict[str, str | bytes | None] | None = None) -> Package:
    before = write(folder / "before", changes)
    amendment.apply(before)
    zip_folder(before, folder / "two-sums.zip")
    return load(archive.unpack(folder / "two-sums.zip", folder / "after"))


def _file(folder: Path, content: bytes, name: str = "given") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def test_another_answer(tmp_path: Path) -> None:
    """Only what was given changes."""
    change = TestData(name="secret/1", input=None, answer=_file(tmp_path, b"12\r\n\0"))

    package = _amended(tmp_path, change)

    assert change.is_in(package)
    assert [(case.name, case.input, case.answer) for case in package.problem.testcases] == [
        ("sample/1", Blob.of(b"1 2\n"), Blob.of(b"3\n")),
        ("secret/1", Blob.of(b"5 6\n"), Blob.of(b"12\r\n\0")),
    ]


def test_one_more(tmp_path: Path) -> None:
    """A test case may come with a group of its own, and empty data."""
    given = {"input": _file(tmp_path, b""), "answer": _file(tmp_path, b"0\n", "answer")}
    change = TestData(name="secret/group/big.1", **given)

    package = _amended(tmp_path, change)

    assert change.is_in(package)
    assert [case.name for case in package.problem.testcases] == ["sample/1", "secret/1", "secret/group/big.1"]


def test_half_a_test_case(tmp_path: Path) -> None:
    """A new test case takes both an input and an answer."""
    change = TestData(name="secret/2", input=_file(tmp_path, b"1 1\n"), answer=None)

    with pytest.raises(PackageError, match="give the answer as well"):
        change.apply(write(tmp_path))


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
    ],
)
def test_time_limits(tmp_path: Path, meta: str) -> None:
    """However the file is written, the limit is the new one, and the other limits are as before."""
    before = load(write(tmp_path / "as-it-is", {"problem.yaml": meta}))
    change = TimeLimit(time_ms=2250)

    package = _amended(tmp_path, change, {"problem.yaml": meta})

    assert change.is_in(package)
    assert package.problem.limits.time_ms == 2250
    assert package.problem.limits.memory_bytes == before.problem.limits.memory_bytes


@pytest.mark.parametrize("change", [TimeLimit(time_ms=2000), TestData(name="secret/1", input=None, answer=None)])
def test_polygons_packages(tmp_path: Path, change: Amendment) -> None:
    """What Polygon makes is changed there."""
    with pytest.raises(PackageError, match="Polygon"):
        change.apply(write(tmp_path, {"problem.xml": "<problem/>"}))


def test_a_limit_that_counts_more(tmp_path: Path) -> None:
    """A change that another file outweighs is noticed."""
    change = TimeLimit(time_ms=2000)

    package = _amended(tmp_path, change, {"domjudge-problem.ini": "timelimit = 7\n"})

    assert change.is_in(package) == (package.problem.limits.time_ms == 2000)


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
