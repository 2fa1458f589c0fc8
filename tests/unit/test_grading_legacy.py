"""Grading by the legacy format's rules, against a plain reading of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from judge.groups import Aggregation, Group, LegacyRule
from judge.pipeline.grading import Graded, GradingFailure, default_grader
from judge.verdicts import Verdict
from tests.graded import AC, SCORES, TLE, VERDICTS, WA, Cases, flat, graded, olympiad, problem, run


def reference_grader(flags: Sequence[str], lines: Sequence[tuple[str, float]]) -> tuple[str, float]:
    """The default grader as its specification describes it: a filter of lines, told by words."""
    if "ignore_sample" in flags:
        lines = lines[1:]
    order = ["JE", "IF", "RTE", "MLE", "TLE", "OLE", "WA"]
    bad = [verdict for verdict, _ in lines if verdict != "AC"]
    if "always_accept" in flags or not bad or ("accept_if_any_accepted" in flags and len(bad) < len(lines)):
        verdict = "AC"
    elif "first_error" in flags:
        verdict = bad[0]
    else:
        verdict = next(word for word in order if word in bad)
    scores = [score for _, score in lines]
    if not scores:
        return verdict, 0.0
    if "min" in flags:
        return verdict, min(scores)
    if "max" in flags:
        return verdict, max(scores)
    return verdict, sum(scores) / len(scores) if "avg" in flags else sum(scores)


@given(
    st.lists(st.tuples(VERDICTS, SCORES), max_size=8),
    st.sampled_from(["worst_error", "first_error", "always_accept"]),
    st.sampled_from([Aggregation.SUM, Aggregation.MIN, Aggregation.MAX, Aggregation.AVG]),
    st.booleans(),
    st.booleans(),
)
def test_the_default_grader(
    members: list[tuple[Verdict, float]],
    verdict: Literal["worst_error", "first_error", "always_accept"],
    score: Aggregation,
    ignores_sample: bool,
    accepts_if_any: bool,
) -> None:
    """The legacy format's default grader does what its flags say, for any members."""
    rule = LegacyRule(verdict=verdict, score=score, ignores_sample=ignores_sample, accepts_if_any=accepts_if_any)
    flags = [verdict, score.value]
    flags += ["ignore_sample"] * ignores_sample + ["accept_if_any_accepted"] * accepts_if_any
    got = default_grader(rule, [Graded(word, points) for word, points in members])
    wanted = reference_grader(flags, [(word.value, points) for word, points in members])

    assert got.verdict.value == wanted[0]
    assert got.score == pytest.approx(wanted[1])


@pytest.mark.parametrize(
    ("verdicts", "verdict", "score", "asked"),
    [
        ((AC, AC, AC, AC, AC), AC, 100, [0, 1, 2, 3, 4]),
        ((AC, AC, AC, WA, AC), AC, 30, [0, 1, 2, 3]),
        ((WA, TLE, AC, AC, AC), AC, 70, [0, 1, 3, 4]),
        ((AC, WA, AC, TLE, AC), WA, 0, [0, 1, 3]),
    ],
)
def test_groups_of_the_legacy_format(
    verdicts: Sequence[Verdict], verdict: Verdict, score: float, asked: list[int]
) -> None:
    """Points of the groups passed add up; a group is left at its first failure; the sample counts for nothing."""
    cases = Cases([run(word) for word in verdicts])

    assert graded(olympiad(), cases) == Graded(verdict, score)
    assert cases.asked == asked


def test_a_legacy_score_out_of_range_is_the_packages_error() -> None:
    """A group that gives more than its range allows is told of by its name."""
    rule = LegacyRule(accept_score=60, most=100)
    with pytest.raises(GradingFailure, match=r"data/secret gives 120, outside its range"):
        graded(flat(rule, 2), Cases([run(AC), run(AC)]))


def test_scores_of_a_legacy_validator() -> None:
    """With ``validation: custom score`` each accepted test case needs a score, and a rejected one must have none."""
    of = problem(["secret/1"], Group(name="", rule=LegacyRule(), members=(0,)), wants_scores=True)

    assert graded(of, Cases([run(AC, score=12.5)])) == Graded(AC, 12.5)
    with pytest.raises(GradingFailure, match="without writing score"):
        graded(of, Cases([run(AC)]))
    with pytest.raises(GradingFailure, match="rejected, but wrote"):
        graded(of, Cases([run(WA, score=1)]))


def test_scores_that_a_legacy_validator_may_give() -> None:
    """Where scores are neither asked for nor forbidden, a test case without one is worth what its group says."""
    rule = LegacyRule(breaks=False, accept_score=40)
    of = problem(["secret/1", "secret/2"], Group(name="", rule=rule, members=(0, 1)), takes_scores=True)

    assert graded(of, Cases([run(AC, score=12.5), run(AC)])) == Graded(AC, 52.5)
    with pytest.raises(GradingFailure, match="rejected, but wrote"):
        graded(of, Cases([run(WA, score=1), run(AC)]))


def test_a_packages_own_grader() -> None:
    """A custom grader gets its flags and what its group's members made, and decides."""
    of = problem(
        ["secret/1", "secret/2"],
        Group(name="", rule=LegacyRule(breaks=False, accept_score=3, grader_flags=("best", "2")), members=(0, 1)),
    )
    cases = Cases([run(AC), run(WA)], graded=Graded(AC, 7.0))

    assert graded(of, cases) == Graded(AC, 7.0)
    assert cases.heard == [(("best", "2"), [Graded(AC, 3.0), Graded(WA, 0.0)])]
