"""Grading by the rules of the format 2025-09, against a plain reading of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from judge.groups import Aggregation, Group, MaxScoreRule
from judge.models import Run
from judge.pipeline.grading import Graded, GradingFailure
from tests.graded import AC, TLE, WA, Cases, flat, graded, problem, run


@given(
    st.lists(
        st.tuples(st.booleans(), st.one_of(st.none(), st.floats(min_value=0, max_value=1))), min_size=1, max_size=9
    ),
    st.sampled_from([Aggregation.SUM, Aggregation.MIN, Aggregation.PASS_FAIL]),
    st.sampled_from([100.0, 7.0, 1.0]),
)
def test_scores_of_a_group(cases: list[tuple[bool, float | None]], aggregation: Aggregation, most: float) -> None:
    """Sum, min and pass-fail give what "Scoring test data groups" says, for any test cases and multipliers."""
    rule = MaxScoreRule(max_score=most, aggregation=aggregation)
    multipliers = [multiplier if aggregation is not Aggregation.PASS_FAIL else None for _, multiplier in cases]
    runs = [
        run(AC if is_accepted else WA, multiplier=multiplier if is_accepted else None)
        for (is_accepted, _), multiplier in zip(cases, multipliers, strict=True)
    ]
    worth = most / len(runs) if aggregation is Aggregation.SUM else most
    parts = [
        (worth if multiplier is None else worth * multiplier) if is_accepted else 0.0
        for (is_accepted, _), multiplier in zip(cases, multipliers, strict=True)
    ]
    wanted = {
        Aggregation.SUM: sum(parts),
        Aggregation.MIN: min(parts),
        Aggregation.PASS_FAIL: most if all(is_accepted for is_accepted, _ in cases) else 0.0,
    }[aggregation]
    got = graded(flat(rule, len(runs)), Cases(runs))

    assert got.score == pytest.approx(wanted)
    assert got.verdict is (AC if all(is_accepted for is_accepted, _ in cases) else WA)


def test_what_a_group_requires() -> None:
    """A group that requires another is not run where that one failed, and gives nothing."""
    first = Group(name="secret/1", rule=MaxScoreRule(max_score=40, aggregation=Aggregation.PASS_FAIL), members=(1,))
    second = Group(
        name="secret/2",
        rule=MaxScoreRule(max_score=60, aggregation=Aggregation.PASS_FAIL, require_pass=("secret/1", "sample")),
        members=(2,),
    )
    root = Group(
        name="",
        rule=MaxScoreRule(max_score=None),
        members=(
            Group(name="sample", rule=MaxScoreRule(max_score=None, aggregation=Aggregation.PASS_FAIL), members=(0,)),
            Group(name="secret", rule=MaxScoreRule(), members=(first, second)),
        ),
    )
    of = problem(["sample/1", "secret/1/1", "secret/2/1"], root)
    all_right, first_wrong, sample_wrong = (
        Cases([run(word, name=case.name) for word, case in zip(words, of.testcases, strict=True)])
        for words in ((AC, AC, AC), (AC, TLE, AC), (WA, AC, AC))
    )

    assert graded(of, all_right) == Graded(AC, 100)
    assert graded(of, first_wrong) == Graded(TLE, 0)
    assert first_wrong.asked == [0, 1]
    assert graded(of, sample_wrong) == Graded(WA, 40)
    assert sample_wrong.asked == [0, 1]


@pytest.mark.parametrize(
    ("rule", "made", "words"),
    [
        (MaxScoreRule(max_score=10), run(AC, score=11), "worth 10"),
        (MaxScoreRule(max_score=10), run(AC, score=1, multiplier=0.5), "both score.txt and"),
        (MaxScoreRule(max_score=None), run(AC), "unbounded"),
        (MaxScoreRule(max_score=None), run(AC, multiplier=0.5), "unbounded"),
        (MaxScoreRule(max_score=10), run(WA, score=0), "rejected, but gave a score"),
        (MaxScoreRule(max_score=10, aggregation=Aggregation.PASS_FAIL), run(AC, multiplier=1), "pass-fail group"),
    ],
)
def test_scores_that_are_judge_errors(rule: MaxScoreRule, made: Run, words: str) -> None:
    """Each of the judge errors that "Scoring test cases" lists is one, in words that name the test case."""
    with pytest.raises(GradingFailure, match=words) as failure:
        graded(flat(rule, 1), Cases([made]))

    assert "secret/1" in str(failure.value)


def test_scores_that_add_up_to_more_than_any_number() -> None:
    """Each may be a number and their sum be none, which neither the database nor a page can take."""
    of = flat(MaxScoreRule(max_score=None), 2)

    with pytest.raises(GradingFailure, match="more than any number"):
        graded(of, Cases([run(AC, score=1e308), run(AC, score=1e308)]))


def test_the_static_validators_part() -> None:
    """The static validation test case has its own points, taken from what the others share."""
    rule = MaxScoreRule(max_score=10, static_score=4)
    of = flat(rule, 3)
    of = problem([case.name for case in of.testcases], of.grading.root if of.grading else None, static=True)
    runs = [run(AC), run(WA), run(AC)]

    assert graded(of, Cases(runs, static=run(AC))).score == pytest.approx(4 + 2 + 2)
    assert graded(of, Cases(runs, static=run(WA))).score == pytest.approx(2 + 2)
    assert graded(of, Cases(runs, static=run(AC, multiplier=0.5))).score == pytest.approx(2 + 2 + 2)


def test_a_static_validator_of_a_pass_fail_problem() -> None:
    """Where it has to accept, a submission that it rejects fails without a run."""
    rule = MaxScoreRule(max_score=None, aggregation=Aggregation.PASS_FAIL, must_pass_static=True)
    of = problem(["secret/1"], Group(name="secret", rule=rule, members=(0,)), is_scoring=False, static=True)
    cases = Cases([run(AC)], static=run(WA))

    assert graded(of, cases) == Graded(WA)
    assert cases.asked == []
    assert graded(of, Cases([run(AC)], static=run(AC))) == Graded(AC)
