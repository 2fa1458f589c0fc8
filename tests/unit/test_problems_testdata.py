"""Finding test cases, in order, with their flags."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from judge.models import Blob
from problems import companions, testdata
from problems.package import load
from tests.packages import GOOD, complaints, loaded, write

CURRENT = (
    "problem_format_version: 2025-09\nname: x\nuuid: 6ec10bdc-0da5-4a3f-8d5e-bc0b2c8e3b71\nlimits: {time_limit: 1}\n"
)
VALIDATOR = {"output_validator/v.py": "raise SystemExit(42)\n"}
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

    @pytest.mark.parametrize("name", ["1.args", "1.yaml", "1.files/x"])
    def test_later_formats(self, tmp_path: Path, name: str) -> None:
        """Files of the later format would change a run there; here they are passed over, saying so."""
        (warning,) = loaded(tmp_path, {f"data/secret/{name}": "5"}).warnings

        assert warning.startswith(f"data/secret/{name.removesuffix('/x')}: ignored: it belongs to later formats")

    def test_group_files_of_other_formats(self, tmp_path: Path) -> None:
        """The two names for a group's file mean different rules; the wrong one is not read, which is said."""
        current = {"problem.yaml": CURRENT, "data/secret/testdata.yaml": "grader_flags: min\n"}

        assert loaded(tmp_path / "a", {"data/secret/test_group.yaml": "max_score: 5\n"}).warnings == (
            "data/secret/test_group.yaml: not read: in the format legacy this file is testdata.yaml",
        )
        assert loaded(tmp_path / "b", dict(current)).warnings == (
            "data/secret/testdata.yaml: not read: in the format 2025-09 this file is test_group.yaml",
        )

    def test_incomplete_ones_on_request(self, tmp_path: Path) -> None:
        """Whoever asks for it gets a package without secret data, or without the cases that have no answer."""
        path = write(tmp_path, {"data/secret/1.ans": None})

        package = load(path, allow_incomplete=True)

        assert [case.name for case in package.problem.testcases] == ["sample/1"]
        assert package.warnings == (
            "data/secret/1.in: is not judged: has no answer: there is no 1.ans beside it",
            "data/secret: no test case; without secret data anything that passes the samples is accepted",
        )

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
            ("output_validator_flags: [a]\n", ":1: output_validator_flags: must be one text"),
            ("output_validator_flags: {validate: [a]}\n", ":1: output_validator_flags: must be one text"),
            ("input_validator_flags: [a]\n", ":1: input_validator_flags: must be one text"),
            ('output_validator_flags: "a\\0"\n', ":1: output_validator_flags: must be one text"),
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

    def test_with_blanks_in_quotes(self, tmp_path: Path) -> None:
        """Quotes hold words together, as DOMjudge has it; backslashes and lone apostrophes mean nothing."""
        package = loaded(
            tmp_path,
            {
                "problem.yaml": GOOD["problem.yaml"] + 'validation: custom\nvalidator_flags: --say "it\'s all"\n',
                "data/secret/testdata.yaml": "output_validator_flags: a\\n '' \"two words\"\n"
                "input_validator_flags: don't stop\n",
                "output_validators/validate.py": "raise SystemExit(42)\n",
            },
        )
        testcase = package.problem.testcases[1]

        assert testcase.checker_flags == ("--say", "it's all", "a\\n", "", "two words")
        assert package.input_flags[testcase.name] == {"": ("don't", "stop")}

    def test_unknown_keys(self, tmp_path: Path) -> None:
        """A misspelt key is worth a warning."""
        assert loaded(tmp_path, {"data/secret/testdata.yaml": "output_flags: x\n"}).warnings == (
            "data/secret/testdata.yaml:1: unknown key 'output_flags' is ignored",
        )

    def test_for_one_validator_of_several(self, tmp_path: Path) -> None:
        """A mapping gives flags to the validators it names, with or without extension, and none to others."""
        validators = {f"output_validators/{name}.py": "raise SystemExit(42)\n" for name in ("a", "b")}
        yaml = {"problem.yaml": GOOD["problem.yaml"] + "validation: custom\nvalidator_flags: --all\n"}
        for number, flags in enumerate(("{name: b.py, flags: x y}", "{b: x y}")):
            package = loaded(
                tmp_path / str(number),
                {
                    **yaml,
                    **validators,
                    "data/testdata.yaml": "output_validator_flags: z\n",
                    "data/secret/testdata.yaml": f"output_validator_flags: {flags}\n",
                },
            )
            sample, secret = package.problem.testcases

            assert (sample.checker_flags, sample.named_flags) == (("--all", "z"), {})
            assert (secret.checker_flags, secret.named_flags) == (("--all",), {"b.py": ("x", "y")})

    @pytest.mark.parametrize(
        ("yaml", "flags"),
        [
            ("input_validator_flags: min=1 max=5\n", {"": ("min=1", "max=5")}),
            ("input_validator_flags: {name: v, flags: min=1}\n", {"v": ("min=1",)}),
            ("input_validator_flags: {v: min=1, w: }\n", {"v": ("min=1",), "w": ()}),
            ("", {"": ("around",)}),
        ],
    )
    def test_of_input_validators(self, tmp_path: Path, yaml: str, flags: dict[str, tuple[str, ...]]) -> None:
        """Flags for all input validators, or by name, are kept beside each test case."""
        changes = {"data/testdata.yaml": "input_validator_flags: around\n", "data/secret/testdata.yaml": yaml}

        assert loaded(tmp_path, dict(changes)).input_flags == {"sample/1": {"": ("around",)}, "secret/1": flags}


class TestCurrent:
    """The format 2025-09."""

    def test_arguments_and_inheritance(self, tmp_path: Path) -> None:
        """A test case's own file goes before its group's, that before the one around; each key for itself."""
        package = loaded(
            tmp_path,
            {
                **cases("secret/g/1", "secret/g/2", "secret/h/1"),
                **VALIDATOR,
                "data/secret/1.in": None,
                "data/secret/1.ans": None,
                "problem.yaml": CURRENT,
                "data/secret/test_group.yaml": "output_validator_args: [1E-6, 'a b']\nargs: [x]\n",
                "data/secret/g/test_group.yaml": "input_validator_args: [g]\noutput_validator_args: []\n",
                "data/secret/h/test_group.yaml": "",
                "data/secret/g/2.yaml": "args: [y, 'z z']\ninput_validator_args: {v: [1]}\nhint: think\n",
            },
        )
        found = {case.name: (case.checker_flags, case.args) for case in package.problem.testcases}

        assert found == {
            "sample/1": ((), ()),
            "secret/g/1": ((), ("x",)),
            "secret/g/2": ((), ("y", "z z")),
            "secret/h/1": (("1E-6", "a b"), ("x",)),
        }
        assert package.input_flags == {
            "sample/1": {},
            "secret/g/1": {"": ("g",)},
            "secret/g/2": {"v": ("1",)},
            "secret/h/1": {},
        }

    def test_files(self, tmp_path: Path) -> None:
        """What stands in a case's .files is handed to runs by its path there, and is no directory of test cases."""
        package = loaded(
            tmp_path,
            {
                "problem.yaml": CURRENT,
                "data/secret/1.files/table.txt": "7\n",
                "data/secret/1.files/sub/9.in": "9\n",
            },
        )
        case = package.problem.testcases[1]

        assert case.files == {"table.txt": Blob.of(b"7\n"), "sub/9.in": Blob.of(b"9\n")}
        assert package.files[Blob.of(b"9\n")].name == "9.in"
        assert len(package.problem.testcases) == 2

    def test_too_many_files(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """A test case with more files than a run is ever given is refused."""
        monkeypatch.setattr(companions, "MOST_FILES", 2)
        changes = {f"data/secret/1.files/{number}": "" for number in range(3)}

        assert complaints(tmp_path, {"problem.yaml": CURRENT, **changes}) == [
            "data/secret/1.files: more than 2 files for one test case"
        ]

    def test_args_files(self, tmp_path: Path) -> None:
        """Drafts had the words in a file of their own, quoted like a shell's."""
        package = loaded(tmp_path, {"problem.yaml": CURRENT, "data/secret/1.args": "a 'b c'\n"})

        assert package.problem.testcases[1].args == ("a", "b c")
        assert complaints(tmp_path / "b", {"problem.yaml": CURRENT, "data/secret/1.args": "'"}) == [
            "data/secret/1.args: cannot be split into words: No closing quotation"
        ]

    @pytest.mark.parametrize(
        ("file", "yaml", "complaint"),
        [
            ("1.yaml", "arg: [x]\n", ":1: unknown key 'arg'"),
            ("1.yaml", "args: {x: y}\n", ":1: args: must be a list of"),
            ("1.yaml", "args: [[x]]\n", ":1: args: must be a list of"),
            ("1.yaml", "\nmax_score: 5\n", ":2: unknown key 'max_score'"),
            ("1.yaml", "output_validator_args: [odd]\n", ":1: output validator flags 'odd': unknown flag"),
            ("1.yaml", "- x\n", ":1: must be a mapping"),
            (
                "test_group.yaml",
                "output_validator_flags: x\n",
                ":1: unknown key 'output_validator_flags'; the format has",
            ),
            ("test_group.yaml", "grading: custom\n", ":1: unknown key 'grading'"),
            ("test_group.yaml", "output_validator_args: [odd]\n", ":1: output validator flags 'odd': unknown flag"),
        ],
    )
    def test_bad_configuration(self, tmp_path: Path, file: str, yaml: str, complaint: str) -> None:
        """What cannot be meant is refused with file and line."""
        (found,) = complaints(tmp_path, {"problem.yaml": CURRENT, f"data/secret/{file}": yaml})

        assert found.startswith(f"data/secret/{file}{complaint}")

    def test_order(self, tmp_path: Path) -> None:
        """The order is that of whole names: a slash comes after a dash and a dot, before digits and letters."""
        changes = cases("secret/a/z", "secret/a-b", "secret/a.b", "secret/a0")

        assert names(tmp_path, {"problem.yaml": CURRENT, **changes}) == [
            *("sample/1", "secret/1", "secret/a-b", "secret/a.b", "secret/a/z", "secret/a0")
        ]

    def test_a_case_and_a_directory(self, tmp_path: Path) -> None:
        """A test case and a directory of the same name beside each other are refused, as names would be unclear."""
        assert complaints(tmp_path, {"problem.yaml": CURRENT, **cases("secret/1/2")}) == [
            "data/secret/1: has the name of the test case 1.in beside it; rename one"
        ]

    def test_files_without_a_case(self, tmp_path: Path) -> None:
        """Where there is no input there is no test case, and what else has its name is of no use."""
        changes = {f"data/secret/2.{extension}": "" for extension in ("ans", "yaml", "out", "args")}

        assert loaded(tmp_path, {"problem.yaml": CURRENT, **changes}).warnings == tuple(
            f"data/secret/2.{extension}: ignored: there is no 2.in beside it"
            for extension in ("ans", "args", "out", "yaml")
        )
