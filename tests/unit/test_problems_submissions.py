"""Finding jury submissions, and what they are expected to get."""

from __future__ import annotations

from pathlib import Path

import pytest

from judge.models import KIB, SourceFile
from judge.verdicts import Verdict
from problems import programs, submissions
from problems.submissions import JurySubmission
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
            ("wrong_answer", [Verdict.WA]),
            ("time_limit_exceeded", [Verdict.TLE]),
            ("run_time_error", [Verdict.RTE, Verdict.MLE]),
            ("runtime_error", [Verdict.RTE, Verdict.MLE]),
            ("memory_limit_exceeded", [Verdict.MLE]),
            ("output_limit_exceeded", [Verdict.OLE]),
            ("output_limit", [Verdict.OLE]),
            ("compiler_error", [Verdict.CE]),
            ("no_output", [Verdict.WA]),
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
            ("WRONG-ANSWER", [Verdict.WA]),
            ("wrong_answer, TIMELIMIT", [Verdict.WA, Verdict.TLE]),
            ("CORRECT,TIME_LIMIT_EXCEEDED", [Verdict.AC, Verdict.TLE]),
            ("RUN-ERROR */", [Verdict.RTE, Verdict.MLE]),
            (" no-output , Compiler-Error\r", [Verdict.WA, Verdict.CE]),
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
        assert submission.expected == (Verdict.WA,)
        assert "contradicts the folder wrong_answer" in warnings[0]

    def test_two(self, tmp_path: Path) -> None:
        """Two tags are an error: nobody could say which one counts."""
        content = "// @EXPECTED_RESULTS@: CORRECT\n// @EXPECTED_RESULTS@: TIMELIMIT\n"

        assert "more than one @EXPECTED_RESULTS@" in complaints(tmp_path, {"submissions/mixed/x.c": content})[0]


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
        assert source.language == "cpp20"
        assert source.files == (
            SourceFile(name="main.cpp", content=b"a"),
            SourceFile(name="part.cc", content=b"b"),
            SourceFile(name="part.h", content=b"c"),
            SourceFile(name="tool.py", content=b"d"),
        )

    @pytest.mark.parametrize(
        ("name", "language"),
        [
            ("x.c", "c"),
            ("x.C", "cpp20"),
            ("x.c++", "cpp20"),
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
            ("submissions/accepted/x.kt", "ignored: no file is in a language of this judge"),
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
