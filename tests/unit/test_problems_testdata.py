"""Finding test cases, in order, with their flags."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from problems import testdata
from tests.packages import GOOD, complaints, loaded

TOLERANT = "name: x\nlimits: {time_limit: 1}\nvalidator_flags: case_sensitive\n"


def cases(*names: str) -> dict[str, str | bytes | None]:
    """Files of test cases of these names."""
    return {f"data/{name}.{extension}": "1\n" for name in names for extension in ("in", "ans")}


def names(folder: Path, changes: dict[str, str | bytes | None]) -> list[str]:
    return [case.name for case in loaded(folder, changes).problem.testcases]


class TestOrder:
    def test_groups_and_cases_by_name(self, tmp_path: Path) -> None:
        """Samples first; then groups among the cases beside them, all by name without extension, byte by byte."""
        changes = cases("secret/10", "secret/2", "secret/1-a", "secret/1b/x", "secret/1b/a/z", "secret/B", "secret/Z/1")

        assert names(tmp_path, changes) == [
            *("sample/1", "secret/1", "secret/1-a", "secret/10", "secret/1b/a/z", "secret/1b/x", "secret/2"),
            *("secret/B", "secret/Z/1"),
        ]

    @settings(max_examples=50, deadline=None)
    @given(
        some=st.lists(st.from_regex(r"[a-c0-2_][a-c0-2._-]{0,3}", fullmatch=True), min_size=1, max_size=8, unique=True)
    )
    def test_is_that_of_bytes(self, tmp_path_factory: pytest.TempPathFactory, some: list[str]) -> None:
        """The names of one group come sorted as bytes are, whatever stands in them."""
        changes: dict[str, str | bytes | None] = {"data/secret/1.in": None, "data/secret/1.ans": None}
        changes.update(cases(*(f"secret/{name}" for name in some)))

        found = names(tmp_path_factory.mktemp("order"), changes)

        assert found == ["sample/1", *(f"secret/{name}" for name in sorted(some, key=str.encode))]

    def test_other_folders_are_not_judged(self, tmp_path: Path) -> None:
        """Only sample and secret hold test cases to judge."""
        changes = cases("invalid_input/1", "valid_output/2", "bad/3", "4")

        assert names(tmp_path, changes) == ["sample/1", "secret/1"]


class TestPairs:
    def test_an_input_without_answer(self, tmp_path: Path) -> None:
        """An input nobody can be judged on is an error, and the only one."""
        assert complaints(tmp_path, {"data/secret/1.ans": None}) == [
            "data/secret/1.in: has no answer: there is no 1.ans beside it"
        ]

    def test_an_answer_without_input(self, tmp_path: Path) -> None:
        """An answer without input is skipped with a warning: archives that drop large files leave such."""
        package = loaded(tmp_path, {"data/secret/2.ans": "1"})

        assert package.warnings == ("data/secret/2.ans: ignored: there is no 2.in beside it",)

    def test_no_secret_data(self, tmp_path: Path) -> None:
        """A package with samples only must not accept everything that passes them."""
        (complaint,) = complaints(tmp_path, {"data/secret/1.in": None, "data/secret/1.ans": None})

        assert complaint.startswith("data/secret: no test case")

    def test_empty_and_binary_files(self, tmp_path: Path) -> None:
        """Test data are bytes: empty, not text, without a last newline, with carriage returns: taken as they are."""
        package = loaded(tmp_path, {"data/secret/1.in": b"", "data/secret/1.ans": b"\xff\r\n \0"})

        case = package.problem.testcases[1]
        assert (case.input.size, package.files[case.answer].read_bytes()) == (0, b"\xff\r\n \0")

    def test_files_for_readers(self, tmp_path: Path) -> None:
        """Files that only people look at are passed over in silence, and anything else with a warning."""
        silent = ("1.desc", "1.hint", "1.png", "1.in.statement", "2.interaction", ".gitkeep")
        changes: dict[str, str | bytes | None] = {f"data/secret/{name}": "" for name in silent}
        package = loaded(tmp_path, {**changes, "data/secret/2.out": ""})

        assert package.warnings == ("data/secret/2.out: ignored: neither .in nor .ans",)

    @pytest.mark.parametrize("name", ["1.args", "1.yaml", "test_group.yaml", "1.files/x"])
    def test_later_formats(self, tmp_path: Path, name: str) -> None:
        """Files of the later format that would change a run are refused, not passed over."""
        (complaint,) = complaints(tmp_path, {f"data/secret/{name}": "5"})

        assert "belongs to the format 2025-09" in complaint

    def test_too_many(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """A package with more cases than anybody waits for is refused."""
        monkeypatch.setattr(testdata, "MOST_TESTCASES", 3)

        assert complaints(tmp_path, cases(*(f"secret/{number}" for number in range(9)))) == [
            "data: more than 3 test cases"
        ]


class TestFlags:
    def test_are_inherited(self, tmp_path: Path) -> None:
        """A group's flags replace those of the groups around it, and always follow the problem's own."""
        package = loaded(
            tmp_path,
            {
                **cases("secret/a/1", "secret/a/b/1", "secret/c/1"),
                "problem.yaml": TOLERANT,
                "data/testdata.yaml": "output_validator_flags: float_tolerance 1e-1\n",
                "data/secret/testdata.yaml": "on_reject: continue\n",
                "data/secret/a/testdata.yaml": "output_validator_flags: float_tolerance 1e-2\n",
                "data/secret/a/b/testdata.yaml": "output_validator_flags: ''\n",
                "data/secret/c/testdata.yaml": "output_validator_flags:\n",
            },
        )

        assert package.warnings == ()
        assert {case.name: case.checker_flags for case in package.problem.testcases} == {
            "sample/1": ("case_sensitive", "float_tolerance", "1e-1"),
            "secret/1": ("case_sensitive", "float_tolerance", "1e-1"),
            "secret/a/1": ("case_sensitive", "float_tolerance", "1e-2"),
            "secret/a/b/1": ("case_sensitive",),
            "secret/c/1": ("case_sensitive", "float_tolerance", "1e-1"),
        }

    @pytest.mark.parametrize(
        ("yaml", "complaint"),
        [
            ("output_validator_flags: case_sensitive\n", ":1: output validator flags 'case_sensitive case_sensitive':"),
            ("\noutput_validator_flags: 1e-6\n", ":2: output validator flags 'case_sensitive 1e-6': unknown flag"),
            ("output_validator_flags: {validate: x}\n", ":1: output_validator_flags: must be one text"),
            ("output_validator_flags: [a]\n", ":1: output_validator_flags: must be one text"),
            ("grading: custom\n", ":1: graders are for scoring problems"),
            ("grader_flags: sum accept_if_any_accepted\n", ":1: grader flag accept_if_any_accepted is for scoring"),
            ("[1, 2", ":1: not YAML"),
        ],
    )
    def test_bad_ones(self, tmp_path: Path, yaml: str, complaint: str) -> None:
        """Flags that the checker would trip over, and rules that would judge otherwise, are found now."""
        (found,) = complaints(tmp_path, {"problem.yaml": TOLERANT, "data/secret/testdata.yaml": yaml})

        assert found.startswith("data/secret/testdata.yaml" + complaint)

    def test_of_a_program_are_its_own(self, tmp_path: Path) -> None:
        """Nobody but the package's own validator knows what its flags mean."""
        package = loaded(
            tmp_path,
            {
                "problem.yaml": GOOD["problem.yaml"] + "validation: custom\nvalidator_flags: --strict\n",
                "data/secret/testdata.yaml": "output_validator_flags: small 1E-6\n",
                "output_validators/validate.py": "raise SystemExit(42)\n",
            },
        )

        assert package.problem.testcases[1].checker_flags == ("--strict", "small", "1E-6")

    def test_unknown_keys(self, tmp_path: Path) -> None:
        """A misspelt key is worth a warning."""
        assert loaded(tmp_path, {"data/secret/testdata.yaml": "output_flags: x\n"}).warnings == (
            "data/secret/testdata.yaml:1: unknown key 'output_flags' is ignored",
        )
