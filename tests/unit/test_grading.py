"""Grading, against plain readings of each format's rules."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from judge.groups import Aggregation, Grading, Group, LegacyRule, MaxScoreRule, PointsRule, Rule
from judge.models import Blob, CheckerSpec, Limits, Problem, Run, Source, SourceFile, Testcase
from judge.pipeline.grading import Graded, GradingFailure, default_grader, grade
from judge.verdicts import Verdict

AC, WA, TLE, RTE, JE = Verdict.AC, Verdict.WA, Verdict.TLE, Verdict.RTE, Verdict.JE
EMPTY = Blob.of(b"")
VALIDATOR = Source(language="python3", files=(SourceFile(name="v.py", content=b""),))


@dataclass
class Cases:
    """Runs laid out beforehand."""

    runs: Sequence[Run]
    static: Run | None = None
    graded: Graded = field(default_factory=lambda: Graded(AC, 0.0))
    asked: list[int] = field(default_factory=list)
    heard: list[tuple[tuple[str, ...], Sequence[Graded]]] = field(default_factory=list)

    async def run(self, index: int) -> Run:
        self.asked.append(index)
        return self.runs[index]

    async def validate_statically(self, group: str, flags: tuple[str, ...]) -> Run:
        assert self.static is not None, (group, flags)
        return self.static

    async def grade(self, flags: tuple[str, ...], members: Sequence[Graded]) -> Graded:
        self.heard.append((flags, members))
        return self.graded


def run(
    verdict: Verdict, *, name: str = "secret/1", score: float | None = None, multiplier: float | None = None
) -> Run:
    return Run(testcase=name, verdict=verdict, cpu_us=0, wall_us=0, memory_bytes=0, score=score, multiplier=multiplier)


def problem(
    names: Sequence[str],
    root: Group | None,
    *,
    is_scoring: bool = True,
    wants_scores: bool = False,
    takes_scores: bool = False,
    points: Sequence[float | None] = (),
    static: bool = False,
) -> Problem:
    worth = [*points, *[None] * (len(names) - len(points))]
    return Problem(
        name="p",
        limits=Limits(time_ms=1000, wall_ms=3000),
        checker=CheckerSpec(name="tokens"),
        testcases=tuple(
            Testcase(name=name, input=EMPTY, answer=EMPTY, points=most) for name, most in zip(names, worth, strict=True)
        ),
        grading=None
        if root is None
        else Grading(root=root, is_scoring=is_scoring, wants_scores=wants_scores, takes_scores=takes_scores),
        static_validator=VALIDATOR if static else None,
    )


def graded(of: Problem, cases: Cases, *, is_full: bool = False) -> Graded:
    return asyncio.run(grade(of, cases, is_full=is_full))


def flat(rule: Rule, count: int) -> Problem:
    """A scoring problem whose secret test cases stand in one group of that rule."""
    root: Rule = LegacyRule(breaks=False) if isinstance(rule, LegacyRule) else MaxScoreRule(max_score=None)
    return problem(
        [f"secret/{number}" for number in range(count)],
        Group(name="", rule=root, members=(Group(name="secret", rule=rule, members=tuple(range(count))),)),
    )


def test_without_groups_the_first_failure_decides() -> None:
    """Test cases are judged in order up to the first failure; with all of them the verdict is the same."""
    plain = problem(["sample/1", "secret/1", "secret/2"], None)
    runs = [run(AC), run(TLE), run(WA)]
    short, full = Cases(runs), Cases(runs)

    assert graded(plain, short) == Graded(TLE)
    assert short.asked == [0, 1]
    assert graded(plain, full, is_full=True) == Graded(TLE)
    assert full.asked == [0, 1, 2]


# The legacy format.

VERDICTS = st.sampled_from([AC, WA, TLE, RTE, Verdict.MLE, Verdict.OLE])
SCORES = st.floats(min_value=0, max_value=100, allow_nan=False)


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


def olympiad(*, breaks: bool = True) -> Problem:
    """Two groups of two, worth 30 and 70, as most legacy scoring packages have them."""
    names = ["sample/1", "secret/a/1", "secret/a/2", "secret/b/1", "secret/b/2"]
    groups = tuple(
        Group(
            name=f"secret/{name}",
            rule=LegacyRule(breaks=breaks, accept_score=worth, most=worth, least=0, score=Aggregation.MIN),
            members=members,
        )
        for name, worth, members in (("a", 30.0, (1, 2)), ("b", 70.0, (3, 4)))
    )
    secret = Group(
        name="secret",
        rule=LegacyRule(breaks=False, verdict="first_error", accepts_if_any=True, least=0, most=100),
        members=groups,
    )
    sample = Group(name="sample", rule=LegacyRule(accept_score=0, breaks=False), members=(0,))
    root = Group(
        name="", rule=LegacyRule(breaks=False, ignores_sample=True, least=0, most=100), members=(sample, secret)
    )
    return problem(names, root)


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


# The format 2025-09.


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


# Polygon.


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


# What a score is the sum of.


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
