"""Finding jury submissions, and what they are expected to get."""

from __future__ import annotations

from pathlib import Path

import pytest

from judge.models import KIB, SourceFile
from judge.verdicts import Verdict
from problems import programs, submissions
from problems.findings import Findings
from problems.submissions import JurySubmission
from problems.tree import Tree
from tests.packages import complaints, loaded


def found(folder: Path, path: str, content: str | bytes = "") -> tuple[JurySubmission | None, tuple[str, ...]]:
    """The submission at a path, and the warnings."""
    package = loaded(folder, {path: content})
    return next((item for item in package.submissions if item.path == path), None), package.warnings


class TestFolders:
    @pytest.mark.parametrize(
        ("folder", "expected"),
        [
            ("accepted", [Verdict.AC]),
            ("wrong_answer", [Verdict.WA, Verdict.OLE]),
            ("time_limit_exceeded", [Verdict.TLE]),
            ("run_time_error", [Verdict.RTE, Verdict.MLE]),
            ("runtime_error", [Verdict.RTE, Verdict.MLE]),
            ("memory_limit_exceeded", [Verdict.MLE, Verdict.RTE]),
            ("output_limit_exceeded", [Verdict.OLE, Verdict.WA]),
            ("output_limit", [Verdict.OLE, Verdict.WA]),
            ("compiler_error", [Verdict.CE]),
            ("no_output", [Verdict.WA, Verdict.OLE]),
            ("slow_accepted", [Verdict.AC]),
            ("partially_accepted", [Verdict.AC, Verdict.WA, Verdict.TLE, Verdict.RTE, Verdict.MLE, Verdict.OLE]),
            ("brute_force", [Verdict.TLE, Verdict.RTE, Verdict.MLE]),
            ("rejected", [Verdict.WA, Verdict.TLE, Verdict.RTE, Verdict.MLE, Verdict.OLE]),
        ],
    )
    def test_say_what_is_expected(self, tmp_path: Path, folder: str, expected: list[Verdict]) -> None:
        """Each folder of the format, and those that other judges added, means its verdict."""
        submission, warnings = found(tmp_path, f"submissions/{folder}/x.c")

        assert submission is not None
        assert (list(submission.expected), warnings) == (expected, ())

    def test_unknown_folder(self, tmp_path: Path) -> None:
        """Where nobody says what is expected, nothing is, with a warning."""
        submission, warnings = found(tmp_path, "submissions/mixed/x.c")

        assert submission is not None
        assert submission.expected == ()
        assert warnings == (
            "submissions/mixed/x.c: nothing says what it should get: neither the folder mixed nor @EXPECTED_RESULTS@",
        )

    def test_no_accepted_one(self, tmp_path: Path) -> None:
        """A problem that nobody is shown to solve is worth a warning."""
        assert loaded(tmp_path, {"submissions/accepted/sum.py": None}).warnings == (
            "submissions/accepted: no accepted submission: nothing shows that the problem can be solved",
        )


class TestTags:
    @pytest.mark.parametrize(
        ("tag", "expected"),
        [
            ("WRONG-ANSWER", [Verdict.WA, Verdict.OLE]),
            ("wrong_answer, TIMELIMIT", [Verdict.WA, Verdict.OLE, Verdict.TLE]),
            ("CORRECT,TIME_LIMIT_EXCEEDED", [Verdict.AC, Verdict.TLE]),
            ("RUN-ERROR */", [Verdict.RTE, Verdict.MLE]),
            (" no-output , Compiler-Error\r", [Verdict.WA, Verdict.OLE, Verdict.CE]),
        ],
    )
    def test_words(self, tmp_path: Path, tag: str, expected: list[Verdict]) -> None:
        """Both judges' spellings count, in any case, in the order given."""
        submission, warnings = found(tmp_path, "submissions/mixed/x.c", f"/* @EXPECTED_RESULTS@: {tag}\n*/")

        assert submission is not None
        assert (list(submission.expected), warnings) == (expected, ())

    def test_that_name_no_verdict(self, tmp_path: Path) -> None:
        """A word that is no verdict is passed over with a warning."""
        submission, warnings = found(tmp_path, "submissions/x/x.c", "// @EXPECTED_RESULTS@: CHECK-MANUALLY, CORRECT")

        assert submission is not None
        assert submission.expected == (Verdict.AC,)
        assert warnings == ("submissions/x/x.c: @EXPECTED_RESULTS@: 'CHECK-MANUALLY' names no verdict",)

    def test_the_folder_wins(self, tmp_path: Path) -> None:
        """A tag that contradicts its folder is pointed out."""
        submission, warnings = found(tmp_path, "submissions/wrong_answer/x.c", "// @EXPECTED_RESULTS@: TIMELIMIT")

        assert submission is not None
        assert submission.expected == (Verdict.WA, Verdict.OLE)
        assert "contradicts the folder wrong_answer" in warnings[0]

    @pytest.mark.parametrize(("folder", "expected"), [("mixed", ()), ("accepted", (Verdict.AC,))])
    def test_two(self, tmp_path: Path, folder: str, expected: tuple[Verdict, ...]) -> None:
        """Of two tags nobody could say which one counts: none does, and the folder is left."""
        content = "// @EXPECTED_RESULTS@: CORRECT\n// @EXPECTED_RESULTS@: TIMELIMIT\n"
        submission, warnings = found(tmp_path, f"submissions/{folder}/x.c", content)

        assert submission is not None
        assert submission.expected == expected
        assert "more than one @EXPECTED_RESULTS@" in warnings[0]

    def test_the_same_twice(self, tmp_path: Path) -> None:
        """Two tags that say the same, as in two files of a submission, are as good as one."""
        content = "// @EXPECTED_RESULTS@: TIMELIMIT\n// @EXPECTED_RESULTS@:  TIMELIMIT \n"
        submission, warnings = found(tmp_path, "submissions/mixed/x.c", content)

        assert submission is not None
        assert (submission.expected, warnings) == ((Verdict.TLE,), ())

    def test_words_and_a_score(self, tmp_path: Path) -> None:
        """Verdicts and a score do not contradict each other."""
        content = "// @EXPECTED_RESULTS@: WRONG-ANSWER\n// @EXPECTED_SCORE@: 40\n"
        submission, warnings = found(tmp_path, "submissions/mixed/x.c", content)

        assert submission is not None
        assert (submission.expected, submission.score) == ((Verdict.WA, Verdict.OLE), (40.0, 40.0))
        assert warnings == ()


class TestSources:
    def test_a_folder_of_files(self, tmp_path: Path) -> None:
        """A folder is one submission of all its files, in the language most of them are in."""
        package = loaded(
            tmp_path,
            {
                "submissions/accepted/big/main.cpp": "a",
                "submissions/accepted/big/part.cc": "b",
                "submissions/accepted/big/part.h": "c",
                "submissions/accepted/big/tool.py": "d",
                "submissions/accepted/big/.directory": "e",
                "submissions/accepted/big/deeper/x.cpp": "f",
            },
        )

        source = package.submissions[0].source
        assert package.submissions[0].path == "submissions/accepted/big"
        assert source.language == "cpp23"
        assert source.files == (
            SourceFile(name="deeper/x.cpp", content=b"f"),
            SourceFile(name="main.cpp", content=b"a"),
            SourceFile(name="part.cc", content=b"b"),
            SourceFile(name="part.h", content=b"c"),
            SourceFile(name="tool.py", content=b"d"),
        )

    @pytest.mark.parametrize(
        ("name", "language"),
        [
            ("x.c", "c"),
            ("x.C", "cpp23"),
            ("x.c++", "cpp23"),
            ("X.java", "java"),
            ("x.py", "python3"),
            ("x.py3", "python3"),
        ],
    )
    def test_languages(self, tmp_path: Path, name: str, language: str) -> None:
        """The extension, in its case, tells the language."""
        submission, _ = found(tmp_path, f"submissions/accepted/{name}")

        assert submission is not None
        assert submission.source.language == language

    @pytest.mark.parametrize(
        ("path", "warning"),
        [
            ("submissions/accepted/x.nim", "ignored: it is written in Nim, which this judge does not have"),
            ("submissions/accepted/x.cpp.disabled", "ignored: no file is in a language of this judge"),
            ("submissions/accepted/author.txt", "ignored: no file is in a language of this judge"),
            ("submissions/accepted/with space.c", "ignored: the format forbids such names"),
            ("submissions/stray.c", "ignored: submissions stand in folders such as accepted/"),
            (f"submissions/accepted/{'x' * 130}.c", "ignored: the file name"),
        ],
    )
    def test_what_is_passed_over(self, tmp_path: Path, path: str, warning: str) -> None:
        """What is no submission for us does not spoil the package, but is mentioned."""
        submission, warnings = found(tmp_path, path)

        assert submission is None
        assert warnings[0].startswith(f"{path}: {warning}")

    def test_large_ones(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """A submission over the problem's limit is pointed out; one of megabytes is not even read."""
        submission, warnings = found(tmp_path / "a", "submissions/accepted/x.c", b" " * (128 * KIB + 1))
        assert submission is not None
        assert warnings == ("submissions/accepted/x.c: larger than the problem's limit of 131072 bytes of code",)
        monkeypatch.setattr(programs, "FILE_BYTES", 10 * KIB)
        assert found(tmp_path / "b", "submissions/accepted/x.c", b" " * (10 * KIB + 1)) == (
            None,
            ("submissions/accepted/x.c: ignored: x.c is larger than 10 KiB",),
        )

    def test_too_many(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Submissions are held in memory, so their number and their size together are bounded."""
        monkeypatch.setattr(submissions, "MOST_SUBMISSIONS", 1)
        assert complaints(tmp_path / "a", {"submissions/accepted/y.c": ""}) == [
            "submissions: more than 1 submissions, or more than 64 MiB of them"
        ]
        monkeypatch.setattr(submissions, "MOST_SUBMISSIONS", 9)
        monkeypatch.setattr(submissions, "TOTAL_BYTES", 5)
        assert len(complaints(tmp_path / "b", {"submissions/accepted/y.c": ""})) == 1


class TestScoresAndGrades:
    def test_a_score(self, tmp_path: Path) -> None:
        """A number is the score expected; then no verdict needs to be named."""
        submission, warnings = found(tmp_path, "submissions/mixed/x.c", "// @EXPECTED_SCORE@: 30.5")

        assert submission is not None
        assert (submission.score, submission.expected, warnings) == ((30.5, 30.5), (), ())

    @pytest.mark.parametrize("tag", ["@EXPECTED_SCORE@: WRONG-ANSWER", "@expected_results@: wrong_answer */"])
    def test_either_spelling(self, tmp_path: Path, tag: str) -> None:
        """Words are verdicts under both names of the tag."""
        submission, _ = found(tmp_path, "submissions/mixed/x.c", f"/* {tag}")

        assert submission is not None
        assert (submission.score, submission.expected) == (None, (Verdict.WA, Verdict.OLE))

    @pytest.mark.parametrize("number", ["nan", "inf", "1e999", "-infinity"])
    def test_numbers_that_are_none(self, tmp_path: Path, number: str) -> None:
        """A score is finite."""
        submission, warnings = found(tmp_path, "submissions/mixed/x.c", f"// @EXPECTED_SCORE@: {number}")

        assert submission is not None
        assert submission.score is None
        assert "names no verdict" in warnings[0]

    def test_partial(self, tmp_path: Path) -> None:
        """The folder means some points; a score says how many, and then that counts."""
        some, _ = found(tmp_path / "a", "submissions/partially_accepted/x.c")
        thirty, _ = found(tmp_path / "b", "submissions/partially_accepted/x.c", "// @EXPECTED_SCORE@: 30")

        assert some is not None and thirty is not None
        assert (some.is_partial, some.score) == (True, None)
        assert (thirty.is_partial, thirty.score) == (False, (30.0, 30.0))

    @pytest.mark.parametrize(
        ("text", "grades"),
        [
            ("// @EXPECTED_GRADES@ AC WA TLE RTE", [Verdict.AC, Verdict.WA, Verdict.TLE, Verdict.RTE]),
            ("# @EXPECTED_GRADES@: AC AC\r\n", [Verdict.AC, Verdict.AC]),
            ("/* @EXPECTED_GRADES@ WA,MLE */", [Verdict.WA, Verdict.MLE]),
        ],
    )
    def test_grades(self, tmp_path: Path, text: str, grades: list[Verdict]) -> None:
        """One verdict for each secret group, in order; to see them all, all test cases have to be run."""
        submission, warnings = found(tmp_path, "submissions/partially_accepted/x.c", text)

        assert submission is not None
        assert (list(submission.grades), submission.needs_all_tests, warnings) == (grades, True, ())

    def test_words_that_are_no_grades(self, tmp_path: Path) -> None:
        """What is no verdict ends the list, with a warning."""
        submission, warnings = found(tmp_path, "submissions/accepted/x.c", "// @EXPECTED_GRADES@ AC MAYBE WA")

        assert submission is not None
        assert submission.grades == (Verdict.AC,)
        assert warnings == ("submissions/accepted/x.c: @EXPECTED_GRADES@: 'MAYBE WA' names no verdict",)

    def test_vague_folders(self, tmp_path: Path) -> None:
        """A tag says more than a folder that means any failure."""
        submission, _ = found(tmp_path, "submissions/rejected/x.c", "// @EXPECTED_RESULTS@: TIMELIMIT")

        assert submission is not None
        assert submission.expected == (Verdict.TLE,)


class TestTimeLimit:
    @pytest.mark.parametrize(
        ("folder", "use"),
        [("accepted", "lower"), ("time_limit_exceeded", "upper"), ("slow_accepted", ""), ("wrong_answer", "")],
    )
    def test_use_of_folders(self, tmp_path: Path, folder: str, use: str) -> None:
        """Before 2025-09 only what is accepted, and what is too slow, says anything of the time limit."""
        submission, _ = found(tmp_path, f"submissions/{folder}/x.c")

        assert submission is not None
        assert submission.use_for_time_limit == use


class TestDomjudge:
    def test_its_own_list(self, tmp_path: Path) -> None:
        """Language and entry point come from the list beside the folder; paths of folders end in a slash there."""
        files = {
            "submissions.json": """{
                "submissions/accepted/x/": {"entry_point": "start.py", "langid": "py3", "team": "jury"},
                "submissions/accepted/y.cpp": {"langid": "cpp", "entry_point": "__auto__"},
                "submissions/accepted/sum.py": 7
            }""",
            "submissions/accepted/x/a.py": "",
            "submissions/accepted/x/start.py": "",
            "submissions/accepted/y.cpp": "",
        }
        package = loaded(tmp_path, files)
        sources = {item.path: item.source for item in package.submissions}

        assert package.warnings == ()
        assert sources["submissions/accepted/x"].entry_point == "start.py"
        assert (sources["submissions/accepted/y.cpp"].language, sources["submissions/accepted/y.cpp"].entry_point) == (
            "cpp23",
            "",
        )

    @pytest.mark.parametrize("content", ["no JSON", "[]", "[" * 100_000])
    def test_broken_ones(self, tmp_path: Path, content: str) -> None:
        """A list that cannot be read is mentioned, and the submissions count without it."""
        package = loaded(tmp_path, {"submissions.json": content})

        assert package.warnings[0].startswith("submissions.json: ignored: ")
        assert len(package.submissions) == 1


def test_answers_instead_of_programs(tmp_path: Path) -> None:
    """Where answers are submitted, a submission is its files, in no language that could be compiled."""
    path = tmp_path / "submissions" / "accepted" / "best"
    path.mkdir(parents=True)
    (path / "1.out").write_text("7")
    findings = Findings()
    (submission,) = submissions.read(Tree(tmp_path, findings), None, findings, is_submit_answer=True)

    assert submission.source.language == "answers"
    assert submission.source.files == (SourceFile(name="1.out", content=b"7"),)
    assert (findings.errors, findings.warnings) == ([], [])
