"""Whether a judging is what a package expects."""

from __future__ import annotations

from dataclasses import replace

import pytest

from judge.groups import Grading, Group, MaxScoreRule, PointsRule
from judge.models import Compilation, Judged
from judge.verdicts import Verdict
from problems.expectations import Expectation, best_score, problems_with
from problems.submissions import JurySubmission
from tests.expected import AC, CE, JE, MLE, OLE, RTE, TLE, WA, judged, legacy, problem, run, submission


class TestFinalVerdict:
    @pytest.mark.parametrize(
        ("expected", "got"),
        [
            ([AC], [AC, AC]),
            ([WA], [AC, WA]),
            ([WA], [AC, WA, TLE]),
            ([WA], [AC, WA, RTE]),
            ([WA], [OLE]),
            ([OLE], [WA]),
            ([RTE], [MLE]),
            ([MLE], [RTE]),
            ([WA, TLE], [AC, TLE]),
            ([TLE], [AC, WA, TLE]),
            ([TLE], [TLE, RTE]),
            ([RTE], [WA, RTE]),
            ([WA, TLE, RTE], [AC, AC, MLE]),
            ([], [WA]),
        ],
    )
    def test_as_expected(self, expected: list[Verdict], got: list[Verdict]) -> None:
        """The first failure counts, and what the legacy format says of test cases where that is more lenient."""
        assert problems_with(submission(*expected), judged(*got), problem()) == []

    @pytest.mark.parametrize(
        ("expected", "got", "text"),
        [
            ([AC], [AC, WA], "gets WA on secret/a/1 instead of AC"),
            ([WA], [AC, AC], "gets AC instead of WA"),
            ([WA], [TLE, WA], "gets TLE on sample/1 instead of WA"),
            ([TLE], [WA, AC], "gets WA on sample/1 instead of TLE"),
            ([TLE], [RTE, TLE], "gets RTE on sample/1 instead of TLE"),
            ([TLE], [WA, TLE, RTE], "gets WA on sample/1 instead of TLE"),
            ([RTE], [WA, TLE], "gets WA on sample/1 instead of RTE"),
            ([WA, TLE, RTE, MLE, OLE], [AC, AC], "gets AC instead of WA or TLE or RTE or MLE or OLE"),
            ([WA, TLE], [AC, RTE], "gets RTE on secret/a/1 instead of WA or TLE"),
            ([CE], [AC], "gets AC instead of CE"),
        ],
    )
    def test_not_as_expected(self, expected: list[Verdict], got: list[Verdict], text: str) -> None:
        """What differs is said in one sentence, with the test case."""
        assert problems_with(submission(*expected), judged(*got), problem()) == [text]

    def test_of_a_grader(self) -> None:
        """With groups the final verdict is the grading's: AC although a test case failed."""
        result = judged(AC, WA, AC, AC, final=AC, score=1)

        assert problems_with(submission(AC), result, problem(grading=legacy())) == []

    def test_the_reason_is_told(self) -> None:
        """Why a run failed helps to see what is wrong."""
        result = Judged(verdict=TLE, compilation=Compilation(is_ok=True), runs=(run("sample/1", TLE, reason="idle"),))

        assert problems_with(submission(AC), result, problem()) == ["gets TLE on sample/1 (idle) instead of AC"]


class TestWhatIsNeverExpected:
    @pytest.mark.parametrize(
        "wanted",
        [
            submission(),
            submission(AC),
            submission(WA, TLE, RTE),
            submission(AC, score=(0, 100)),
            submission(AC, is_partial=True),
            submission(RTE, rules=(Expectation(),)),
        ],
    )
    def test_a_program_that_does_not_compile(self, wanted: JurySubmission) -> None:
        """Whatever is expected, it is a program."""
        result = Judged(verdict=CE, compilation=Compilation(is_ok=False, output="x.c:1: error\nmore"))

        assert problems_with(wanted, result, problem()) == ["does not compile: x.c:1: error"]

    def test_unless_it_is(self) -> None:
        """A submission that should not compile may not."""
        result = Judged(verdict=CE, compilation=Compilation(is_ok=False))

        assert problems_with(submission(CE), result, problem()) == []

    @pytest.mark.parametrize("wanted", [submission(), submission(WA), submission(rules=(Expectation(),))])
    def test_a_judge_error(self, wanted: JurySubmission) -> None:
        """A failure of the package's own is none of its submissions'."""
        result = Judged(verdict=JE, compilation=Compilation(is_ok=True), message="validator exited with 1")

        assert problems_with(wanted, result, problem()) == ["is a judge error: validator exited with 1"]

    def test_a_judge_error_in_one_test_case(self) -> None:
        """It is mentioned even where something before it decided."""
        result = Judged(
            verdict=WA,
            compilation=Compilation(is_ok=True),
            runs=(run("sample/1", WA), run("secret/a/1", JE, message="crashed")),
        )

        assert problems_with(submission(WA), result, problem()) == ["secret/a/1 is a judge error: crashed"]

    def test_submissions_that_are_not_judged(self) -> None:
        """Nothing is wrong with what is not to be run."""
        assert problems_with(submission(AC, is_judged=False), judged(WA), problem()) == []


class TestPartial:
    @pytest.mark.parametrize(
        ("verdict", "score", "found"),
        [
            (AC, 40.0, []),
            (AC, 0.0, []),
            (WA, 40.0, []),
            (AC, 100.0, ["gets the best score 100, and should not"]),
            (WA, 0.0, ["gets WA on sample/1 and no points, but should get some"]),
            (TLE, None, ["gets TLE on sample/1 and no points, but should get some"]),
        ],
    )
    def test_not_all_points(self, verdict: Verdict, score: float | None, found: list[str]) -> None:
        """A submission that is accepted in part gets points, but not the best score."""
        wanted = submission(AC, is_partial=True)

        assert problems_with(wanted, judged(verdict, score=score), problem(grading=legacy(most=100))) == found

    def test_anything_but_all_points(self) -> None:
        """Where a failure is expected as well, no points at all are fine."""
        wanted = submission(WA, TLE, RTE, is_partial=True)

        assert problems_with(wanted, judged(WA, score=0), problem(grading=legacy(most=100))) == []
        assert len(problems_with(wanted, judged(AC, score=100), problem(grading=legacy(most=100)))) == 1

    def test_smaller_is_better(self) -> None:
        """Where less is better the best score is the least."""
        wanted = submission(AC, is_partial=True)
        grading = legacy(most=9, smaller=True)

        assert problems_with(wanted, judged(AC, score=9), problem(grading=grading)) == []
        assert len(problems_with(wanted, judged(AC, score=1), problem(grading=grading))) == 1

    def test_the_best_score(self) -> None:
        """Each kind of package says it in its own way, or not at all."""
        secret = Group(name="secret", rule=MaxScoreRule(max_score=60))
        newer = Grading(root=Group(name="", rule=MaxScoreRule(max_score=None), members=(secret,)))
        complete = Group(name="1", rule=PointsRule(is_complete=True, points=30), members=(0, 1))
        each = Group(name="2", rule=PointsRule(), members=(2, 3))
        polygon = Grading(root=Group(name="", rule=PointsRule(), members=(complete, each)))

        assert best_score(problem()) is None
        assert best_score(problem(grading=legacy())) is None
        assert best_score(problem(grading=legacy(most=70))) == 70
        assert best_score(problem(grading=newer)) == 60
        assert best_score(problem(grading=polygon, points=2.5)) == 35


class TestGrades:
    @pytest.mark.parametrize(
        ("grades", "got", "found"),
        [
            ([AC, AC], [AC, AC, AC, AC], []),
            ([AC, WA], [WA, AC, AC, OLE], []),
            ([TLE, AC], [AC, AC, TLE, AC], []),
            ([WA, TLE], [AC, WA, AC], []),
            ([AC, AC], [AC, WA, AC, AC], ["gets WA in secret/a instead of AC"]),
            ([AC, AC], [AC, AC, AC], ["gets nothing in secret/b instead of AC"]),
            ([AC, WA], [AC, AC, AC, TLE], ["gets TLE in secret/b instead of WA"]),
            ([AC, WA], [AC, AC, AC, AC], ["gets AC in secret/b instead of WA"]),
            ([AC], [AC], ["@EXPECTED_GRADES@ names 1 verdicts, but the number of secret test groups is 2"]),
        ],
    )
    def test_of_groups(self, grades: list[Verdict], got: list[Verdict], found: list[str]) -> None:
        """Each secret group gets the verdict that is named for it, in order; with a grading and without."""
        wanted = submission(grades=tuple(grades))

        assert problems_with(wanted, judged(*got), problem()) == found
        assert problems_with(wanted, judged(*got), problem(grading=legacy())) == found


def test_static_validation_is_a_test_case() -> None:
    """What the static validator says counts for rules and for group scores like any test case (2025-09)."""
    rule = MaxScoreRule(max_score=100, static_score=40)
    group = Group(name="secret", rule=rule, members=(1, 2, 3))
    of = problem(grading=Grading(root=Group(name="", rule=rule, members=(group,)), is_scoring=True))
    wrong, right = (run("secret/static validation", verdict) for verdict in (WA, AC))
    has_failed = submission(rules=(Expectation(required=frozenset({WA})),))
    gets_all = submission(rules=(Expectation(tests="secret/*", permitted=frozenset({AC})),))
    whole = replace(judged(AC, AC, AC, AC, final=WA), static_runs=(wrong,))

    assert problems_with(has_failed, whole, of) == []
    assert problems_with(has_failed, replace(whole, verdict=AC, static_runs=(right,)), of) != []
    assert problems_with(gets_all, whole, of) == ["gets WA on secret/static validation, where only AC is permitted"]
    for static, score in ((wrong, 60), (right, 100)):
        has_score = submission(rules=(Expectation(tests="sec*", score=(score, score)),))
        assert problems_with(has_score, replace(whole, score=0.0, static_runs=(static,)), of) == []


@pytest.mark.parametrize("wanted", [TLE, WA])
def test_printing_for_ever(wanted: Verdict) -> None:
    """A program that prints for ever is wrong, or too slow, to whoever knows no output limit; and never right."""
    flooding = judged(AC, OLE)
    rule = Expectation(permitted=frozenset({AC, wanted}), required=frozenset({wanted}))

    assert problems_with(submission(wanted), flooding, problem()) == []
    assert problems_with(submission(rules=(rule,)), flooding, problem()) == []
    assert problems_with(submission(AC), flooding, problem()) != []
    assert problems_with(submission(RTE), flooding, problem()) != []
