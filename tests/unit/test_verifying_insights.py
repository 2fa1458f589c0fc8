"""What all judgings together tell of the test data."""

from __future__ import annotations

from judge.models import Blob, CheckerSpec, Compilation, Judged, Limits, Problem, Run, Source, SourceFile, Testcase
from judge.verdicts import Verdict
from judge.verifying.insights import duplicates, insights, is_meant_to_fail
from judge.verifying.report import SubmissionReport
from problems.submissions import JurySubmission

AC, WA, TLE, CE = Verdict.AC, Verdict.WA, Verdict.TLE, Verdict.CE


def case(name: str, given: str = "", answer: str = "yes", **more: object) -> Testcase:
    """A test case whose input is its own name unless told."""
    blobs = {"input": Blob.of((given or name).encode()), "answer": Blob.of(answer.encode())}
    return Testcase(name=name, **{**blobs, **more})  # type: ignore[arg-type]


def problem(*cases: Testcase) -> Problem:
    return Problem(
        name="p", limits=Limits(time_ms=1000, wall_ms=3000), checker=CheckerSpec(name="tokens"), testcases=cases
    )


def report(path: str, expected: Verdict, *, compiles: bool = True, **got: Verdict) -> SubmissionReport:
    """A submission that got these verdicts; ``a__b`` stands for the test case a/b."""
    runs = tuple(
        Run(testcase=name.replace("__", "/"), verdict=verdict, cpu_us=1, wall_us=1, memory_bytes=1)
        for name, verdict in got.items()
    )
    verdict = next((run.verdict for run in runs if run.verdict is not AC), AC) if compiles else CE
    source = Source(language="c", files=(SourceFile(name="a.c", content=b""),))
    return SubmissionReport(
        submission=JurySubmission(path=path, source=source, expected=(expected,)),
        judged=Judged(verdict=verdict, compilation=Compilation(is_ok=compiles), runs=runs),
    )


SAMPLE, FIRST, SECOND = case("sample/1"), case("secret/1"), case("secret/2")


def test_tests_that_nothing_fails() -> None:
    """A secret test is worth nothing where every wrong submission passes it; samples may be easy."""
    found = insights(
        problem(SAMPLE, FIRST, SECOND),
        [
            report("good.c", AC, sample__1=AC, secret__1=AC, secret__2=AC),
            report("bad.c", WA, sample__1=AC, secret__1=AC, secret__2=WA),
        ],
    )

    assert found.unfailed == ("secret/1",)
    assert found.uncaught == ()


def test_without_wrong_submissions_no_test_is_blamed() -> None:
    """Where nothing is meant to fail, and where only compiling is, tests cannot show what they are worth."""
    reports = [report("good.c", AC, secret__1=AC), report("broken.c", CE, compiles=False)]

    assert insights(problem(SAMPLE, FIRST), reports).unfailed == ()
    assert [is_meant_to_fail(item) for item in reports] == [False, False]


def test_wrong_submissions_that_pass() -> None:
    """A submission meant to fail that no test fails is named."""
    found = insights(problem(SAMPLE, FIRST), [report("lucky.c", WA, sample__1=AC, secret__1=AC)])

    assert found.uncaught == ("lucky.c",)


def test_duplicates() -> None:
    """Tests are the same by all that is given to submission and checker, within one group."""
    same = [case("secret/a", "1"), case("secret/b", "1")]
    others = [
        case("secret/c", "1", answer="no"),
        case("secret/d", "1", args=("x",)),
        case("secret/e", "1", checker_flags=("case_sensitive",)),
        case("secret/f", "1", files={"table": Blob.of(b"t")}),
        # In another group it scores on its own account.
        case("secret/group/a", "1"),
    ]

    assert duplicates([*same, *others]) == [same]


def test_mixups() -> None:
    """A secret test that is a sample, one input with two answers, and a missing sample are told."""
    leaked = insights(problem(SAMPLE, case("secret/1", "sample/1")), [])
    torn = insights(problem(SAMPLE, FIRST, case("secret/2", "secret/1", answer="no")), [])
    blind = insights(problem(FIRST), [])

    assert leaked.mixups == ("secret/1 is the sample sample/1: whoever reads the statement has its answer",)
    assert torn.mixups == ("secret/1 and secret/2 have the same input and different answers",)
    assert blind.mixups == ("there is no sample: contestants see no input and no output",)


def test_answers_that_are_inputs() -> None:
    """Where every answer is its input somebody copied the wrong file; some may be by chance."""
    swapped = [case("sample/1", "1", answer="1"), case("secret/1", "2", answer="2")]

    assert insights(problem(*swapped), []).mixups == ("every answer is its input",)
    assert insights(problem(*swapped, case("secret/2", "3", answer="6")), []).mixups == ()


def test_missing_verdicts() -> None:
    """A verdict that a submission is meant to get is not missing, even if that one is not as expected."""
    found = insights(problem(SAMPLE, FIRST), [report("good.c", AC, secret__1=AC), report("odd.c", WA, secret__1=AC)])

    assert found.missing_verdicts == (TLE,)
