"""Loading whole packages: good ones, broken ones, hostile ones."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from judge.errors import PackageError
from judge.models import MIB, Blob, CheckerSpec, Limits
from judge.verdicts import Verdict
from problems import tree
from problems.package import Package, load
from tests.packages import GOOD, complaints, loaded, write


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
            "data/secret/1.ans": None,
            "data/secret/testdata.yaml": "output_validator_flags: [1, 2\n",
            "problem_statement/problem.sv.pdf": "no pdf",
            "include/cpp/grader.h": "",
        },
    )

    assert len(found) == 5
    for file in (
        "problem.yaml:3: ",
        "data/secret/1.in: ",
        "data/secret/testdata.yaml:",
        "problem_statement/problem.sv.pdf: ",
        "include/: ",
    ):
        assert [line for line in found if line.startswith(file)], file


@pytest.mark.parametrize("name", ["Sum", "a b", "-sum", "s" * 65, "s\u00fcm", "sum.v2"])
def test_names_are_plain(tmp_path: Path, name: str) -> None:
    """A folder name that could not stand in an address is refused, with what it may be."""
    with pytest.raises(PackageError, match="folder is named"):
        load(write(tmp_path, name=name))


def test_a_path_that_is_no_package(tmp_path: Path) -> None:
    """A missing path, a file and an empty directory are refused in words."""
    (tmp_path / "file").write_text("")
    (tmp_path / "empty").mkdir()
    for name, words in (("missing", "cannot be read"), ("file", "is a directory"), ("empty", "problem.yaml: missing")):
        with pytest.raises(PackageError, match=words):
            load(tmp_path / name)


class TestLinks:
    """Symbolic links lead where their author wants, which is not always within the package."""

    def test_inside(self, tmp_path: Path) -> None:
        """Links within the package work, for files and for groups."""
        path = write(tmp_path)
        (path / "data/secret/2.in").symlink_to("1.in")
        (path / "data/secret/2.ans").symlink_to("../secret/1.ans")
        (path / "data/secret/group").symlink_to("../sample")

        package = load(path)

        assert [case.name for case in package.problem.testcases] == [
            *("sample/1", "secret/1", "secret/2", "secret/group/1")
        ]
        assert package.problem.testcases[2].input == package.problem.testcases[1].input
        assert not package.files[package.problem.testcases[2].input].is_symlink()

    @pytest.mark.parametrize(
        "place",
        [
            *("data/secret/2.in", "data", "data/secret", "problem.yaml", "problem_statement/problem.pdf", ".timelimit"),
            *("submissions/accepted/x.c", "submissions/wrong_answer", "output_validators", "data/secret/testdata.yaml"),
        ],
    )
    @pytest.mark.parametrize("target", ["/etc/passwd", "../../../../../../../../etc", "/proc/self/mem", "../../../.."])
    def test_outside(self, tmp_path: Path, place: str, target: str) -> None:
        """A link that leaves the package is refused wherever it stands and whatever is there."""
        path = write(tmp_path, {"problem.yaml": GOOD["problem.yaml"] + "validation: custom\n"})
        link = path / place
        link.parent.mkdir(parents=True, exist_ok=True)
        if link.is_dir():
            link.rename(tmp_path / "moved")
        link.unlink(missing_ok=True)
        link.symlink_to(target)

        with pytest.raises(PackageError) as failure:
            load(path)

        assert any(line.startswith(f"{place}: a link that leaves") for line in failure.value.problems)

    def test_nowhere_and_in_circles(self, tmp_path: Path) -> None:
        """Broken links and circles are named, not followed for ever."""
        path = write(tmp_path)
        (path / "data/secret/2.in").symlink_to("3.in")
        (path / "data/secret/4.in").symlink_to("4.in")
        (path / "data/secret/group").symlink_to(".")

        with pytest.raises(PackageError) as failure:
            load(path)

        lines = failure.value.problems
        assert "data/secret/2.in: a link that leads nowhere or in a circle" in lines
        assert "data/secret/4.in: a link that leads nowhere or in a circle" in lines
        assert any("nested more than" in line for line in lines)

    def test_many_ways_to_the_same_place(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Links that multiply a few files into billions end in an error soon."""
        monkeypatch.setattr(tree, "MOST_ENTRIES", 500)
        path = write(tmp_path)
        for number in range(20):
            (path / f"data/secret/group{number}").symlink_to(".")

        with pytest.raises(PackageError, match="more than 500 files"):
            load(path)


def test_special_files(tmp_path: Path) -> None:
    """A FIFO in place of a test is refused, and not opened: that would wait for ever."""
    path = write(tmp_path)
    os.mkfifo(path / "data/secret/2.in")

    with pytest.raises(PackageError, match=r"data/secret/2\.in: neither a regular file"):
        load(path)


def test_huge_test_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Test data beyond what can be stored is refused."""
    monkeypatch.setattr(tree, "DATA_BYTES", 2 * MIB)

    assert complaints(tmp_path, {"data/secret/2.in": b"1" * (3 * MIB), "data/secret/2.ans": ""}) == [
        "data/secret/2.in: larger than 2 MiB"
    ]


def test_hostile_names_stay_on_their_line(tmp_path: Path) -> None:
    """A file name with escapes and newlines cannot forge a message or steer a terminal."""
    package = loaded(tmp_path, {"data/secret/\x1b[2J\nproblem.yaml: fine.in": ""})

    assert package.warnings == (r"data/secret/\x1b[2J\nproblem.yaml: fine.in: ignored: the format forbids such names",)


_PIECES = st.sampled_from(
    [
        *(
            "name: x",
            "limits:",
            "  time_limit: 1",
            "limits: {time_limit: 2}",
            "validation: custom",
            "type: [a, {b: c}]",
        ),
        *(
            "- x",
            "&a [*a]",
            "name: &n {en: *n}",
            "validator_flags: [x, [y]]",
            "? [a]: b",
            "\t",
            "name: !!python/none x",
        ),
        *("limits: *a", "name: 'x", "---", "validator_flags: {a: b}", "limits: [1]", "type: scoring", "%", "a: b: c"),
    ]
)


@settings(max_examples=300, deadline=None)
@given(text=st.lists(_PIECES, max_size=6).map("\n".join) | st.text(max_size=60) | st.binary(max_size=60))
def test_any_yaml_loads_or_is_refused(tmp_path_factory: pytest.TempPathFactory, text: str | bytes) -> None:
    """Whatever stands in the YAML files, loading ends in a package or in a list of errors, never in a crash."""
    content = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
    folder = tmp_path_factory.mktemp("yaml")
    try:
        package: Package | None = loaded(folder, {"problem.yaml": content, "data/secret/testdata.yaml": content})
        problems: tuple[str, ...] = ()
    except PackageError as error:
        package, problems = None, error.problems

    assert (package is None) == bool(problems)
    assert package is None or package.problem.limits.time_ms > 0
