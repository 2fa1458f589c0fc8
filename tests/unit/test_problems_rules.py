"""Reading submissions.yaml, and what it says of submissions."""

from __future__ import annotations

from pathlib import Path

import pytest

from judge.verdicts import Verdict
from problems.expectations import Expectation
from problems.findings import Findings
from problems.rules import Rules, finals, read
from problems.submissions import JurySubmission
from problems.tree import Tree
from tests.packages import GOOD, complaints, loaded

AC, WA, TLE, RTE = Verdict.AC, Verdict.WA, Verdict.TLE, Verdict.RTE
MLE, OLE = Verdict.MLE, Verdict.OLE
FILE = "submissions/submissions.yaml"
NEW = {
    "problem.yaml": "problem_format_version: 2025-09\nname: Two Sums\nuuid: 1f6b0ab7-8b55-4b2a-9f39-7d7a5d7d1b7a\n"
    "limits:\n  time_limit: 1.5\n",
    "problem_statement/problem.en.md": None,
    "statement/problem.en.md": GOOD["problem_statement/problem.en.md"],
    "input_validators/check.py": "import sys\nsys.exit(42)\n",
}


def rules(folder: Path, yaml: str, *, form: str = "2025-09") -> tuple[Rules, Findings]:
    (folder / "submissions").mkdir()
    (folder / FILE).write_text(yaml)
    findings = Findings()
    return read(Tree(folder, findings), findings, form=form), findings


def rules_of(folder: Path, yaml: str, path: str, *, form: str = "2025-09") -> list[Expectation]:
    """The rules for the submission at that path; the file must be in order."""
    found, findings = rules(folder, yaml, form=form)
    said = found.of(path)

    assert (findings.errors, findings.warnings) == ([], [])
    return list(said.rules)


def expectation(
    permitted: str = "", required: str = "", *, tests: str = "", use: str = "", message: str | None = None
) -> Expectation:
    """An expectation with verdicts written as words."""
    sets = [frozenset(map(Verdict, words.split())) if words else None for words in (permitted, required)]
    return Expectation(
        tests=tests,
        permitted=sets[0],
        required=sets[1],
        use_for_time_limit=use,  # type: ignore[arg-type]
        message=message,
    )


class TestDefaults:
    @pytest.mark.parametrize(
        ("folder", "rule", "expected"),
        [
            ("accepted", expectation("AC", use="lower"), [AC]),
            ("rejected", expectation("", "RTE TLE WA"), [WA, OLE, TLE, RTE, MLE]),
            ("wrong_answer", expectation("AC WA", "WA", use="lower"), [WA, OLE]),
            ("time_limit_exceeded", expectation("AC TLE", "TLE", use="upper"), [TLE]),
            ("run_time_error", expectation("AC RTE", "RTE", use="lower"), [RTE, MLE]),
            ("brute_force", expectation("AC RTE TLE", "RTE TLE"), [TLE, RTE, MLE]),
        ],
    )
    def test_of_the_format(self, tmp_path: Path, folder: str, rule: Expectation, expected: list[Verdict]) -> None:
        """Each folder of the format has its rule, without any file."""
        (submission,) = _new(tmp_path, {f"submissions/{folder}/x.c": ""}, f"submissions/{folder}/x.c")

        assert submission.rules == (rule,)
        assert submission.expected == tuple(expected)
        assert submission.use_for_time_limit == rule.use_for_time_limit
        assert submission.needs_all_tests

    @pytest.mark.parametrize("form", ["legacy", "2023-07-draft"])
    def test_not_of_formats_before(self, tmp_path: Path, form: str) -> None:
        """Before there was the file, a folder said something of the final verdict only."""
        found = read(Tree(tmp_path, Findings()), Findings(), form=form)

        assert found.of("accepted/x.c").rules == ()

    def test_of_a_draft_with_the_file(self, tmp_path: Path) -> None:
        """A package of the draft that has the file was written for its rules."""
        assert rules_of(tmp_path, "", "accepted/x.c", form="2023-07-draft") == [expectation("AC", use="lower")]

    def test_are_replaced_key_by_key(self, tmp_path: Path) -> None:
        """A key of the folder's name replaces what it gives, and the rest stays."""
        assert rules_of(tmp_path, "time_limit_exceeded:\n  permitted: [AC, WA, TLE]\n", "time_limit_exceeded/x.c") == [
            expectation("AC WA TLE", "TLE", use="upper")
        ]

    def test_are_added_to(self, tmp_path: Path) -> None:
        """A pattern that matches what is in the folder adds a rule to that of the folder."""
        assert rules_of(tmp_path, "accepted/*:\n  message: yes!\n", "accepted/x.c") == [
            expectation(message="yes!"),
            expectation("AC", use="lower"),
        ]

    def test_stay_where_other_keys_are_given(self, tmp_path: Path) -> None:
        """A key of the folder's name that is about something else leaves its rule alone."""
        assert rules_of(tmp_path, "accepted:\n  authors: Ann\n", "accepted/x.c") == [expectation("AC", use="lower")]


class TestReading:
    @pytest.mark.parametrize(
        ("yaml", "expected"),
        [
            ("x:\n", []),
            ("x: {permitted: [AC, WA]}\n", [expectation("AC WA", use="lower")]),
            ("x: {permitted: AC}\n", [expectation("AC", use="lower")]),
            ("x: {required: [TLE]}\n", [expectation("", "TLE", use="upper")]),
            ("x: {required: [TLE, RTE]}\n", [expectation("", "TLE RTE")]),
            ("x: {permitted: [AC, TLE], required: [AC]}\n", [expectation("AC TLE", "AC")]),
            ("x: {score: 30}\n", [Expectation(score=(30, 30))]),
            ("x: {score: [0, 1e2]}\n", [Expectation(score=(0, 100))]),
            ("x: {message: 'Case'}\n", [expectation(message="Case")]),
            ("x: {permitted: [AC], use_for_time_limit: false}\n", [expectation("AC")]),
            ("x: {permitted: [AC], use_for_time_limit: true}\n", [expectation("AC", use="lower")]),
            ("x: {use_for_time_limit: lower}\n", [Expectation(), expectation("AC WA RTE", use="lower")]),
            ("x: {use_for_time_limit: upper}\n", [Expectation(), expectation("", "TLE", use="upper")]),
            (
                "x:\n  sample: {permitted: [AC]}\n  secret/*-hard: {permitted: [AC, TLE], required: [TLE]}\n",
                [
                    expectation("AC", tests="sample", use="lower"),
                    expectation("AC TLE", "TLE", tests="secret/*-hard", use="upper"),
                ],
            ),
            (
                "x:\n  required: [WA]\n  secret/a: {score: 5, use_for_time_limit: lower}\n",
                [
                    expectation("", "WA"),
                    Expectation(tests="secret/a", score=(5, 5)),
                    expectation("AC WA RTE", tests="secret/a", use="lower"),
                ],
            ),
            ("x:\n  language: cpp\n  entrypoint: main.py\n  authors: [Ann, {name: Bob}]\n  model_solution: true\n", []),
        ],
    )
    def test_values(self, tmp_path: Path, yaml: str, expected: list[Expectation]) -> None:
        """Every key that makes a rule, for all test cases and for some."""
        assert rules_of(tmp_path, yaml, "x/y.c") == expected

    def test_all_that_match(self, tmp_path: Path) -> None:
        """Patterns match the submission or its folder, by whole paths, and each that does adds its rule."""
        yaml = (
            "x: {required: [WA]}\n'{x,y}/a.*': {message: m}\n'*/b.py': {message: other}\na.py: {message: other}\n"
            "y/a.py: {message: other}\n'*': {score: 1}\n"
        )

        assert rules(tmp_path, yaml)[0].of("x/a.py").rules == (
            expectation("", "WA"),
            expectation(message="m"),
            Expectation(score=(1, 1)),
        )

    def test_language_and_entry_point(self, tmp_path: Path) -> None:
        """The last pattern that says them counts."""
        found, _ = rules(tmp_path, "x: {language: c, entrypoint: a}\nx/*: {language: cpp}\n")
        said = found.of("x/y")

        assert (said.language, said.entry_point) == ("cpp", "a")

    def test_patterns_for_nothing(self, tmp_path: Path) -> None:
        """A pattern that is about no submission is most likely mistyped."""
        found, _ = rules(tmp_path, "x/a: {score: 1}\nx/b: {score: 1}\naccepted: {score: 1}\n")
        found.of("x/b")

        assert found.unused() == ["x/a"]

    @pytest.mark.parametrize(
        ("yaml", "text"),
        [
            ("x: [AC]\n", "1: 'x': must be a mapping of keys to values"),
            ("x:\n  permitted: [AC, XX]\n", "2: x: permitted: 'XX' is none of the verdicts AC, WA, TLE and RTE"),
            ("x:\n  required: []\n", "2: x: required: must be a list of verdicts, such as [AC, WA]"),
            ("x:\n  required: {AC: 1}\n", "2: x: required: must be a list of verdicts, such as [AC, WA]"),
            ("x:\n  score: much\n", "2: x: score: must be a number, or a list of two"),
            ("x:\n  score: [1, 2, 3]\n", "2: x: score: must be a number, or a list of two"),
            ("x:\n  score: [2, 1]\n", "2: x: score: the first of the two numbers must not be the larger one"),
            ("x:\n  score: nan\n", "2: x: score: the first of the two numbers must not be the larger one"),
            ("x:\n  message: [a]\n", "2: x: message: must be a text"),
            ("x:\n  use_for_time_limit: maybe\n", "2: x: use_for_time_limit: must be lower, upper, or false"),
            (
                "x:\n  a:\n    use_for_time_limit: []\n",
                "3: x: a: use_for_time_limit: must be lower, upper, or false",
            ),
        ],
    )
    def test_errors(self, tmp_path: Path, yaml: str, text: str) -> None:
        """What cannot be understood is an error with its line: a rule that is not checked is worse than none."""
        _, findings = rules(tmp_path, yaml)

        assert findings.errors == [f"{FILE}:{text}"]

    @pytest.mark.parametrize(
        ("yaml", "text"),
        [
            ("x:\n  permited: [AC]\n", "2: 'x': unknown key 'permited' is ignored"),
            ("x:\n  sample: {permited: [AC]}\n", "2: 'x': unknown key 'permited' for 'sample' is ignored"),
            ("x:\n  sample: {language: c}\n", "2: 'x': unknown key 'language' for 'sample' is ignored"),
        ],
    )
    def test_unknown_keys(self, tmp_path: Path, yaml: str, text: str) -> None:
        """Keys of other tools do not make a package unusable, but a mistyped one must not go unnoticed."""
        _, findings = rules(tmp_path, yaml)

        assert (findings.errors, findings.warnings) == ([], [f"{FILE}:{text}"])

    @pytest.mark.parametrize("yaml", ["a: {}\nb: {}\nc: {}\n", "a: {a: {score: 1}, b: {score: 1}, c: {score: 1}}\n"])
    def test_too_many(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, yaml: str) -> None:
        """Each rule is held against each run, so their number is bounded, too."""
        monkeypatch.setattr("problems.rules.MOST_PATTERNS", 2)
        _, findings = rules(tmp_path, yaml)

        assert findings.errors == [f"{FILE}: more than 2 patterns for submissions or test cases"]

    def test_wildcards_of_other_tools(self, tmp_path: Path) -> None:
        """Who writes them expects something else than they mean here."""
        _, findings = rules(tmp_path, "x/**: {score: 1}\nx/[ab]: {score: 1}\n")

        assert findings.warnings == [
            f"{FILE}:1: 'x/**': ** is not special in these patterns",
            f"{FILE}:2: 'x/[ab]': [ is not special in these patterns",
        ]


class TestFinals:
    @pytest.mark.parametrize(
        ("found", "expected"),
        [
            ([expectation("AC WA")], [AC, WA, OLE]),
            ([expectation("AC WA TLE", "TLE")], [TLE, WA, OLE]),
            ([expectation("AC WA"), expectation("AC TLE")], [AC]),
            ([expectation("AC", tests="sample"), expectation("", "TLE", tests="secret")], [TLE, WA, OLE, RTE, MLE]),
            ([Expectation(score=(1, 2))], [AC, WA, OLE, TLE, RTE, MLE]),
            ([expectation("AC"), expectation("", "WA")], []),
        ],
    )
    def test_verdicts_that_rules_allow(self, found: list[Expectation], expected: list[Verdict]) -> None:
        """What is required somewhere is likeliest; being accepted is out once something must fail."""
        assert finals(tuple(found)) == tuple(expected)


class TestSubmissions:
    def test_language_and_entry_point(self, tmp_path: Path) -> None:
        """They are the file's where it says them."""
        files = {
            "submissions/accepted/x/a.py": "",
            "submissions/accepted/x/start.py": "",
            "submissions/accepted/y.txt": "",
            FILE: "accepted/x: {entrypoint: start.py}\naccepted/y.txt: {language: cpp17}\n",
        }
        found = _new(tmp_path, files, "submissions/accepted/x", "submissions/accepted/y.txt")

        assert [item.source.language for item in found] == ["python3", "cpp17"]
        assert [item.source.entry_point for item in found] == ["start.py", ""]

    def test_entry_point_among_files_to_include(self, tmp_path: Path) -> None:
        """The driver that is laid over the submission may be what starts it."""
        files = {
            "include/python3/main.py": "",
            "submissions/accepted/x.py": "",
            FILE: "accepted/x.py: {entrypoint: main.py}\n",
        }
        (found,) = _new(tmp_path, files, "submissions/accepted/x.py")

        assert found.source.entry_point == "main.py"

    @pytest.mark.parametrize(
        ("file", "entry_point", "expected"),
        [
            ("x.py", "--help", ""),
            ("x.py", "../../etc/passwd", ""),
            ("X.java", "team.one.Main", "team.one.Main"),
            ("X.java", "-jar", ""),
            ("X.java", "X.java", "X.java"),
        ],
    )
    def test_entry_points_of_nobody(self, tmp_path: Path, file: str, entry_point: str, expected: str) -> None:
        """An entry point becomes part of a command line, so that it is one of the files or a class."""
        path = f"submissions/accepted/{file}"
        (found,) = _new(tmp_path, {path: "", FILE: f"accepted/{file}: {{entrypoint: '{entry_point}'}}\n"}, path)

        assert found.source.entry_point == expected

    def test_unknown_languages(self, tmp_path: Path) -> None:
        """A submission in a language that this judge has not is left out, with a warning."""
        files = {"submissions/accepted/x.c": "", FILE: "accepted/x.c: {language: zig}\n"}
        package = loaded(tmp_path, {**NEW, **files})

        codes = "c, cpp, java, python3, javascript"
        warning = f"submissions/accepted/x.c: ignored: this judge has no language 'zig'; it has {codes}"
        assert warning in package.warnings
        assert [item.path for item in package.submissions] == ["submissions/accepted/sum.py"]

    def test_contradictions(self, tmp_path: Path) -> None:
        """Rules that no verdict can satisfy are pointed out; the problem can be judged all the same."""
        package = loaded(tmp_path, {**NEW, FILE: "accepted/*: {required: [WA]}\n"})

        assert package.submissions[0].expected == ()
        assert f"submissions/accepted/sum.py: {FILE} contradicts itself: no verdict is permitted" in package.warnings

    def test_folders_without_rules(self, tmp_path: Path) -> None:
        """A folder that the format does not know still means what it says elsewhere, and tags count in it."""
        files = {
            "submissions/slow_accepted/x.c": "",
            "submissions/mixed/x.c": "// @EXPECTED_RESULTS@: TIMELIMIT, CORRECT",
        }
        found = _new(tmp_path, files, *files)

        assert [(item.expected, item.rules) for item in found] == [((AC,), ()), ((TLE, AC), ())]

    def test_more_patterns_than_anybody_needs(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Patterns and submissions together are bounded, so that reading a hostile package ends."""
        monkeypatch.setattr("problems.rules._MOST_COMPARED_CHARS", 50)
        found = complaints(tmp_path, {**NEW, FILE: "'*x*x*x*x*x*x*x*x*x*x*x*x*x*x*x*x*x*x*x*': {score: 1}\n"})

        assert found == [f"{FILE}: too many patterns for so many submissions"]

    def test_the_file_is_no_submission(self, tmp_path: Path) -> None:
        """Only other files directly in submissions/ are mentioned."""
        package = loaded(tmp_path, {**NEW, FILE: "accepted: {model_solution: true}\n"})

        assert not [warning for warning in package.warnings if "submissions" in warning]


def _new(folder: Path, files: dict[str, str], *paths: str) -> list[JurySubmission]:
    """The submissions at those paths of a package of the format 2025-09."""
    package = loaded(folder, {**NEW, **files})
    by_path = {item.path: item for item in package.submissions}
    return [by_path[path] for path in paths]
