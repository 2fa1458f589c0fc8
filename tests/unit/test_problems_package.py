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
from problems import attachments, tree
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


class TestLint:
    def test_unknown_files(self, tmp_path: Path) -> None:
        """What nobody reads is named: it may be a folder misspelt."""
        assert loaded(tmp_path, {"atachments/a.txt": "x", "README.md": "x", ".git/x": "x"}).warnings == (
            "atachments: ignored: the format knows nothing of that name",
        )

    def test_the_same_test_twice(self, tmp_path: Path) -> None:
        """Equal inputs in one group tell nothing new, and a sample among the secret ones is a gift."""
        changes = {f"data/secret/{name}": "5 6\n" for name in ("2.in", "g/3.in", "h/4.in")}
        changes |= {f"data/secret/{name}": "11\n" for name in ("2.ans", "g/3.ans", "h/4.ans")}
        package = loaded(tmp_path, {**changes, "data/secret/5.in": "1 2\n", "data/secret/5.ans": "3\n"})

        assert package.warnings == (
            "data/secret: the same input as another of its group: secret/2 = secret/1",
            "data/secret: the same input as a sample: secret/5 = sample/1",
        )

    def test_links_are_meant(self, tmp_path: Path) -> None:
        """A test case that is a link to another is the same on purpose: groups share test cases so."""
        path = write(tmp_path)
        for name in ("2.in", "2.ans"):
            (path / f"data/secret/{name}").symlink_to(f"1{name[1:]}")

        assert load(path).warnings == ()

    def test_equal_inputs_with_other_arguments(self, tmp_path: Path) -> None:
        """What a submission is given counts, not its input alone."""
        yaml = "problem_format_version: 2025-09\nname: x\nuuid: 6ec10bdc-0da5-4a3f-8d5e-bc0b2c8e3b71\n"
        changes = {"problem.yaml": yaml + "limits: {time_limit: 1}\n", "data/secret/2.yaml": "args: [x]\n"}

        assert loaded(tmp_path, {**changes, "data/secret/2.in": "5 6\n", "data/secret/2.ans": "11\n"}).warnings == ()

    def test_answers_that_nobody_may_print(self, tmp_path: Path) -> None:
        """An answer beyond the output limit makes a problem that nobody solves, unless a validator reads it."""
        yaml = "name: x\nlimits: {time_limit: 1, output: 1}\n"
        large: dict[str, str | bytes | None] = {"problem.yaml": yaml, "data/secret/1.ans": b"1" * (MIB + 1)}

        assert loaded(tmp_path / "a", large).warnings == (
            "data/secret/1.ans: its answer is larger than limits.output, 1048576 bytes: nobody can give it",
        )
        own = {"problem.yaml": yaml + "validation: custom\n", "output_validators/v.py": "raise SystemExit(42)\n"}
        assert loaded(tmp_path / "b", {**large, **own}).warnings == ()

    def test_groups_out_of_order(self, tmp_path: Path) -> None:
        """Names are sorted as text, which a setter who numbers groups may not expect."""
        changes = {f"data/secret/group{number}/1.in": f"{number}\n" for number in (2, 10)}
        changes |= {f"data/secret/group{number}/1.ans": "" for number in (2, 10)}

        assert loaded(tmp_path, dict(changes)).warnings == (
            (
                "data/secret/group10: comes before secret/group2, for names are sorted as text; "
                "pad numbers with zeros if that matters"
            ),
        )

    def test_carriage_returns(self, tmp_path: Path) -> None:
        """Data made on another system is judged as it is, and its author is told."""
        package = loaded(tmp_path, {"data/secret/1.in": "5 6\r\n", "data/secret/1.ans": "11\r\n"})

        assert package.warnings == (
            "data/secret/1.ans: holds carriage returns, as 1 other files do; text in packages has line feeds alone",
        )
