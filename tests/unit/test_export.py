"""Packages written in the format 2025-09, and read again."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from judge.errors import PackageError
from judge.models import Blob
from judge.verdicts import Verdict
from problems import archive, globs
from problems.export import export
from problems.package import load
from problems.zipping import zip_folder
from tests import packages, polygons

Changes = Mapping[str, str | bytes | None]

#: The usual groups of an olympiad in the legacy format.
OLYMPIAD: Changes = {
    "problem.yaml": "name: Two Sums\ntype: scoring\nlimits: {time_limit: 1}\n",
    "data/testdata.yaml": "on_reject: continue\nrange: 0 100\ngrader_flags: ignore_sample\n",
    "data/sample/testdata.yaml": "accept_score: 0\nrange: 0 0\ngrader_flags: first_error\n",
    "data/secret/testdata.yaml": "on_reject: continue\ngrader_flags: first_error accept_if_any_accepted\n",
    "data/secret/1.in": None,
    "data/secret/1.ans": None,
    **{f"data/secret/g{group}/{case}.in": f"{group} {case}\n" for group in (1, 2) for case in (1, 2)},
    **{f"data/secret/g{group}/{case}.ans": f"{group + case}\n" for group in (1, 2) for case in (1, 2)},
    "data/secret/g1/testdata.yaml": "on_reject: break\naccept_score: 40\nrange: 0 40\ngrader_flags: min\n",
    "data/secret/g2/testdata.yaml": "on_reject: break\naccept_score: 30\nrange: 0 60\ngrader_flags: sum\n",
}


def _yaml(folder: Path, name: str) -> object:
    return yaml.safe_load((folder / name).read_text())


def test_a_legacy_package(tmp_path: Path) -> None:
    """Names, limits, tests and submissions come out as they went in, and nothing is to be noted but what is missing."""
    before = packages.loaded(tmp_path)
    after, notes, folder = packages.exported(before, tmp_path)

    assert after.format == "2025-09"
    assert (after.title, dict(after.titles)) == ("Two Sums", {"en": "Two Sums"})
    assert after.problem.limits == before.problem.limits
    assert after.problem.checker == before.problem.checker
    assert [(case.name, case.input, case.answer) for case in after.problem.testcases] == [
        (case.name, case.input, case.answer) for case in before.problem.testcases
    ]
    assert [(item.path, item.expected[0]) for item in after.submissions] == [
        ("submissions/accepted/sum.py", Verdict.AC)
    ]
    assert notes == ("there is no input validator, although the format wants one",)
    assert (folder / "statement/problem.en.md").read_text() == "Add $a$ and $b$.\n"


def test_the_uuid_follows_from_the_content(tmp_path: Path) -> None:
    """The same content has the same uuid, another content another."""
    first = packages.exported(packages.loaded(tmp_path / "a"), tmp_path / "1")[0]
    again = packages.exported(packages.loaded(tmp_path / "b"), tmp_path / "2")[0]
    other = packages.exported(packages.loaded(tmp_path / "c", {"data/secret/1.ans": "12\n"}), tmp_path / "3")[0]

    assert first.about["uuid"] == again.about["uuid"] != other.about["uuid"]


def test_flags_keep_their_spelling(tmp_path: Path) -> None:
    """A flag that looks like a number is still the same text afterwards."""
    text = "name: x\nvalidator_flags: float_tolerance 1E-6\nlimits: {time_limit: 1}\n"
    after, _, folder = packages.exported(packages.loaded(tmp_path, {"problem.yaml": text}), tmp_path)

    assert {case.checker_flags for case in after.problem.testcases} == {("float_tolerance", "1E-6")}
    assert _yaml(folder, "data/secret/1.yaml") == {"output_validator_args": ["float_tolerance", "1E-6"]}


def test_groups_of_an_olympiad(tmp_path: Path) -> None:
    """Groups that pass or fail, and those that add up, keep their points; samples have none."""
    after, _, folder = packages.exported(packages.loaded(tmp_path, OLYMPIAD), tmp_path)

    assert _yaml(folder, "data/secret/test_group.yaml") == {"max_score": 100, "score_aggregation": "sum"}
    assert _yaml(folder, "data/secret/g1/test_group.yaml") == {"max_score": 40, "score_aggregation": "pass-fail"}
    assert _yaml(folder, "data/secret/g2/test_group.yaml") == {"max_score": 60, "score_aggregation": "sum"}
    assert after.problem.grading is not None
    assert after.problem.grading.is_scoring


def test_scores_that_a_validator_may_give(tmp_path: Path) -> None:
    """A draft's validator may give less than a group is worth for each test case; more cannot be said."""
    draft = {
        **OLYMPIAD,
        "problem.yaml": f"problem_format_version: 2023-07-draft\n{OLYMPIAD['problem.yaml']!s}",
        "output_validator/v.py": "raise SystemExit(42)\n",
    }
    _, _, folder = packages.exported(packages.loaded(tmp_path / "a", draft), tmp_path)

    assert _yaml(folder, "data/secret/g1/test_group.yaml") == {"max_score": 40, "score_aggregation": "min"}
    assert _yaml(folder, "data/secret/g2/test_group.yaml") == {"max_score": 60, "score_aggregation": "sum"}
    more = {**draft, "data/secret/g1/testdata.yaml": "accept_score: 40\nrange: 0 50\ngrader_flags: min\n"}
    with pytest.raises(PackageError, match="scores in secret/g1 that may be more than accepting is worth"):
        export(packages.loaded(tmp_path / "b", more), tmp_path / "twosums")


@pytest.mark.parametrize(
    ("file", "text", "why"),
    [
        ("data/secret/g1/testdata.yaml", "grader_flags: avg\naccept_score: 5\n", "score avg in secret/g1"),
        ("data/secret/g1/testdata.yaml", "grader_flags: min\naccept_score: 2.5\n", "whole numbers of points only"),
        ("data/secret/g1/testdata.yaml", "grader_flags: min always_accept\n", "the grader of secret/g1"),
        ("data/secret/g1/testdata.yaml", "grader_flags: sum\nreject_score: 1\n", "points for failing in secret/g1"),
    ],
)
def test_scores_without_words(tmp_path: Path, file: str, text: str, why: str) -> None:
    """What the format cannot say of scores refuses the export, and leaves no folder behind."""
    package = packages.loaded(tmp_path, {**OLYMPIAD, file: text})
    with pytest.raises(PackageError) as failure:
        export(package, tmp_path / "out")

    assert why in failure.value.problems[0]
    assert not (tmp_path / "out").exists()


def test_folders_beside_cases(tmp_path: Path) -> None:
    """Where cases stand beside folders all are flattened, in their order: the format allows one or the other."""
    changes = {"data/secret/0/a.in": "1 1\n", "data/secret/0/a.ans": "2\n"}
    after, notes, _ = packages.exported(packages.loaded(tmp_path, changes), tmp_path)

    assert [case.name for case in after.problem.testcases] == ["sample/1", "secret/0-a", "secret/1"]
    assert any("other names" in note for note in notes)


def test_expectations(tmp_path: Path) -> None:
    """What a submission should get is carried over; what has no word in the format is left out with a note."""
    changes = {
        "submissions/wrong_answer/a.py": "print(1)\n",
        "submissions/mixed/b.py": "# @EXPECTED_RESULTS@: TIMELIMIT, RUN-ERROR\nprint(1)\n",
        "submissions/time_limit_exceeded/c.py": "while True: pass\n",
        "submissions/compiler_error/d.py": "print(\n",
    }
    after, notes, folder = packages.exported(packages.loaded(tmp_path, changes), tmp_path)

    assert sorted(item.path for item in after.submissions) == [
        "submissions/accepted/sum.py",
        "submissions/mixed/b.py",
        "submissions/time_limit_exceeded/c.py",
        "submissions/wrong_answer/a.py",
    ]
    document = _yaml(folder, "submissions/submissions.yaml")
    assert isinstance(document, dict)
    assert document["mixed/b.py"]["required"] == ["TLE", "RTE"]
    # The first failure counts in the legacy format, so that other tests may fail as they like.
    assert document["wrong_answer"] == {
        "permitted": ["AC", "WA", "TLE", "RTE"],
        "required": ["WA"],
        "use_for_time_limit": False,
    }
    assert any("submissions/compiler_error/d.py is left out" in note for note in notes)


def test_validators_and_include_files(tmp_path: Path) -> None:
    """Programs keep their files and their scripts; one in a language that the format does not know gets scripts."""
    changes = {
        "problem.yaml": "name: x\nvalidation: custom\nlimits: {time_limit: 1}\n",
        "output_validators/check/check.cpp": '#include "check.h"\nint main() { return 42; }\n',
        "output_validators/check/check.h": "\n",
        "input_validators/range.py": "import sys\nsys.exit(42)\n",
        "include/python/helper.py": "x = 1\n",
    }
    after, _, folder = packages.exported(packages.loaded(tmp_path, changes), tmp_path)

    assert sorted(path.name for path in (folder / "output_validator").iterdir()) == ["check.cpp", "check.h"]
    assert [validator.name for validator in after.input_validators] == ["range.py"]
    assert after.problem.includes.keys() == packages.loaded(tmp_path / "again", changes).problem.includes.keys()


def test_several_output_validators(tmp_path: Path) -> None:
    """Several output validators that all have to accept have no counterpart."""
    changes = {
        "problem.yaml": "name: x\nvalidation: custom\nlimits: {time_limit: 1}\n",
        "output_validators/a.py": "import sys\nsys.exit(42)\n",
        "output_validators/b.py": "import sys\nsys.exit(42)\n",
    }
    with pytest.raises(PackageError, match="several output validators"):
        export(packages.loaded(tmp_path, changes), tmp_path / "out")


def test_a_package_of_the_format_is_copied(tmp_path: Path) -> None:
    """A package of the format stays as it is, but for the uuid that it needs."""
    changes = {
        "problem.yaml": "problem_format_version: 2025-09\nname: Two Sums\nlimits:\n  time_limit: 1.5\n",
        "problem_statement/problem.en.md": None,
        "statement/problem.en.md": "Add.\n",
        "submissions/submissions.yaml": "accepted/sum.py:\n  model_solution: true\n",
        "solution/solution.md": "Add them.\n",
    }
    path = packages.write(tmp_path, changes)
    if "uuid" not in (path / "problem.yaml").read_text():
        (path / "problem.yaml").write_text(
            (path / "problem.yaml").read_text() + "uuid: 8ee7605a-ab1a-4ba0-9b1a-0f1e8e7a8a34\n"
        )
    _, notes, folder = packages.exported(load(path), tmp_path)

    def files(top: Path) -> dict[str, bytes]:
        return {str(file.relative_to(top)): file.read_bytes() for file in top.rglob("*") if file.is_file()}

    assert files(folder) == files(path)
    assert notes == ()


_FORMAT = "problem_format_version: 2025-09\nname: Zwölf\nlimits: {time_limit: 1}\n"


@pytest.mark.parametrize(
    "content",
    [
        _FORMAT.encode(),
        _FORMAT.encode("latin-1"),
        f"{_FORMAT}# the end".encode(),
        f"{_FORMAT}...\n".encode(),
        f"{_FORMAT}uuid:\n".encode(),
        f"uuid: ~\n{_FORMAT}".encode(),
        b"{problem_format_version: 2025-09, name: Zw\xc3\xb6lf, limits: {time_limit: 1}}\n",
        b"  problem_format_version: 2025-09\n  name: Zw\xc3\xb6lf\n",
        f"\ufeff{_FORMAT}".replace("\n", "\r\n").encode(),
    ],
)
def test_the_uuid_that_a_copy_needs(tmp_path: Path, content: bytes) -> None:
    """However problem.yaml is written, a copy has the uuid that was missing and all else, and can be read."""
    statement = {"problem_statement/problem.en.md": None, "statement/problem.en.md": "Add.\n"}
    before = packages.loaded(tmp_path, {"problem.yaml": content, **statement})

    after, notes, _ = packages.exported(before, tmp_path)

    assert notes == ("it had no uuid; it has one now",)
    assert {**after.about, "uuid": None} == {**before.about, "uuid": None}
    assert len(str(after.about["uuid"])) == 36
    assert (after.titles, after.problem.limits) == (before.titles, before.problem.limits)


def test_rules_for_more_test_cases_than_a_pattern_can_name(tmp_path: Path) -> None:
    """A rule for test cases that are renamed, and too many to be named one by one, is left out, which is told."""
    cases = [f"data/secret/a/{'long' * 5}-{number:02d}" for number in range(30)]
    few, many = '"secret/a/*-00": {permitted: [AC]}', '"secret/a/*": {required: [AC]}'
    changes = {
        "problem.yaml": "problem_format_version: 2023-07-draft\nname: Two Sums\nlimits: {time_limit: 1}\n",
        "submissions/submissions.yaml": f"accepted/sum.py:\n  {many}\n  {few}\n",
        **{f"{case}.in": "1 2\n" for case in cases},
        **{f"{case}.ans": "3\n" for case in cases},
    }

    after, notes, _ = packages.exported(packages.loaded(tmp_path, changes), tmp_path)

    assert any("what it should get on secret/a/* is left out" in note for note in notes)
    patterns = [rule.tests for submission in after.submissions for rule in submission.rules if rule.tests]
    assert patterns
    assert all(globs.matches_at_or_above(pattern, f"secret/a-{'long' * 5}-00") for pattern in patterns)


def test_names_that_differ_in_case_only(tmp_path: Path) -> None:
    """Where folders become one, names in it differ in more than case, so that a zip of it is taken everywhere."""
    changes = {
        **{f"data/secret/{name}.in": "1 2\n" for name in ("g/a", "g-A")},
        **{f"data/secret/{name}.ans": "3\n" for name in ("g/a", "g-A")},
        "submissions/wrong_answer/Sol.py": "print(1)\n",
        "submissions/no_output/sol.py": "print(2)\n",
    }
    before = packages.loaded(tmp_path, changes)
    _, _, folder = packages.exported(before, tmp_path)
    zip_folder(folder, tmp_path / "twosums.zip")

    after = load(archive.unpack(tmp_path / "twosums.zip", tmp_path / "unpacked"))

    assert len(after.problem.testcases) == len(before.problem.testcases)
    assert len(after.submissions) == len(before.submissions)


def test_data_that_is_not_there_yet(tmp_path: Path) -> None:
    """A package whose tests have yet to be made is not exported by halves."""
    with pytest.raises(PackageError, match="has not been made yet"):
        export(polygons.loaded(tmp_path), tmp_path / "out")

    assert not (tmp_path / "out").exists()


def test_a_folder_with_something_in_it(tmp_path: Path) -> None:
    """Nothing is written over, or into what is there."""
    (tmp_path / "out").mkdir()
    (tmp_path / "out/mine").write_text("mine")
    with pytest.raises(PackageError, match="exists already"):
        export(packages.loaded(tmp_path), tmp_path / "out")

    assert (tmp_path / "out/mine").read_text() == "mine"


def test_attachments(tmp_path: Path) -> None:
    """Files for contestants come along."""
    before = packages.loaded(tmp_path, {"attachments/tool.py": "print()\n"})
    after, _, _ = packages.exported(before, tmp_path)

    assert dict(after.attachments) == {"tool.py": Blob.of(b"print()\n")}


def test_zips(tmp_path: Path) -> None:
    """The zip holds the folder, is the same each time, and keeps what is executable so."""
    package = polygons.loaded(tmp_path, polygons.ANSWERS)
    folder = tmp_path / "out" / "double"
    export(package, folder)
    zip_folder(folder, tmp_path / "a.zip")
    zip_folder(folder, tmp_path / "b.zip")

    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        assert "double/problem.yaml" in archive.namelist()
        assert archive.getinfo("double/output_validator/build").external_attr >> 16 & 0o111


def test_names_that_differ_from_statements(tmp_path: Path) -> None:
    """The names are those of the languages that there is a statement in, as the format asks."""
    package = packages.loaded(tmp_path)
    after, notes, _ = packages.exported(replace(package, titles={"en": "Two Sums", "sv": "Två summor"}), tmp_path)

    assert dict(after.titles) == {"en": "Two Sums"}
    assert "the name in sv is left out: there is no statement in that language" in notes
