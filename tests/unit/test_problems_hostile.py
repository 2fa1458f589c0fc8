"""Packages that mean harm: links, special files, and whatever YAML can say."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from judge.errors import PackageError
from judge.models import MIB
from problems import tree
from problems.package import Package, load
from tests.packages import GOOD, complaints, loaded, write


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
        """Broken links are named and count as absent, for mirrors drop large files; no circle is followed for ever."""
        path = write(tmp_path)
        (path / "data/secret/2.in").symlink_to("3.in")
        (path / "data/secret/2.ans").symlink_to("1.ans")
        (path / "data/secret/4.in").symlink_to("4.in")

        package = load(path)

        assert [case.name for case in package.problem.testcases] == ["sample/1", "secret/1"]
        assert package.warnings == (
            "data/secret/2.in: ignored: a link that leads nowhere or in a circle",
            "data/secret/4.in: ignored: a link that leads nowhere or in a circle",
            "data/secret/2.ans: ignored: there is no 2.in beside it",
        )
        (path / "data/secret/group").symlink_to(".")
        with pytest.raises(PackageError, match="nested more than 8 deep"):
            load(path)

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

_GROUP_PIECES = st.sampled_from(
    [
        *(
            "max_score: 5",
            "max_score: unbounded",
            "max_score: [5]",
            "score_aggregation: min",
            "score_aggregation: {a: b}",
        ),
        *("require_pass: sample", "require_pass: [secret/a, {}]", "static_validation_score: pass-fail", "args: [x, y]"),
        *("static_validation_score: 5", "static_validator_args: {a: b}", "input_validator_args: {v: [x], w: y}"),
        *("output_validator_args: [float_tolerance, 1e-6]", "output_validator_args: case_sensitive", "args: [[x]]"),
        *("on_reject: continue", "grading: custom", "grading: {score: 5, aggregation: sum}", "grader_flags: min"),
        *(
            "scoring: {score: unbounded, require_pass: sample}",
            "accept_score: 1e400",
            "range: 0 nan",
            "range: -inf +inf",
        ),
        *("output_validator_flags: {name: v, flags: [x]}", "input_validator_flags: {a: }", "hint: {{x}}", "- x", "x"),
    ]
)
_DOCUMENTS = (
    st.lists(_PIECES, max_size=6).map("\n".join)
    | st.lists(_GROUP_PIECES, max_size=4, unique=True).map("\n".join)
    | st.text(max_size=60)
    | st.binary(max_size=60)
)


@settings(max_examples=300, deadline=None)
@given(
    head=st.sampled_from(["legacy", "2023-07-draft", "2025-09", "none"]),
    types=st.sampled_from(["pass-fail", "scoring", "scoring interactive"]),
    texts=st.lists(_DOCUMENTS, min_size=4, max_size=4),
    is_alone=st.booleans(),
)
def test_any_yaml_loads_or_is_refused(
    tmp_path_factory: pytest.TempPathFactory, head: str, types: str, texts: list[str | bytes], is_alone: bool
) -> None:
    """Whatever stands in the YAML files, loading ends in a package or in a list of errors, never in a crash."""
    contents = [text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass") for text in texts]
    metadata = f"problem_format_version: {head}\nname: x\ntype: {types}\n".encode() + (b"" if is_alone else contents[3])
    files = ["testdata.yaml", "test_group.yaml", "a/test_group.yaml", "1.yaml"]
    folder = tmp_path_factory.mktemp("yaml")
    try:
        package: Package | None = loaded(
            folder,
            {
                "problem.yaml": metadata,
                "data/secret/a/1.in": "",
                "data/secret/a/1.ans": "",
                "static_validator/v.py": "raise SystemExit(42)\n",
                **{f"data/secret/{file}": content for file, content in zip(files, contents, strict=True)},
            },
        )
        problems: tuple[str, ...] = ()
    except PackageError as error:
        package, problems = None, error.problems

    assert (package is None) == bool(problems)
    assert package is None or package.problem.limits.time_ms > 0
