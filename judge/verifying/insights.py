"""What the judgings of all jury submissions together tell of the test data."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from judge.models import Problem, Testcase
from judge.verdicts import Verdict
from judge.verifying.report import Insights, SubmissionReport

#: Verdicts that nearly every problem's jury should have a submission for.
_USUAL = (Verdict.AC, Verdict.WA, Verdict.TLE)


def insights(problem: Problem, reports: Sequence[SubmissionReport]) -> Insights:
    """What can be told once every submission has been judged on every test case."""
    failing = [report for report in reports if is_meant_to_fail(report)]
    return Insights(
        unfailed=tuple(_unfailed(problem.testcases, failing)),
        uncaught=tuple(report.submission.path for report in failing if not _failed(report)),
        duplicates=tuple(tuple(case.name for case in same) for same in duplicates(problem.testcases)),
        mixups=tuple(_mixups(problem.testcases)),
        missing_verdicts=tuple(_missing(reports)),
    )


def is_meant_to_fail(report: SubmissionReport) -> bool:
    """Whether the submission was judged, and the jury wants it to fail for other reasons than not compiling."""
    expected = report.submission.expected
    is_judged = report.judged is not None and report.judged.compilation.is_ok
    return is_judged and bool(expected) and Verdict.AC not in expected and Verdict.CE not in expected


def duplicates(testcases: Iterable[Testcase]) -> list[list[Testcase]]:
    """Test cases that no submission could tell apart, unless they stand in different groups, where that is usual."""
    same: defaultdict[object, list[Testcase]] = defaultdict(list)
    for case in testcases:
        group = case.name.rpartition("/")[0]
        same[(group, _given(case), case.answer, case.checker_flags)].append(case)
    return [cases for cases in same.values() if len(cases) > 1]


def _given(case: Testcase) -> object:
    """All that a submission is given."""
    return (case.input, case.args, tuple(sorted((name, blob.hex) for name, blob in case.files.items())))


def _unfailed(testcases: Sequence[Testcase], failing: Sequence[SubmissionReport]) -> Iterator[str]:
    """Secret test cases that none of these fails. A sample is for readers, and may be easy."""
    if not failing:
        return
    failed = {name for report in failing for name in _failed(report)}
    yield from (case.name for case in testcases if not case.is_sample and case.name not in failed)


def _failed(report: SubmissionReport) -> set[str]:
    return {name for name, verdict in report.verdicts().items() if verdict is not Verdict.AC}


def _mixups(testcases: Sequence[Testcase]) -> Iterator[str]:
    by_input: defaultdict[object, list[Testcase]] = defaultdict(list)
    for case in testcases:
        by_input[_given(case)].append(case)
    for first, *others in by_input.values():
        for other in others:
            if first.answer != other.answer:
                yield f"{first.name} and {other.name} have the same input and different answers"
            elif first.is_sample and not other.is_sample:
                yield f"{other.name} is the sample {first.name}: whoever reads the statement has its answer"
    if len(testcases) > 1 and all(case.input == case.answer and case.input.size > 0 for case in testcases):
        yield "every answer is its input"
    if testcases and not any(case.is_sample for case in testcases):
        yield "there is no sample: contestants see no input and no output"


def _missing(reports: Sequence[SubmissionReport]) -> Iterator[Verdict]:
    got = {report.judged.verdict for report in reports if report.judged is not None}
    expected = {verdict for report in reports for verdict in report.submission.expected[:1]}
    yield from (verdict for verdict in _USUAL if verdict not in got | expected)
