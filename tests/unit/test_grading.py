"""Grading without groups, by points of tests, and what a score is the sum of."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from judge.groups import Aggregation, Group, LegacyRule, MaxScoreRule, PointsRule, Rule
from judge.models import Problem, Run
from judge.pipeline.grading import Graded
from judge.verdicts import Verdict
from tests.graded import AC, JE, SCORES, TLE, WA, Cases, flat, graded, olympiad, problem, run


def test_without_groups_the_first_failure_decides() -> None:
    """Test cases are judged in order up to the first failure; with all of them the verdict is the same."""
    plain = problem(["sample/1", "secret/1", "secret/2"], None)
    runs = [run(AC), run(TLE), run(WA)]
    short, full = Cases(runs), Cases(runs)

    assert graded(plain, short) == Graded(TLE)
    assert short.asked == [0, 1]
    assert graded(plain, full, is_full=True) == Graded(TLE)
    assert full.asked == [0, 1, 2]


def points_problem(second: PointsRule) -> Problem:
    groups = (
        Group(name="0", rule=PointsRule(points=0, is_complete=True), members=(0,)),
        Group(name="1", rule=PointsRule(), members=(1, 2)),
        Group(name="2", rule=second, members=(3, 4)),
    )
    return problem(
        [f"tests/{number:02}" for number in range(1, 6)],
        Group(name="", rule=PointsRule(), members=groups),
        points=(0, 10, 20, 30, 40),
    )


@pytest.mark.parametrize(
    ("rule", "runs", "score", "asked"),
    [
        (PointsRule(), [run(AC), run(WA), run(AC), run(AC), run(WA)], 50, [0, 1, 2, 3, 4]),
        (PointsRule(), [run(AC), run(WA, score=4.5), run(AC), run(WA), run(WA)], 24.5, [0, 1, 2, 3, 4]),
        (PointsRule(is_complete=True), [run(AC)] * 5, 100, [0, 1, 2, 3, 4]),
        (PointsRule(is_complete=True), [run(AC), run(AC), run(AC), run(WA), run(AC)], 30, [0, 1, 2, 3]),
        (PointsRule(is_complete=True, points=5), [run(AC)] * 5, 35, [0, 1, 2, 3, 4]),
        (PointsRule(dependencies=("1",)), [run(AC), run(WA), run(AC), run(AC), run(AC)], 20, [0, 1, 2]),
        (PointsRule(dependencies=("0", "1")), [run(AC)] * 5, 100, [0, 1, 2, 3, 4]),
    ],
)
def test_points_of_polygon(rule: PointsRule, runs: list[Run], score: float, asked: list[int]) -> None:
    """Points of each test or of complete groups, a checker's partial points, and dependencies."""
    cases = Cases(runs)

    assert graded(points_problem(rule), cases).score == pytest.approx(score)
    assert cases.asked == asked


def test_our_own_failure_ends_it() -> None:
    """A judge error is the verdict, with no score, and nothing is run after it."""
    for of in (olympiad(), points_problem(PointsRule())):
        cases = Cases([run(AC), run(JE), run(AC), run(AC), run(AC)])
        assert graded(of, cases, is_full=True).verdict is JE
        assert cases.asked == [0, 1]


@pytest.mark.parametrize("rule", [MaxScoreRule(max_score=30), PointsRule(), LegacyRule(breaks=False)])
@pytest.mark.parametrize("words", [(WA, AC, JE), (WA, JE, AC), (AC, AC, JE)])
def test_our_own_failure_is_not_hidden_by_the_submissions(rule: Rule, words: tuple[Verdict, ...]) -> None:
    """A judge error is the verdict after a wrong answer, too, wherever in its group it stands."""
    cases = Cases([run(word, name=f"secret/{number}") for number, word in enumerate(words)])

    assert graded(flat(rule, len(words)), cases) == Graded(JE)


def test_parts_of_a_score() -> None:
    """A sum is told by the groups that give it; what is no sum is one part, and so are the cases of one group."""
    points = MaxScoreRule(max_score=30, aggregation=Aggregation.PASS_FAIL)
    smallest = MaxScoreRule(max_score=40, aggregation=Aggregation.MIN)
    root = Group(
        name="",
        rule=MaxScoreRule(max_score=None),
        members=(
            Group(
                name="secret",
                rule=MaxScoreRule(max_score=100),
                members=(
                    Group(name="secret/1", rule=points, members=(0, 1)),
                    Group(name="secret/2", rule=smallest, members=(2, 3)),
                    Group(name="secret/3", rule=points, members=(4,)),
                ),
            ),
        ),
    )
    of = problem([f"secret/{number}" for number in range(5)], root)
    runs = [run(AC), run(AC), run(AC, score=25.0), run(AC, score=15.0), run(WA)]

    found = graded(of, Cases(runs))

    assert (found.score, found.parts) == (45.0, {"secret/1": 30.0, "secret/2": 15.0, "secret/3": 0.0})
    assert graded(flat(MaxScoreRule(max_score=100), 2), Cases([run(AC), run(WA)])).parts == {"secret": 50.0}


def test_no_parts_without_a_sum() -> None:
    """Where the final verdict takes the score away, or there is none, nothing is told."""
    legacy = flat(LegacyRule(breaks=False, accept_score=10), 2)
    plain = problem(["secret/1"], None)

    assert graded(legacy, Cases([run(AC), run(AC)])).parts == {"secret": 20.0}
    assert graded(legacy, Cases([run(AC), run(WA)])).parts == {}
    assert graded(plain, Cases([run(AC)])).parts == {}


@given(st.lists(st.lists(st.tuples(st.sampled_from([AC, WA]), SCORES), min_size=1, max_size=3), min_size=1, max_size=4))
def test_parts_sum_up(groups: list[list[tuple[Verdict, float]]]) -> None:
    """Parts, where there are any, add up to the score."""
    members: list[Group] = []
    names: list[str] = []
    runs: list[Run] = []
    for number, cases in enumerate(groups):
        first = len(runs)
        runs += [run(verdict, score=score if verdict is AC else None) for verdict, score in cases]
        names += [f"secret/{number}/{case}" for case in range(len(cases))]
        rule = MaxScoreRule(max_score=None, aggregation=(Aggregation.SUM, Aggregation.MIN)[number % 2])
        members.append(Group(name=f"secret/{number}", rule=rule, members=tuple(range(first, len(runs)))))
    whole = MaxScoreRule(max_score=None)
    root = Group(name="", rule=whole, members=(Group(name="secret", rule=whole, members=tuple(members)),))

    found = graded(problem(names, root), Cases(runs))

    assert sum(found.parts.values()) == pytest.approx(found.score)
    assert found.parts.keys() <= {member.name for member in members}
